namespace Lifecycle.Drift.Tests;

/// <summary>Run lengths of detectors that compare windows, on streams of errors.</summary>
public sealed class RunLengthOfWindowsTests
{
    [Theory]
    [InlineData(0.05)]
    [InlineData(0.2)]
    [InlineData(0.5)]
    public void Run_length_of_windows_is_within_ten_percent(double rate)
    {
        StreamLaw law = StreamLaw.Errors(rate);
        KeptRunLength.Require<MddmA>(1_000, law);
        KeptRunLength.Require<EcddWt>(1_000, law);
        KeptRunLength.Require<HddmW>(1_000, law);
        KeptRunLength.Require<Stepd>(1_000, law);
        KeptRunLength.Require<Adwin>(1_000, law);
    }
}
