namespace Lifecycle.Drift.Tests;

/// <summary>Run lengths on normal values, of the likelihood ratio chart, and ten times as long ones.</summary>
public sealed class RunLengthOfValuesTests
{
    [Fact]
    public void Run_length_of_normal_values_is_within_ten_percent()
    {
        StreamLaw law = StreamLaw.Gaussian(100, 15);
        KeptRunLength.Require<PageHinkley>(1_000, law);
        KeptRunLength.Require<TabularCusum>(1_000, law);
        KeptRunLength.Require<Ewma>(1_000, law);
        KeptRunLength.Require<Shewhart>(1_000, law);
        KeptRunLength.Require<GlrCusum>(1_000, law);
    }

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.2)]
    [InlineData(0.5)]
    public void Run_length_of_the_likelihood_ratio_is_within_ten_percent(double rate) =>
        KeptRunLength.Require<GlrCusum>(1_000, StreamLaw.Errors(rate));

    [Fact]
    public void Run_length_of_ten_thousand_is_within_ten_percent()
    {
        StreamLaw law = StreamLaw.Errors(0.2);
        KeptRunLength.Require<PageHinkley>(10_000, law);
        KeptRunLength.Require<TabularCusum>(10_000, law);
        KeptRunLength.Require<Fhddm>(10_000, law);
    }
}
