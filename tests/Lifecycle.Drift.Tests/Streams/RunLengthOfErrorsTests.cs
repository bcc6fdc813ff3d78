namespace Lifecycle.Drift.Tests;

/// <summary>Run lengths of the cheaper detectors on streams of errors.</summary>
public sealed class RunLengthOfErrorsTests
{
    [Theory]
    [InlineData(0.05)]
    [InlineData(0.2)]
    [InlineData(0.5)]
    public void Run_length_of_errors_is_within_ten_percent(double rate)
    {
        StreamLaw law = StreamLaw.Errors(rate);
        KeptRunLength.Require<PageHinkley>(1_000, law);
        KeptRunLength.Require<TabularCusum>(1_000, law);
        KeptRunLength.Require<Fhddm>(1_000, law);
        KeptRunLength.Require<Fhddms>(1_000, law);
        KeptRunLength.Require<Cusum>(1_000, law);
        KeptRunLength.Require<GeometricMovingAverage>(1_000, law);
        KeptRunLength.Require<Ewma>(1_000, law);
    }
}
