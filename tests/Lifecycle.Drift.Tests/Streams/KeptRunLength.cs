namespace Lifecycle.Drift.Tests;

/// <summary>Measures the run length of a detector that was asked for one.</summary>
internal static class KeptRunLength
{
    /// <summary>Within ten percent, by other runs than those of the search; and what the detector expects is within five.</summary>
    public static void Require<TDetector>(double target, StreamLaw law, int runs = 3_000)
        where TDetector : StreamDetector<TDetector>, new()
    {
        TDetector detector = new TDetector().WithRunLength(target, law);
        double measured = RunLength.Measure(() => detector.Fresh(), law, (long)(RunLength.Cut * target), runs, seed: 77);
        Assert.True(Math.Abs(measured / target - 1) <= 0.1, $"{detector} on {law}: {measured:0} instead of {target:0}");
        Assert.InRange(detector.ExpectedRunLength!.Value / target, 0.95, 1.05);
    }
}
