using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>Evidently's choice of tests and its verdicts.</summary>
internal sealed record EvidentlyRule(EvidentlyPreset Preset) : PresetRule
{
    private const string Tool = "Evidently";
    private const int MostOfSmallReference = 1000;
    private const int MostOfFewValues = 5;

    public override IEnumerable<string> NamedColumns => Preset.NamedColumns;

    public override double? LeastDriftedShare => Preset.DriftShare;

    protected override PresetOutcome Score(string column, ColumnValues values) => values switch
    {
        ColumnValues.Numbers numbers => Numbers(column, new SortedSample(numbers.Reference), new SortedSample(numbers.Current)),
        ColumnValues.Labels labels => Labels(column, LabelTable.Of(labels)),
        ColumnValues.Unknown unknown => PresetOutcome.Not($"Evidently: {unknown.Reason}"),
        _ => throw new InvalidOperationException("The values of a column are numbers, labels or not known."),
    };

    private PresetOutcome Numbers(string column, SortedSample then, SortedSample now)
    {
        EvidentlyChoice choice = Preset.Of(column, isNumeric: true);
        LabelTable? few = LabelTable.Of(then, now, MostOfFewValues);
        EvidentlyTest test = choice.Test ?? (few is not null ? OfLabels(few)
            : then.Count <= MostOfSmallReference ? EvidentlyTest.KolmogorovSmirnov : EvidentlyTest.Wasserstein);
        return Judged(test, choice, EvidentlyNumbers.Score(test, then, now, Preset.Defects));
    }

    private PresetOutcome Labels(string column, LabelTable counts)
    {
        EvidentlyChoice choice = Preset.Of(column, isNumeric: false);
        EvidentlyTest test = choice.Test ?? OfLabels(counts);
        EvidentlyTraits traits = EvidentlyTraits.Of(test);
        return traits.NeedsNumbers
            ? PresetOutcome.Not($"Evidently's {traits.Name} is for numbers and the column holds labels")
            : Judged(test, choice, EvidentlyTables.Score(test, counts, Preset.Defects));
    }

    private static EvidentlyTest OfLabels(LabelTable counts) => counts.ReferenceTotal > MostOfSmallReference ? EvidentlyTest.JensenShannon
        : counts.Count > 2 ? EvidentlyTest.ChiSquare
        : EvidentlyTest.TwoProportions;

    private static PresetOutcome Judged(EvidentlyTest test, EvidentlyChoice choice, Scored scored)
    {
        EvidentlyTraits traits = EvidentlyTraits.Of(test);
        double threshold = choice.Threshold ?? traits.Threshold;
        return scored.Reason is { } reason
            ? PresetOutcome.Not($"Evidently's {traits.Name}: {reason}")
            : new PresetOutcome(
                new PresetScore(Tool, traits.Name, scored.Value, threshold, traits.IsDrift(scored.Value, threshold)) { IsPValue = traits.IsPValue }, null);
    }
}
