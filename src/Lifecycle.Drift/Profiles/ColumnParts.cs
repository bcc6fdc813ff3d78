using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>What the sections of one column said, before it is known to fit together.</summary>
internal sealed class ColumnParts
{
    public string? Name { get; set; }

    public ColumnRole Role { get; set; }

    public ColumnKind? Kind { get; set; }

    /// <summary>Values, missing, positive infinite, negative infinite.</summary>
    public long[]? Counts { get; set; }

    /// <summary>Minimum, maximum, mean, squared deviations.</summary>
    public double[]? Moments { get; set; }

    public NumericGrid? Grid { get; set; }

    public long[]? Bins { get; set; }

    public long[]? Offsets { get; set; }

    public double[]? Range { get; set; }

    public string? Unit { get; set; }

    public byte[]? Histogram { get; set; }

    public CardinalitySketch? Cardinality { get; set; }

    public ValueCount[] TopValues { get; set; } = [];

    public (QuantileSketch Sketch, int Resolution)? Quantiles { get; set; }

    /// <summary>Rank error and mass error of the bins.</summary>
    public double[]? BinErrors { get; set; }

    /// <summary>Errors of the labels.</summary>
    public long[]? LabelErrors { get; set; }

    public CategoryLabel[]? Labels { get; set; }

    /// <summary>Values, labels and singletons that have no place of their own.</summary>
    public long[] Other { get; } = new long[3];

    public List<(byte Type, byte[] Payload)> Unknown { get; } = [];
}
