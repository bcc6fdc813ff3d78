using System.Globalization;
using System.Text;

namespace Lifecycle.Drift;

public sealed partial record ChunkedDrift
{
    /// <summary>One line: which columns drifted in how many of the chunks that were checked.</summary>
    public string Summary
    {
        get
        {
            int checkedChunks = Chunks.Count(c => !c.IsReference);
            string[] drifted = [.. Columns.Where(c => c.HasDrift).Select(c => $"{c.Column} in {c.Points.Count(p => p is { IsReference: false, Verdict: DriftVerdict.Drift })}")];
            string found = drifted.Length == 0 ? "no column drifted" : string.Join(", ", drifted.Take(10)) + (drifted.Length > 10 ? " .." : "");
            return string.Create(CultureInfo.InvariantCulture, $"{found} of {checkedChunks} chunks ({Chunks.Count - checkedChunks} reference chunks, {ReferenceRows:N0} rows; {Chunker}; {Rule})");
        }
    }

    /// <summary>For example <c>Historical(0.05)</c>.</summary>
    internal string Rule => string.Create(
        CultureInfo.InvariantCulture, $"{Threshold}({Alpha:0.#####}{(Season is { } season ? $", season of {season.TotalDays:0.####} days" : "")})");

    /// <summary>A table for a console: a line for each chunk of each column, those of the reference marked.</summary>
    public override string ToString()
    {
        int width = Math.Clamp(Chunks.Select(c => c.Name.Length).DefaultIfEmpty(5).Max(), 5, 40);
        StringBuilder text = new();
        text.AppendLine(DriftReport.Clean(Summary));
        foreach (ChunkedColumn column in Columns)
        {
            text.AppendLine(DriftReport.Clean(Heading(column)));
            if (column.Points.Count > 0)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"  {"chunk".PadRight(width)}       {"rows",9}  {"distance",10}  {"limit",10}  {"p",8}  verdict");
            }

            foreach (ChunkPoint point in column.Points)
            {
                string name = DriftReport.Clean(point.Chunk.Length > width ? point.Chunk[..(width - 1)] + "…" : point.Chunk).PadRight(width);
                string p = point.Verdict == DriftVerdict.NotTested || (column.Method is not null && point.LogPValue == 0) ? "-" : PValueText.Of(point.LogPValue);
                text.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"  {name}  {(point.IsReference ? "ref" : "   ")}  {point.Count,9:N0}  {Number(point.Score),10}  {Number(point.Limit),10}  {p,8}  {point.Verdict}{(point.Reason is null ? "" : $": {point.Reason}")}");
            }
        }

        return text.ToString().TrimEnd();
    }

    internal static string Heading(ChunkedColumn column) => column.Reason is not null && column.Points.Count == 0
        ? $"{column.Column}: not tested; {column.Reason}"
        : string.Create(CultureInfo.InvariantCulture, $"{column.Column}: {column.Method ?? column.Distance.ToString()}{Spread(column)}");

    private static string Spread(ChunkedColumn column) => column.Overdispersion is not { } spread
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $", overdispersion {spread:0.00}{(column.SuggestsHistorical ? ": chunks vary more than chance, ChunkThreshold.Historical suits them" : "")}");

    private static string Number(double? value) => value?.ToString("G5", CultureInfo.InvariantCulture) ?? "-";
}
