namespace Lifecycle.Data;

/// <summary>What a derivation did, and the risk before and after it; kept beside the derived version as <c>lifecycle.risk/1</c>.</summary>
public sealed record RiskReport
{
    /// <summary>What the document is called.</summary>
    public const string Format = "lifecycle.risk/1";

    private readonly DisclosureRisk? _before;
    private readonly DisclosureRisk? _after;

    internal RiskReport(DisclosureRisk? before, DisclosureRisk? after)
    {
        _before = before;
        _after = after;
    }

    /// <summary>What may be said of the result.</summary>
    public required PrivacyOutcome Outcome { get; init; }

    /// <summary>Whether the plan named quasi-identifiers, so that there are figures.</summary>
    public bool IsMeasured => _before is not null;

    /// <summary>The risk of the source over the quasi-identifiers.</summary>
    /// <exception cref="InvalidOperationException">The plan named none.</exception>
    public DisclosureRisk Before => _before ?? throw NotMeasured();

    /// <summary>The risk of the result over those quasi-identifiers that are left.</summary>
    /// <exception cref="InvalidOperationException">The plan named none.</exception>
    public DisclosureRisk After => _after ?? throw NotMeasured();

    /// <summary>Rows of the source.</summary>
    public long RowsRead { get; init; }

    /// <summary>Rows of the result.</summary>
    public long RowsWritten => RowsRead - RowsSuppressed;

    /// <summary>Rows that were left out.</summary>
    public long RowsSuppressed { get; init; }

    /// <summary>Cells of written rows that had a value and have none any more; those of dropped columns are not counted.</summary>
    public long CellsSuppressed => Columns.Sum(c => c.CellsSuppressed);

    /// <summary>Rounds in which classes were left out.</summary>
    public int Rounds { get; init; }

    /// <summary>What was done with each column of the source, in its order.</summary>
    public required IReadOnlyList<ColumnTreatment> Columns { get; init; }

    /// <summary>
    /// Columns that are kept as they are, are neither quasi-identifier nor sensitive, and differ in more than half of their rows: each may
    /// name somebody, whatever k is.
    /// </summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The document: the same bytes for the same report.</summary>
    public byte[] ToBytes() => RiskReportJson.Write(this);

    private static InvalidOperationException NotMeasured() =>
        new("The plan named no quasi-identifiers, so no risk was measured. Say Measure(quasiIdentifiers, sensitive) or Require(...) in the plan.");
}

/// <summary>What was done with a column.</summary>
/// <param name="Column">Its name.</param>
/// <param name="Operator">For example <c>pseudonymize</c>.</param>
/// <param name="CellsChanged">Cells of written rows that have another text than before.</param>
/// <param name="CellsSuppressed">Cells of written rows that had a value and have none any more.</param>
public sealed record ColumnTreatment(string Column, string Operator, long CellsChanged, long CellsSuppressed);
