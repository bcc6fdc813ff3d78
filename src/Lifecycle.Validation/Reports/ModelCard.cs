namespace Lifecycle.Validation;

/// <summary>
/// A model card (Mitchell et al. 2019): what a gate measured, and what people say about the model. Whatever nobody said is printed as "not
/// stated", never left out.
/// </summary>
public sealed partial record ModelCard
{
    /// <summary>What stands where nobody said anything.</summary>
    public const string NotStated = "not stated";

    /// <summary>Name of the model.</summary>
    public required string Name { get; init; }

    /// <summary>What was measured; null when nothing was.</summary>
    public GateReport? Report { get; init; }

    /// <summary>What the model does, in a sentence.</summary>
    public string? Overview { get; init; }

    /// <summary>Version of the model.</summary>
    public string? Version { get; init; }

    /// <summary>Day of the version.</summary>
    public DateOnly? Date { get; init; }

    /// <summary>Who owns the model, and how they are reached.</summary>
    public IReadOnlyList<ModelOwner> Owners { get; init; } = [];

    /// <summary>Licence of the model, an SPDX identifier such as <c>MIT</c>.</summary>
    public string? License { get; init; }

    /// <summary>What kind of model it is.</summary>
    public string? Architecture { get; init; }

    /// <summary>Data it was trained and judged on.</summary>
    public IReadOnlyList<ModelDataset> Data { get; init; } = [];

    /// <summary>Form of the inputs.</summary>
    public string? InputFormat { get; init; }

    /// <summary>Form of the outputs.</summary>
    public string? OutputFormat { get; init; }

    /// <summary>Who is meant to use it.</summary>
    public IReadOnlyList<string> Users { get; init; } = [];

    /// <summary>What it is meant for.</summary>
    public IReadOnlyList<string> UseCases { get; init; } = [];

    /// <summary>What it cannot do.</summary>
    public IReadOnlyList<string> Limitations { get; init; } = [];

    /// <summary>What was given up for what.</summary>
    public IReadOnlyList<string> Tradeoffs { get; init; } = [];

    /// <summary>Which risks it carries and what is done about them.</summary>
    public IReadOnlyList<ModelRisk> Risks { get; init; } = [];

    /// <summary>The task in the words of the Hugging Face hub.</summary>
    public string Task { get; init; } = "tabular-classification";

    /// <summary>The card as JSON of the Model Card Toolkit, schema 0.0.2; figures are text there.</summary>
    public byte[] ToJson() => ModelCardJson.Write(this);

    /// <summary>The card as Markdown with the front matter of the Hugging Face hub.</summary>
    public string ToMarkdown() => ModelCardMarkdown.Write(this);

    /// <summary>The metric, where the value found is its own: a change, a ratio or a drop of a metric is not.</summary>
    private static string? MetricOf(Finding finding) => finding.Kind switch
    {
        ValueRequirement.KindName or RatchetRequirement.KindName => finding.Metric,
        FairRequirement.KindName => $"{finding.Metric} by {string.Join(" x ", finding.By)}",
        _ => null,
    };

    /// <summary>Figures of the report: the metrics that a requirement asked for, with bounds, and those of every group.</summary>
    internal IEnumerable<CardFigure> Figures()
    {
        foreach (Finding finding in Report?.Findings ?? [])
        {
            if (finding.Value is { IsDefined: true } value)
            {
                yield return new CardFigure(MetricOf(finding) ?? finding.Requirement, value.Value, finding.Lower, finding.Upper, finding.Slice) { IsOfTheModel = MetricOf(finding) is not null };
            }
        }

        foreach (GroupTable table in Report?.Groups ?? [])
        {
            foreach (GroupRow row in table.Groups)
            {
                for (int m = 0; m < table.Metrics.Count; m++)
                {
                    if (row.Values[m].IsDefined)
                    {
                        yield return new CardFigure(table.Metrics[m], row.Values[m].Value, null, null, $"{string.Join(" x ", table.By)}={row.Group}");
                    }
                }
            }
        }
    }
}

/// <summary>Who owns a model.</summary>
/// <param name="Name">Person or team.</param>
/// <param name="Contact">How they are reached; null when nobody said.</param>
public sealed record ModelOwner(string Name, string? Contact = null);

/// <summary>A dataset of a model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">Size, origin and use.</param>
/// <param name="Sensitive">Which columns are sensitive.</param>
public sealed record ModelDataset(string Name, string? Description = null, IReadOnlyList<string>? Sensitive = null);

/// <summary>A risk of a model.</summary>
/// <param name="Name">What may happen.</param>
/// <param name="Mitigation">What is done about it; null when nobody said.</param>
public sealed record ModelRisk(string Name, string? Mitigation = null);

/// <summary>One figure on a card.</summary>
internal sealed record CardFigure(string Metric, double Value, double? Lower, double? Upper, string? Slice)
{
    /// <summary>Whether the metric has this value, so that it may stand beside those of other models.</summary>
    public bool IsOfTheModel { get; init; } = true;
}
