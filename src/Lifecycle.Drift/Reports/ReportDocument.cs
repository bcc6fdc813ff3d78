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

    public string? Title { get; init; }

    public IReadOnlyList<NoteDocument>? Notes { get; init; }

    public IReadOnlyList<OtherDocument>? Others { get; init; }

    public IReadOnlyList<PerformanceDocument>? Performance { get; init; }

    public IReadOnlyList<DriftAlert>? Alerts { get; init; }

    public IReadOnlyList<WindowDocument>? Windows { get; init; }

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

    public static ReportDocument Of(DriftReportPage page) => Of(page.Report) with
    {
        Title = page.Title,
        Notes = OrNull(page.Notes.Select(n => new NoteDocument(n.Heading, n.Paragraphs))),
        Others = OrNull(page.Others.Select(o => new OtherDocument(o.Heading, o.Paragraphs, Of(o.Report)))),
        Performance = OrNull(page.Performance.Select(PerformanceDocument.Of)),
        Alerts = OrNull(page.Alerts),
        Windows = OrNull(page.Windows.Select(WindowDocument.Of)),
    };

    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, ReportJson.Default.ReportDocument);

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

    private static T[]? OrNull<T>(IEnumerable<T> items) => items.ToArray() is { Length: > 0 } some ? some : null;
}

/// <summary>A note of a page.</summary>
internal sealed record NoteDocument(string Heading, IReadOnlyList<string> Paragraphs);

/// <summary>Another report on the same page.</summary>
internal sealed record OtherDocument(string Heading, IReadOnlyList<string> Paragraphs, ReportDocument Report);

/// <summary>A saved window.</summary>
internal sealed record WindowDocument(string Id, DriftWindow Window, long Rows, string Report, bool HasDrift, IReadOnlyList<FindingRecord> Findings)
{
    public static WindowDocument Of(WindowRecord record) => new(record.Id, record.Window, record.Rows, record.Report.ToString(), record.HasDrift, record.Findings);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ReportDocument))]
internal sealed partial class ReportJson : JsonSerializerContext;
