using System.Globalization;
using System.Text;

namespace Lifecycle.Drift;

/// <summary>What a check of new data against a reference found. Immutable; the same findings give the same bytes.</summary>
public sealed partial record DriftReport
{
    /// <summary>Digest of the reference profile.</summary>
    public Digest Reference { get; init; }

    /// <summary>Rows of the reference.</summary>
    public long ReferenceRows { get; init; }

    /// <summary>Rows that were checked.</summary>
    public long Rows { get; init; }

    /// <summary>Chance of a false drift that the check allowed, for all columns together.</summary>
    public double Alpha { get; init; } = DriftPolicy.Default.Alpha;

    /// <summary>How p-values were corrected for the number of columns.</summary>
    public DriftCorrection Correction { get; init; }

    /// <summary>The window of time the rows came from and whose they are; null for a batch.</summary>
    public DriftWindow? Window { get; init; }

    /// <summary>The columns, worst first.</summary>
    public IReadOnlyList<ColumnFinding> Columns { get; init; } = [];

    /// <summary>What is wrong with the data besides its distribution.</summary>
    public IReadOnlyList<QualityFinding> Quality { get; init; } = [];

    /// <summary>
    /// Share of the tested columns that has to drift before the report has drift, as a preset of another tool asks for; null when one column is
    /// enough.
    /// </summary>
    public double? LeastDriftedShare { get; init; }

    /// <summary>Share of the tested columns that drifted, in [0, 1]; 0 when none was tested.</summary>
    public double DriftedShare => Columns.Count(c => c.Verdict != DriftVerdict.NotTested) is > 0 and int tested
        ? (double)Columns.Count(c => c.Verdict == DriftVerdict.Drift) / tested
        : 0;

    /// <summary>Whether a column drifted; under a policy that asks for a share of columns, whether that share did.</summary>
    public bool HasDrift => Columns.Any(c => c.Verdict == DriftVerdict.Drift) && DriftedShare >= (LeastDriftedShare ?? 0);

    /// <summary>The finding of a column.</summary>
    /// <exception cref="UnknownColumnException">The report has no such column.</exception>
    public ColumnFinding this[string column] =>
        Columns.FirstOrDefault(c => c.Column == column) ?? throw new UnknownColumnException(column, Columns.Select(c => c.Column));

    /// <summary>SHA-256 of the report's JSON: its identity.</summary>
    public Digest Digest => Digest.Of(ToUtf8Json());

    /// <summary>One line: how many columns drifted and which.</summary>
    public string Summary
    {
        get
        {
            string[] drifted = [.. Columns.Where(c => c.Verdict == DriftVerdict.Drift).Select(c => c.Column)];
            string columns = WasNotTested ? "no column could be tested"
                : drifted.Length == 0 ? "no column drifted" : $"{drifted.Length} of {Columns.Count} columns drifted: {string.Join(", ", drifted.Take(10))}";
            return string.Create(CultureInfo.InvariantCulture, $"{columns}{(ShareOfColumns is { } share ? "; " + share : "")} ({Rows:N0} rows against {ReferenceRows:N0})");
        }
    }

    /// <summary>Whether there are columns and none of them could be compared.</summary>
    internal bool WasNotTested => Columns.Count > 0 && Columns.All(c => c.Verdict == DriftVerdict.NotTested);

    /// <summary>Where a share of the columns decides: the answer, that share and the least one. Null where a single column is enough.</summary>
    internal string? ShareOfColumns => LeastDriftedShare is { } least
        ? string.Create(CultureInfo.InvariantCulture, $"dataset drift {(HasDrift ? "yes" : "no")}, share {DriftedShare:0.##} of {least:0.##}")
        : null;

    /// <summary>A table of all columns for a console, worst first, then the findings of data quality.</summary>
    public override string ToString()
    {
        int width = Math.Clamp(Columns.Select(c => c.Column.Length).DefaultIfEmpty(6).Max(), 6, 40);
        StringBuilder text = new();
        text.AppendLine(Clean(Summary));
        text.AppendLine(CultureInfo.InvariantCulture, $"{"column".PadRight(width)}  {"verdict",-9}  {"p",8}  {"PSI",6}  {"W1/sd",6}  {"new>old",7}  {"missing",8}");
        foreach (ColumnFinding c in Columns)
        {
            string name = Clean(c.Column.Length > width ? c.Column[..(width - 1)] + "…" : c.Column).PadRight(width);
            if (c.Verdict == DriftVerdict.NotTested)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"{name}  {c.Verdict,-9}  {Clean(c.Reason ?? "")}");
                continue;
            }

            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"{name}  {c.Verdict,-9}  {PValueText.Of(c.LogAdjustedPValue),8}  {c.PopulationStabilityIndexCorrected,6:0.000}  {Number(c.WassersteinInStandardDeviations),6}  {Number(c.ProbabilityOfGreater),7}  {c.Current.MissingShare,8:P1}{(c.Preset is { } preset ? $"  {preset}" : "")}");
        }

        foreach (QualityFinding finding in Quality)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{Clean(finding.Column)}: {finding.Rule}. {Clean(finding.Message)}");
        }

        return text.ToString().TrimEnd();
    }

    private static string Number(double? value) => value?.ToString("0.000", CultureInfo.InvariantCulture) ?? "-";

    internal static string Clean(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}
