using Microsoft.ML;
using Microsoft.ML.Data;

namespace MortgageLifecycle.Training;

/// <summary>A recipe: which columns, which trainer, one threshold for all or one a group.</summary>
internal sealed record Candidate(string Name, string[] Columns, Func<MLContext, IEstimator<ITransformer>> Trainer, bool ThresholdByGroup = false)
{
    public const string Attribute = "afam";
    public const string Outcome = "deny";

    private static readonly string[] YesNo = ["phist", "selfemp", "insurance", "condomin", "afam", "single", "hschool"];
    private static readonly KeyValuePair<string, float>[] YesNoValues = [new("no", 0), new("yes", 1)];

    public static string[] AllColumns { get; } =
        ["pirat", "hirat", "lvrat", "chist", "mhist", "phist", "unemp", "selfemp", "insurance", "condomin", "afam", "single", "hschool"];

    public static string[] WithoutAttribute { get; } = [.. AllColumns.Where(c => c != Attribute)];

    /// <summary>Adds the label: approved.</summary>
    public static IDataView Labelled(MLContext context, IDataView rows) =>
        context.Transforms.Conversion.MapValue("Label", [new KeyValuePair<string, bool>("no", true), new("yes", false)], Outcome).Fit(rows).Transform(rows);

    /// <summary>Texts to numbers, one feature vector, the trainer.</summary>
    public IEstimator<ITransformer> Pipeline(MLContext context)
    {
        IEstimator<ITransformer> numbers = YesNo.Skip(1).Aggregate(
            (IEstimator<ITransformer>)context.Transforms.Conversion.MapValue("is." + YesNo[0], YesNoValues, YesNo[0]),
            (chain, column) => chain.Append(context.Transforms.Conversion.MapValue("is." + column, YesNoValues, column)));
        return numbers
            .Append(context.Transforms.Concatenate("Features", [.. Columns.Select(c => YesNo.Contains(c) ? "is." + c : c)]))
            .Append(context.Transforms.NormalizeMeanVariance("Features"))
            .Append(Trainer(context));
    }

    /// <summary>The fitted pipeline with the decision behind it: what is saved, registered and served.</summary>
    public static ITransformer WithDecision(MLContext context, ITransformer fitted, IDataView rows, Cut cut)
    {
        string shift = cut.Shift.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        string threshold = cut.Threshold.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        IDataView scored = fitted.Transform(rows);
        ITransformer decision = context.Transforms.Expression("Approval", $"(p, a) => p + a * ({shift}f)", "Probability", "is.afam")
            .Append(context.Transforms.Expression("Approved", $"(p) => p >= {threshold}f", "Approval"))
            .Fit(scored);
        return new TransformerChain<ITransformer>(fitted, decision);
    }
}
