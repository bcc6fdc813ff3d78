using System.Text.Json.Serialization;

namespace Lifecycle.Drift;

/// <summary>The JSON of a profile. Sketches are base64 of their bytes, hashes hexadecimal, everything else readable.</summary>
internal sealed record ProfileDocument
{
    public required string Schema { get; init; }

    public long Rows { get; init; }

    public IReadOnlyList<ColumnDocument?> Columns { get; init; } = [];
}

internal sealed record ColumnDocument
{
    public string? Name { get; init; }

    public ColumnRole Role { get; init; }

    public ColumnKind Kind { get; init; }

    public long Count { get; init; }

    public long Missing { get; init; }

    public long PositiveInfinite { get; init; }

    public long NegativeInfinite { get; init; }

    public long? Fractional { get; init; }

    public double? Minimum { get; init; }

    public double? Maximum { get; init; }

    public double? Mean { get; init; }

    public double? SquaredDeviations { get; init; }

    public double? DeclaredMinimum { get; init; }

    public double? DeclaredMaximum { get; init; }

    public string? Unit { get; init; }

    public GridDocument? Grid { get; init; }

    public double? RankError { get; init; }

    public double? MassError { get; init; }

    public IReadOnlyList<ValueCount>? TopValues { get; init; }

    /// <summary>A quantile sketch, and the bins that are cut from it.</summary>
    public byte[]? Quantiles { get; init; }

    public int? Resolution { get; init; }

    public byte[]? Histogram { get; init; }

    public byte[]? Cardinality { get; init; }

    public IReadOnlyList<LabelDocument?>? Labels { get; init; }

    public long? OtherCount { get; init; }

    public long? OtherLabels { get; init; }

    public long? OtherSingletons { get; init; }

    /// <summary>Sections of a newer version.</summary>
    public IReadOnlyList<SectionDocument?>? Sections { get; init; }
}

/// <summary>The bins of a numeric column with exact counts.</summary>
internal sealed record GridDocument
{
    public bool IsValues { get; init; }

    public double? Low { get; init; }

    public double? High { get; init; }

    public IReadOnlyList<double> Edges { get; init; } = [];

    public IReadOnlyList<int> Coarse { get; init; } = [];

    public IReadOnlyList<long> Counts { get; init; } = [];

    public IReadOnlyList<long> Offsets { get; init; } = [];
}

internal sealed record LabelDocument(string? Hash, string? Text, long Count, long? Error);

internal sealed record SectionDocument(byte Type, byte[]? Payload);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(ProfileDocument))]
internal sealed partial class ProfileJsonContext : JsonSerializerContext;
