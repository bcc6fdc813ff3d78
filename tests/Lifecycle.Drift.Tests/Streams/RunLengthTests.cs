using Lifecycle.Statistics;

namespace Lifecycle.Drift.Tests;

/// <summary>Run lengths: exact where the law is known, simulated elsewhere, and kept.</summary>
public sealed class RunLengthTests
{
    [Theory]
    [InlineData(4, 0, 335.3676)]
    [InlineData(4, 0.5, 26.67916)]
    [InlineData(4, 1, 8.3831)]
    [InlineData(4, 2, 3.3428)]
    [InlineData(5, 0, 930.8871)]
    [InlineData(5, 0.5, 38.00961)]
    [InlineData(5, 1, 10.376)]
    [InlineData(5, 2, 4.0089)]
    public void Cusum_has_the_exact_run_length(double threshold, double shift, double expected) =>
        Assert.Equal(expected, RunLength.OfCusum(0.5, threshold, shift, ChangeDirection.Up), 2e-5 * expected + 5e-5);

    [Fact]
    public void A_two_sided_cusum_has_half_the_run_length() =>
        Assert.Equal(930.8871 / 2, new TabularCusum { Mean = 3, StandardDeviation = 2 }.ExpectedRunLength!.Value, 0.01);

    [Theory]
    [InlineData(0.1, 2.814, 499.58, 31.297, 10.331, 4.362)]
    [InlineData(0.2, 2.962, 499.74, 41.764, 10.542, 3.743)]
    [InlineData(0.05, 2.615, 499.93, 28.764, 11.383, 5.225)]
    public void Ewma_has_the_exact_run_length(double weight, double limit, double none, double half, double one, double two)
    {
        (double Shift, double Expected)[] cells = [(0, none), (0.5, half), (1, one), (2, two)];
        foreach ((double shift, double expected) in cells)
        {
            // Figures of three decimals.
            Assert.Equal(expected, RunLength.OfEwma(weight, limit, shift, steadyLimits: true), 1e-5 * expected + 5e-4);
        }
    }

    [Fact]
    public void Far_limits_and_single_values_have_the_exact_run_length()
    {
        Assert.Equal(26240.4, RunLength.OfEwma(0.1, 4, 0, steadyLimits: true), 0.1);
        Assert.Equal(370.3983, RunLength.OfShewhart(3), 1e-4);
        Assert.Equal(370.3983, RunLength.OfEwma(1, 3), 1e-4);
    }

    [Fact]
    public void The_charts_run_as_long_as_the_chain_says()
    {
        StreamLaw law = StreamLaw.Gaussian(5, 3);
        Func<StreamDetector>[] charts =
        [
            () => new TabularCusum { Mean = 5, StandardDeviation = 3, Threshold = 4 }, () => new Ewma { Mean = 5, StandardDeviation = 3 },
            () => new Ewma { Mean = 5, StandardDeviation = 3, SteadyLimits = true, Weight = 0.2, Limit = 2.962 }, () => new Shewhart { Mean = 5, StandardDeviation = 3 },
        ];
        foreach (Func<StreamDetector> chart in charts)
        {
            // 6,000 runs: a standard error of 1.3 %.
            Assert.Equal(1, RunLength.Measure(chart, law, 1_000_000, 6_000) / chart().ExpectedRunLength!.Value, 0.04);
        }
    }

    [Fact]
    public void A_statistic_of_few_values_gets_another_window_and_says_so()
    {
        // The statistic of Fhddm on errors has steps of one error: with a window of 100, 1,000 lies between two of them.
        Fhddm detector = Fhddm.ForRunLength(1_000, errorRate: 0.05);
        Assert.InRange(detector.Window, 75, 125);
        Assert.NotEqual(100, detector.Window);
        Assert.InRange(detector.ExpectedRunLength!.Value, 950, 1_050);
        Fhddm wider = new Fhddm { Window = 500 }.WithRunLength(1_000, StreamLaw.Errors(0.05));
        Assert.InRange(wider.Window, 375, 625);
    }

    [Fact]
    public void A_slack_of_normal_values_and_a_window_of_numbers_stay()
    {
        Assert.Equal(0.5, TabularCusum.ForRunLength(1_000, 0, 1).Slack);
        Assert.Equal(100, MddmA.ForRunLength(1_000, errorRate: 0.3).Window);
    }

    [Fact]
    public void Equal_evidence_is_ordered_by_the_errors_before()
    {
        // Three errors in a row at a rate of 0.05 are worth 3 ln 20, whatever was before; a threshold of that lies between them.
        double worth = 3 * Math.Log(20), below = Math.BitDecrement(worth) - 1e-12;
        double[] quiet = [.. Enumerable.Repeat(0.0, 150), 1, 1, 1], unquiet = [1, .. Enumerable.Repeat(0.0, 149), 1, 1, 1];
        Assert.Equal([152], ErrorStreams.Alarms(new GlrCusum { ErrorRate = 0.05, Threshold = below, Direction = ChangeDirection.Up }, quiet));
        Assert.Empty(ErrorStreams.Alarms(new GlrCusum { ErrorRate = 0.05, Threshold = worth + 5e-9, Direction = ChangeDirection.Up }, quiet));

        // Errors among the latest 1, 2, 3, ... values: 1 + 2 + 3 x 151, and one more with the error at the start.
        double between = worth + 1e-8 * 456.5 / (256 * 256);
        Assert.Empty(ErrorStreams.Alarms(new GlrCusum { ErrorRate = 0.05, Threshold = between, Direction = ChangeDirection.Up }, quiet));
        Assert.Equal([152], ErrorStreams.Alarms(new GlrCusum { ErrorRate = 0.05, Threshold = between, Direction = ChangeDirection.Up }, unquiet));
    }

    [Fact]
    public void Correlated_values_get_their_threshold_from_a_sample()
    {
        double[] sample = Autoregressive(40_000, 0.6, 1), other = Autoregressive(200_000, 0.6, 2);
        TabularCusum aware = TabularCusum.ForRunLength(1_000, sample), naive = TabularCusum.ForRunLength(1_000, 0, 1.25);
        int alarms = ErrorStreams.Alarms(aware, other).Length, careless = ErrorStreams.Alarms(naive, other).Length;

        // 200 expected; blocks of 50 lose a little of the correlation.
        Assert.InRange(alarms, 140, 300);
        Assert.True(careless > 4 * alarms, $"{careless} against {alarms}");
    }

    [Fact]
    public void The_result_does_not_depend_on_the_number_of_threads_or_on_the_call()
    {
        PageHinkley first = PageHinkley.ForRunLength(500, errorRate: 0.3), second = PageHinkley.ForRunLength(500, errorRate: 0.3);
        Assert.Equal(first.Threshold, second.Threshold);
        Assert.Equal(first.ExpectedRunLength, second.ExpectedRunLength);
    }

    [Fact]
    public void Other_settings_are_kept()
    {
        PageHinkley detector = new PageHinkley { Delta = 0.02, Direction = ChangeDirection.Both, Strict = true }.WithRunLength(1_000, StreamLaw.Errors(0.1));
        Assert.Equal((0.02, ChangeDirection.Both, true), (detector.Delta, detector.Direction, detector.Strict));
    }

    [Fact]
    public void What_cannot_be_had_is_said()
    {
        // A chart of single values sees a 0 or a 1, nothing between.
        Assert.Contains("cannot be had", Assert.Throws<RunLengthException>(() => Shewhart.ForRunLength(1_000, errorRate: 0.2)).Message, StringComparison.Ordinal);
        Assert.Contains("takes errors", Assert.Throws<ArgumentException>(() => Ddm.ForRunLength(1_000, 0, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("from 0 to 1", Assert.Throws<ArgumentException>(() => HddmA.ForRunLength(1_000, 0, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("100 and", Assert.Throws<ArgumentOutOfRangeException>(() => Ddm.ForRunLength(10, errorRate: 0.2)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Ddm.ForRunLength(double.NaN, errorRate: 0.2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Ddm.ForRunLength(1_000, errorRate: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Ewma.ForRunLength(1_000, 0, 0));
        Assert.Contains("500", Assert.Throws<ArgumentException>(() => Ewma.ForRunLength(1_000, new double[499])).Message, StringComparison.Ordinal);
        double[] hole = new double[600];
        hole[7] = double.NaN;
        Assert.Contains("Value 7", Assert.Throws<ArgumentException>(() => Ewma.ForRunLength(1_000, hole)).Message, StringComparison.Ordinal);
    }

    private static double[] Autoregressive(int count, double correlation, ulong seed)
    {
        double[] values = Samples.Normal(count, seed);
        for (int i = 1; i < count; i++)
        {
            values[i] += correlation * values[i - 1];
        }

        return values;
    }
}
