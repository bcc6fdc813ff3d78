namespace Lifecycle.Drift.Tests;

/// <summary>Run lengths of the detectors with heavy tails or dear updates, at one error rate each.</summary>
public sealed class DearRunLengthTests
{
    [Fact]
    public void Run_length_of_the_dearer_detectors_is_within_ten_percent()
    {
        RunLengthTests.Require<Ddm>(1_000, StreamLaw.Errors(0.2), runs: 20_000);
        RunLengthTests.Require<Eddm>(1_000, StreamLaw.Errors(0.05), runs: 20_000);
        RunLengthTests.Require<Rddm>(1_000, StreamLaw.Errors(0.5), runs: 10_000);
        RunLengthTests.Require<HddmA>(1_000, StreamLaw.Errors(0.05), runs: 10_000);
        RunLengthTests.Require<MddmG>(1_000, StreamLaw.Errors(0.05));
        RunLengthTests.Require<MddmE>(1_000, StreamLaw.Errors(0.5));
        RunLengthTests.Require<Kswin>(1_000, StreamLaw.Errors(0.5), runs: 1_500);
    }
}
