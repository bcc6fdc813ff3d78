namespace Lifecycle.Drift.Tests;

/// <summary>Run lengths of the detectors with dear updates, at one error rate each.</summary>
public sealed class DearRunLengthTests
{
    [Fact]
    public void Run_length_of_the_dearer_detectors_is_within_ten_percent()
    {
        KeptRunLength.Require<HddmA>(1_000, StreamLaw.Errors(0.05), runs: 10_000);
        KeptRunLength.Require<MddmG>(1_000, StreamLaw.Errors(0.05));
        KeptRunLength.Require<MddmE>(1_000, StreamLaw.Errors(0.5));
        KeptRunLength.Require<Kswin>(1_000, StreamLaw.Errors(0.5), runs: 1_500);
    }
}
