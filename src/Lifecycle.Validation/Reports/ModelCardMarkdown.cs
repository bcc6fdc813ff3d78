using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>Writes Markdown whose front matter the Hugging Face hub reads; the sections follow Mitchell et al. 2019.</summary>
internal static class ModelCardMarkdown
{
    private const int MostRows = 200;

    public static string Write(ModelCard card)
    {
        StringBuilder text = new();
        CardFigure[] figures = [.. card.Figures()];
        WriteFront(text, card, figures);
        Line(text, $"# {MarkdownWriter.Escape(card.Name)}");
        Line(text, "");
        Line(text, Said(card.Overview));
        Section(text, "Model details",
            $"- Version: {Said(card.Version)}{(card.Date is { } day ? $", {day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}" : "")}",
            $"- Owners: {(card.Owners.Count > 0 ? string.Join("; ", card.Owners.Select(o => $"{Said(o.Name)} ({Said(o.Contact)})")) : ModelCard.NotStated)}",
            $"- Licence: {Said(card.License)}",
            $"- Architecture: {Said(card.Architecture)}",
            $"- Input: {Said(card.InputFormat)}",
            $"- Output: {Said(card.OutputFormat)}",
            $"- Digest: {card.Report?.Model?.ToString() ?? ModelCard.NotStated}");
        Section(text, "Intended use", [.. Said("Users", card.Users), .. Said("Uses", card.UseCases)]);
        Section(text, "Factors", card.Report is { Groups.Count: > 0 } grouped
            ? [.. grouped.Groups.Select(t => $"- {MarkdownWriter.Escape(string.Join(" x ", t.By))}: {t.Groups.Count} groups")]
            : [$"- {ModelCard.NotStated}"]);
        Section(text, "Metrics and quantitative analyses", [.. Table(card, figures)]);
        Section(text, "Data", card.Data.Count > 0
            ? [.. card.Data.Select(d => $"- {Said(d.Name)}: {Said(d.Description)}{(d.Sensitive is { Count: > 0 } s ? $" Sensitive: {MarkdownWriter.Escape(string.Join(", ", s))}." : "")}")]
            : [$"- {ModelCard.NotStated}"]);
        Section(text, "Ethical considerations", card.Risks.Count > 0
            ? [.. card.Risks.Select(r => $"- {Said(r.Name)}. Done about it: {Said(r.Mitigation)}")]
            : [$"- {ModelCard.NotStated}"]);
        Section(text, "Caveats and recommendations", [.. Said("Limitations", card.Limitations), .. Said("Trade-offs", card.Tradeoffs)]);
        return text.ToString();
    }

    private static void WriteFront(StringBuilder text, ModelCard card, CardFigure[] figures)
    {
        Line(text, "---");
        if (card.License is { } license)
        {
            Line(text, $"license: {Quote(license)}");
        }

        Line(text, "model-index:");
        Line(text, $"- name: {Quote(card.Name)}");
        Line(text, "  results:");
        Line(text, "  - task:");
        Line(text, $"      type: {Quote(card.Task)}");
        Line(text, "    dataset:");
        Line(text, $"      name: {Quote(card.Data.Count > 0 ? card.Data[0].Name : ModelCard.NotStated)}");
        Line(text, $"      type: {Quote(card.Data.Count > 0 ? card.Data[0].Name : ModelCard.NotStated)}");
        CardFigure[] overall = [.. figures.Where(f => f is { Slice: null, IsOfTheModel: true }).DistinctBy(f => f.Metric)];
        Line(text, overall.Length > 0 ? "    metrics:" : "    metrics: []");
        foreach (CardFigure figure in overall)
        {
            Line(text, $"    - type: {Quote(figure.Metric)}");
            Line(text, $"      value: {figure.Value.ToString("R", CultureInfo.InvariantCulture)}");
            Line(text, $"      name: {Quote(figure.Metric)}");
        }

        Line(text, "---");
        Line(text, "");
    }

    private static IEnumerable<string> Table(ModelCard card, CardFigure[] figures)
    {
        if (card.Report is not { } report || figures.Length == 0)
        {
            yield return $"- {ModelCard.NotStated}";
            yield break;
        }

        yield return string.Create(CultureInfo.InvariantCulture, $"Gate {MarkdownWriter.Escape(report.GateName)} on {report.Rows:N0} rows: {report.Verdict}. Bounds are one-sided.");
        yield return "";
        yield return "| Metric | Rows | Value | Lower | Upper |";
        yield return "|---|---|--:|--:|--:|";
        foreach (CardFigure f in figures.Take(MostRows))
        {
            yield return $"| {MarkdownWriter.Escape(f.Metric)} | {(f.Slice is null ? "all" : MarkdownWriter.Escape(Wording.Show(f.Slice)))} | {Number(f.Value)} | {Number(f.Lower)} | {Number(f.Upper)} |";
        }

        if (figures.Length > MostRows)
        {
            yield return "";
            yield return $"{figures.Length - MostRows} more, see JSON";
        }
    }

    private static string Number(double? value) => value is { } number && double.IsFinite(number) ? number.ToString("0.0000", CultureInfo.InvariantCulture) : "";

    private static void Section(StringBuilder text, string heading, params IEnumerable<string> lines)
    {
        Line(text, "");
        Line(text, $"## {heading}");
        Line(text, "");
        foreach (string line in lines)
        {
            Line(text, line);
        }
    }

    private static IEnumerable<string> Said(string what, IReadOnlyList<string> texts) =>
        texts.Count > 0 ? texts.Select(t => $"- {what}: {MarkdownWriter.Escape(t)}") : [$"- {what}: {ModelCard.NotStated}"];

    private static string Said(string? text) => string.IsNullOrWhiteSpace(text) ? ModelCard.NotStated : MarkdownWriter.Escape(text);

    /// <summary>A JSON text is a YAML text in double quotes; a lone surrogate becomes U+FFFD.</summary>
    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(Encoding.UTF8.GetBytes(text))}\"";

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');
}
