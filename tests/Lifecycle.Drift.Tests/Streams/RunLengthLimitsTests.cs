namespace Lifecycle.Drift.Tests;

/// <summary>Laws, settings and levels at the end of what can be: a run length that holds, or one clear refusal.</summary>
public sealed class RunLengthLimitsTests
{
    [Fact]
    public void A_warning_as_strict_as_the_drift_stays_so_at_the_chosen_threshold()
    {
        // Level x 2.2 / 2.2 is one unit in the last place above the level here.
        Ddm detector = new Ddm { Drift = 2.2, Warning = 2.2 }.WithRunLength(500, StreamLaw.Errors(0.3));
        Assert.Equal(Signal.None, detector.Update(true));
        Assert.True(detector.Warning <= detector.Drift);
        Eddm distances = new Eddm { Drift = 0.9, Warning = 0.9 }.WithRunLength(500, StreamLaw.Errors(0.3));
        Assert.Equal(Signal.None, distances.Update(true));
    }

    [Fact]
    public void A_threshold_below_0_is_a_run_length_that_cannot_be_had()
    {
        Refused(() => new EcddWt { Weight = 0.01 }.WithRunLength(200, StreamLaw.Errors(0.2)));
        Refused(() => new GeometricMovingAverage { Fading = 0.999 }.WithRunLength(100, StreamLaw.Errors(0.2)));

        static void Refused(Func<object> choose) => Assert.Contains("the shortest is longer", Assert.Throws<RunLengthException>(choose).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Short_run_lengths_of_charts_are_found_at_low_thresholds()
    {
        Assert.Equal(100, new TabularCusum { Slack = 2.55 }.WithRunLength(100, StreamLaw.Gaussian(0, 1)).ExpectedRunLength!.Value, 0.01);
        Assert.Equal(100, new Ewma { Weight = 0.001, SteadyLimits = true }.WithRunLength(100, StreamLaw.Gaussian(0, 1)).ExpectedRunLength!.Value, 0.01);

        // At a threshold of next to nothing: 1/P(a value beyond 3.5).
        string message = Assert.Throws<RunLengthException>(() => new TabularCusum { Slack = 3.5 }.WithRunLength(1_000, StreamLaw.Gaussian(0, 1))).Message;
        Assert.Contains("the nearest is 2,149.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_length_that_cannot_be_asked_for_is_no_remedy()
    {
        string message = Assert.Throws<RunLengthException>(() => new TabularCusum { Slack = 6 }.WithRunLength(1_000, StreamLaw.Gaussian(0, 1))).Message;
        Assert.DoesNotContain("Ask for that", message, StringComparison.Ordinal);
        Assert.Contains("half the shift", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_too_small_for_the_chain_are_simulated()
    {
        Ewma slow = new Ewma { Weight = 1e-5, SteadyLimits = true }.WithRunLength(2_000, StreamLaw.Gaussian(0, 1));
        Assert.Equal(1, RunLength.Measure(slow.Fresh, StreamLaw.Gaussian(0, 1), 40_000, 2_000, seed: 7) / 2_000, 0.1);
        Assert.Null(new Ewma { Weight = 1e-5, Mean = 0, StandardDeviation = 1 }.ExpectedRunLength);
        Assert.Contains("RunLength.Measure", Assert.Throws<ArgumentOutOfRangeException>(() => RunLength.OfEwma(1e-5, 3)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_lengths_beyond_the_digits_of_the_chain_are_infinite()
    {
        Assert.Equal(double.PositiveInfinity, RunLength.OfCusum(0.5, 1_000));
        Assert.Equal(double.PositiveInfinity, RunLength.OfEwma(0.1, 50));
        Assert.InRange(RunLength.OfCusum(0.5, 25), 1e11, 1e12);
        Assert.Throws<ArgumentOutOfRangeException>(() => RunLength.OfCusum(0.5, 5, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => RunLength.OfEwma(0.1, 3, double.PositiveInfinity));
        Assert.Throws<ArgumentOutOfRangeException>(() => RunLength.OfShewhart(3, double.NaN));
    }

    [Fact]
    public void Errors_that_hardly_ever_come_are_no_normal_values()
    {
        Assert.Equal(double.PositiveInfinity, RunLength.Measure(() => new Shewhart { Mean = 0, StandardDeviation = 1e-9 }, StreamLaw.Errors(1e-17), 1_000, 20));
        Assert.Throws<RunLengthException>(() => Ewma.ForRunLength(1_000, errorRate: 1e-17));
    }

    [Theory]
    [InlineData(1e9, 1e-9, "subtract the mean")]
    [InlineData(-1e16, 0.1, "subtract the mean")]
    [InlineData(0, 1e-200, "multiply")]
    [InlineData(1e200, 1, "at most 1e100")]
    [InlineData(0, 1e100, "at most 1e100")]
    public void Normal_values_that_detectors_cannot_tell_apart_or_take_are_refused(double mean, double standardDeviation, string remedy) => Assert.Contains(
        remedy, Assert.Throws<ArgumentOutOfRangeException>(() => Shewhart.ForRunLength(1_000, mean, standardDeviation)).Message, StringComparison.Ordinal);

    [Fact]
    public void Samples_that_detectors_cannot_take_are_refused()
    {
        Assert.Contains("at most 1e100", Assert.Throws<ArgumentException>(() => StreamLaw.FromSample(Of(1e120))).Message, StringComparison.Ordinal);
        Assert.Contains("multiply", Assert.Throws<ArgumentException>(() => StreamLaw.FromSample(Of(1e-180))).Message, StringComparison.Ordinal);

        static double[] Of(double size) => [.. Enumerable.Range(0, 600).Select(i => size * (i % 7))];
    }

    [Fact]
    public void What_cannot_be_measured_is_said_in_one_sentence()
    {
        Assert.Contains("takes errors", Assert.Throws<ArgumentException>(() => RunLength.Measure(() => new Ddm(), StreamLaw.Gaussian(0, 1), 100)).Message, StringComparison.Ordinal);
        Assert.Contains("at most 3", Assert.Throws<ArgumentException>(() => RunLength.Measure(() => new Ddm { Warning = 5 }, StreamLaw.Errors(0.1), 100)).Message, StringComparison.Ordinal);
        Assert.Contains("No detector", Assert.Throws<ArgumentException>(() => RunLength.Measure(() => null!, StreamLaw.Errors(0.1), 100)).Message, StringComparison.Ordinal);
    }
}
