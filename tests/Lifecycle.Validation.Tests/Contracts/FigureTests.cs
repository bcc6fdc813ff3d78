using FsCheck.Xunit;
using Lifecycle.Statistics;

namespace Lifecycle.Validation.Tests.Contracts;

/// <summary>Figures of columns against plain sums, and what a limit inside an error band means.</summary>
public class FigureTests
{
    private static ContractFinding Find(ColumnBatch rows, string column, Action<TableColumnRules> rules, ContractOptions? options = null) =>
        Assert.Single(DataContract.ForColumns("t").Column(column, rules).Check(rows, options).Findings);

    private static ColumnBatch Numbers(params double[] values) => new([BatchColumn.Of<double>("x", values)]);

    [Property(MaxTest = 15)]
    public void Figures_AreThoseOfAPlainLoop(byte seed)
    {
        Line[] lines = Line.Some(seed, 3 + seed * 40);
        double[] values = [.. lines.Where(l => l.X is { } x && !double.IsNaN(x)).Select(l => l.X!.Value)];
        if (values.Length < 2)
        {
            return;
        }

        ColumnBatch rows = Line.Columns(lines);
        double mean = values.Average(), deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
        Near(mean, Find(rows, "X", c => c.MeanBetween(-100, 100)));
        Near(deviation, Find(rows, "X", c => c.StandardDeviationBetween(0, 100)));
        Near(values.Sum(), Find(rows, "X", c => c.SumBetween(-1e6)));
        Near(values.Min(), Find(rows, "X", c => c.MinimumBetween(-100)));
        Near(values.Max(), Find(rows, "X", c => c.MaximumBetween(max: 100)));
        Near(Type7(values, 0.3), Find(rows, "X", c => c.QuantileBetween(0.3, -100)));
        Near(values.Distinct().Count(), Find(rows, "X", c => c.DistinctCountBetween(1)));
        Near(lines.Select(l => l.S).OfType<string>().Distinct().Count(), Find(rows, "S", c => c.DistinctCountBetween(0)));
        ContractFinding count = Assert.Single(DataContract.ForColumns("t").Rows(r => r.Count(atMost: lines.Length)).Check(rows).Findings);
        Assert.Equal((Verdict.Pass, lines.Length), (count.Verdict, (int)count.Value!.Value.Value));
        string[] home = ["good", "owner"];
        string[] texts = [.. lines.Select(l => l.S).OfType<string>()];
        ContractFinding mass = Find(rows, "S", c => c.DomainMass(home, atLeast: 0.1));
        Assert.Equal((texts.Length, texts.Count(t => !home.Contains(t))), (mass.Evaluated, mass.Unexpected));
        Assert.Equal(texts.Count(t => home.Contains(t)) >= Math.Ceiling(0.1 * texts.Length - 1e-9), mass.Verdict == Verdict.Pass);
    }

    [Fact]
    public void Limits_AreInclusive_AndFailBeyond()
    {
        ColumnBatch rows = Numbers(1, 2, 3);
        Assert.Equal(Verdict.Pass, Find(rows, "x", c => c.MeanBetween(2, 2)).Verdict);
        Assert.Equal(Verdict.Fail, Find(rows, "x", c => c.MeanBetween(2.1)).Verdict);
        Assert.Equal(Verdict.Fail, Find(rows, "x", c => c.SumBetween(max: 5.9)).Verdict);
        Assert.Equal(Verdict.Fail, Find(rows, "x", c => c.StandardDeviationBetween(max: 0.9)).Verdict);
        Assert.Equal(Verdict.Fail, Find(rows, "x", c => c.MinimumBetween(1.5)).Verdict);
        Assert.Equal(Verdict.Fail, Find(rows, "x", c => c.MaximumBetween(max: 2.5)).Verdict);
        Assert.Equal(Verdict.Fail, Find(rows, "x", c => c.QuantileBetween(0.5, 2.5)).Verdict);
        Assert.Equal(Verdict.Fail, Find(rows, "x", c => c.DistinctCountBetween(max: 2)).Verdict);
    }

    [Fact]
    public void NumbersThatAreNone_LeaveAFigureUndefined()
    {
        Assert.Equal(UndefinedReason.NonFinite, Find(Numbers(1, double.PositiveInfinity), "x", c => c.MeanBetween(0)).Value!.Value.Reason);
        Assert.Equal(UndefinedReason.TooFewRows, Find(Numbers(1), "x", c => c.StandardDeviationBetween(0)).Value!.Value.Reason);
        Assert.Equal(UndefinedReason.NoRows, Find(Numbers(double.NaN), "x", c => c.SumBetween(0)).Value!.Value.Reason);
        ContractFinding text = Find(new ColumnBatch([BatchColumn.Of<string>("x", new[] { "1", "two" })]), "x", c => c.SumBetween(0));
        Assert.Equal((Verdict.Fail, UndefinedReason.NonFinite), (text.Verdict, text.Value!.Value.Reason));
        Assert.Equal(3, Find(new ColumnBatch([BatchColumn.Of<string>("x", new[] { "1", "2" })]), "x", c => c.SumBetween(0)).Value!.Value.Value);
    }

    [Fact]
    public void BeyondTheExactSize_ALimitInsideTheBandIsInconclusive()
    {
        double[] values = new double[200_000];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = i * 7919L % values.Length;
        }

        ColumnBatch rows = Numbers(values);
        ContractFinding inside = Find(rows, "x", c => c.QuantileBetween(0.5, 100_000));
        Assert.Equal(Verdict.Inconclusive, inside.Verdict);
        Assert.InRange(100_000, inside.Lower!.Value, inside.Upper!.Value);
        Assert.Equal(Verdict.Pass, Find(rows, "x", c => c.QuantileBetween(0.5, 98_000, 102_000)).Verdict);
        Assert.Equal(Verdict.Fail, Find(rows, "x", c => c.QuantileBetween(0.5, 103_000)).Verdict);
        Assert.Equal(Verdict.Inconclusive, Find(rows, "x", c => c.DistinctCountBetween(200_000)).Verdict);
        Assert.Equal(Verdict.Pass, Find(rows, "x", c => c.DistinctCountBetween(180_000, 220_000)).Verdict);
        Assert.Equal(Verdict.Fail, Find(rows, "x", c => c.DistinctCountBetween(max: 150_000)).Verdict);
        Assert.Equal(200_000, Find(rows, "x", c => c.Unique()).Evaluated);
        double exact = Find(Numbers(values[..65_536]), "x", c => c.QuantileBetween(0.25, 0)).Value!.Value.Value;
        Assert.Equal(Type7(values[..65_536], 0.25), exact);
    }

    [Fact]
    public void Moments_KeepTheirDigitsFarFromZero()
    {
        RandomStream random = new(5);
        double[] values = new double[50_000];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = 1e9 + random.NextGaussian();
        }

        Assert.InRange(Find(Numbers(values), "x", c => c.StandardDeviationBetween(0)).Value!.Value.Value, 0.98, 1.02);
    }

    private static double Type7(double[] values, double share)
    {
        double[] sorted = [.. values.Order()];
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        return below + 1 < sorted.Length ? sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
    }

    private static void Near(double expected, ContractFinding finding)
    {
        Assert.Equal(Verdict.Pass, finding.Verdict);
        Assert.True(Math.Abs(expected - finding.Value!.Value.Value) <= 1e-9 * Math.Max(1, Math.Abs(expected)), $"{finding.Message} expected {expected:R}");
    }
}
