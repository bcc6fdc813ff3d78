using Lifecycle.Statistics;

namespace Lifecycle.Validation.Tests.Fairness;

/// <summary>Fair models drawn with fixed seeds: how often bounds say that groups differ, and how often they hold the truth.</summary>
public class FalseAlarmTests
{
    private const int Runs = 400;

    private static Disparity Draw(double[] rates, int rows, int run, FairnessMetric metric)
    {
        RandomStream random = new(77, (ulong)run);
        long[] selected = Array.ConvertAll(rates, p => new BinomialSampler(rows, p).Next(random)), zero = new long[rates.Length];
        GroupOptions options = new() { Draws = 400, Seed = (ulong)run };
        return GroupMetrics.FromCounts([.. rates.Select((_, g) => $"g{g:00}")], [.. selected.Select(s => rows - s)], selected, zero, zero, options).Disparity(metric, 0.95);
    }

    /// <summary>At 5 % and 400 runs, 33 alarms (8.25 %) lie three standard errors above; a method that is too bold by the 10 % and more of plain rules fails by far.</summary>
    [Theory]
    [InlineData(2, 0.3, 200)]
    [InlineData(5, 0.1, 100)]
    [InlineData(10, 0.3, 200)]
    [InlineData(20, 0.05, 500)]
    public void FairModels_RaiseFewFalseAlarms_ForAllGroupCounts(int groups, double rate, int rows)
    {
        double[] rates = [.. Enumerable.Repeat(rate, groups)];
        int alarms = Enumerable.Range(0, Runs).Count(run => Draw(rates, rows, run, FairnessMetric.DemographicParityDifference).Lower > 0);
        Assert.InRange(alarms, 0, 33);
    }

    [Fact]
    public void FourFifths_WithBounds_RaisesFewFalseAlarms()
    {
        double[] rates = [.. Enumerable.Repeat(0.3, 10)];
        int alarms = Enumerable.Range(0, Runs).Count(run => Draw(rates, 200, run, FairnessMetric.DemographicParityRatio).Upper < 1);
        Assert.InRange(alarms, 0, 33);
    }

    [Fact]
    public void AModelAtTheLimit_PassesSeldom()
    {
        int passed = Enumerable.Range(0, Runs).Count(run => Draw([0.3, 0.4], 2000, run, FairnessMetric.DemographicParityDifference).Upper <= 0.1);
        Assert.InRange(passed, 0, 33);
    }

    [Fact]
    public void ARealGap_IsSeen()
    {
        int seen = Enumerable.Range(0, 100).Count(run => Draw([0.3, 0.4], 2000, run, FairnessMetric.DemographicParityDifference).Lower > 0);
        Assert.True(seen >= 97, $"{seen} of 100");
    }
}
