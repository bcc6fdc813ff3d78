namespace Lifecycle.Validation;

/// <summary>The kinds of requirements, and what each asks in words.</summary>
internal static class RequirementKinds
{
    private static readonly (string Kind, string Words)[] Known =
    [
        (ValueRequirement.KindName, "A figure of the model keeps its limit, with its confidence bound."),
        (FairRequirement.KindName, "Groups of people are treated alike, within a limit."),
        (BaselineRequirement.NotWorse, "The model is not worse than the one before by more than a margin."),
        (BaselineRequirement.Better, "The model is better than the one before."),
        (BaselineRequirement.Change, "A figure changes by at least so much from the model before."),
        (RatioRequirement.KindName, "A figure is at least a share of that of the model before."),
        (EquivalentRequirement.KindName, "A figure is as good as that of the model before, within a margin on both sides."),
        (RatchetRequirement.KindName, "A figure never falls below what was once accepted."),
        (RobustRequirement.KindName, "The model stands changed inputs."),
        (WithstandsRequirement.KindName, "The model stands a search for the smallest lawful change that turns its decision."),
        (UpliftRequirement.KindName, "The decisions are worth more than those without the model."),
        (DataRequirement.KindName, "The data keep their contract."),
        (SliceRequirement.OneName, "A named part of the rows keeps the limit."),
        (SliceRequirement.EveryName, "Every part of the rows keeps the limit."),
    ];

    /// <summary>Kinds that a gate in JSON may have.</summary>
    public static IEnumerable<string> All => Known.Select(k => k.Kind);

    public static string Words(string kind) => kind switch
    {
        SliceRequirement.Small => "Parts of the rows that are too small to be judged.",
        CustomRequirement.KindName => "A check of the user's own.",
        _ => Known.FirstOrDefault(k => k.Kind == kind).Words ?? $"A requirement of the kind {kind}.",
    };
}
