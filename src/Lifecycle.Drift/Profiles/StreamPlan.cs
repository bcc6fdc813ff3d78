using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>How fine a profile is, and how often its rows are read.</summary>
internal sealed record StreamPlan(int Resolution = NumericGrid.DefaultResolution, int? SketchSize = null, bool IsTwoPass = false, bool KeepsValues = false)
{
    public StreamPlan WithResolution(int bins) => NumericGrid.IsResolution(bins)
        ? this with { Resolution = bins }
        : throw new ArgumentOutOfRangeException(nameof(bins), bins, "A grid has 320, 1280 or 5120 bins.");

    public StreamPlan WithSketchSize(int k) => k is >= QuantileSketch.LeastK and <= QuantileSketch.MostK
        ? this with { SketchSize = k }
        : throw new ArgumentOutOfRangeException(
            nameof(k), k, $"A sketch has a size from {QuantileSketch.LeastK} to {QuantileSketch.MostK}, for example {QuantileSketch.DefaultK}.");
}
