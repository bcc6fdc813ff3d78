namespace Lifecycle.Drift.Tests;

/// <summary>Run lengths of the detectors with heavy tails, at one error rate each.</summary>
public sealed class HeavyRunLengthTests
{
    [Fact]
    public void Run_length_of_heavy_tails_is_within_ten_percent()
    {
        KeptRunLength.Require<Ddm>(1_000, StreamLaw.Errors(0.2), runs: 20_000);
        KeptRunLength.Require<Eddm>(1_000, StreamLaw.Errors(0.05), runs: 20_000);
        KeptRunLength.Require<Rddm>(1_000, StreamLaw.Errors(0.5), runs: 10_000);
    }
}
