namespace Lifecycle.Validation;

/// <summary>What each kind of requirement asks, in words.</summary>
internal static class RequirementKinds
{
    public static string Words(string kind) => kind switch
    {
        ValueRequirement.KindName => "A figure of the model keeps its limit, with its confidence bound.",
        FairRequirement.KindName => "Groups of people are treated alike, within a limit.",
        BaselineRequirement.NotWorse => "The model is not worse than the one before by more than a margin.",
        BaselineRequirement.Better => "The model is better than the one before.",
        RobustRequirement.KindName => "The model stands changed inputs.",
        WithstandsRequirement.KindName => "The model stands a search for the smallest lawful change that turns its decision.",
        UpliftRequirement.KindName => "The decisions are worth more than those without the model.",
        SliceRequirement.OneName or SliceRequirement.EveryName => "A part of the rows keeps the limit.",
        SliceRequirement.Small => "Parts of the rows that are too small to be judged.",
        CustomRequirement.KindName => "A check of the user's own.",
        _ => $"A requirement of the kind {kind}.",
    };
}
