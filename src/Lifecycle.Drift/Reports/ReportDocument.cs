using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lifecycle.Drift;

/// <summary>The shape of a report's JSON.</summary>
internal sealed record ReportDocument
{
    public required string Schema { get; init; }

    public required string Reference { get; init; }

    public long ReferenceRows { get; init; }

    public long Rows { get; init; }

    public double Alpha { get; init; }

    public DriftCorrection Correction { get; init; }

    public double? LeastDriftedShare { get; init; }

    public bool HasDrift { get; init; }

    public DriftWindow? Window { get; init; }

    public required IReadOnlyList<ColumnFinding> Columns { get; init; }

    public required IReadOnlyList<QualityFinding> Quality { get; init; }

    public static ReportDocument Of(DriftReport report) => new()
    {
        Schema = DriftReport.JsonSchema,
        Reference = report.Reference.ToString(),
        ReferenceRows = report.ReferenceRows,
        Rows = report.Rows,
        Alpha = report.Alpha,
        Correction = report.Correction,
        LeastDriftedShare = report.LeastDriftedShare,
        HasDrift = report.HasDrift,
        Window = report.Window,
        Columns = report.Columns,
        Quality = report.Quality,
    };

    public DriftReport ToReport() => new()
    {
        Reference = Digest.Parse(Reference),
        ReferenceRows = ReferenceRows,
        Rows = Rows,
        Alpha = Alpha,
        Correction = Correction,
        LeastDriftedShare = LeastDriftedShare,
        Window = Window,
        Columns = Columns,
        Quality = Quality,
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ReportDocument))]
internal sealed partial class ReportJson : JsonSerializerContext;
