namespace Lifecycle.Drift;

/// <summary>NannyML's verdicts, the new data being one chunk.</summary>
internal sealed record NannyMLRule(NannyMLPreset Preset) : PresetRule
{
    public const string Tool = "NannyML";

    private const double LeastPValue = 0.05;

    public override IEnumerable<string> NamedColumns => Preset.NamedColumns;

    protected override PresetOutcome Score(string column, ColumnValues values)
    {
        string? reason = null;
        NannyMLColumn? reference = null;
        NannyMLScore? score = null;
        NannyMLMethod method = Preset.Of(column, values is not ColumnValues.Labels);
        if (values is ColumnValues.Numbers numbers)
        {
            NannyMLNumbers? cut = NannyMLNumbers.Of(method, Preset, numbers.Reference, numbers.IsOrdered, out reason);
            (reference, score) = (cut, cut?.Score(numbers.Current));
        }
        else if (values is ColumnValues.Labels labels)
        {
            NannyMLLabels? counted = NannyMLLabels.Of(method, Preset, labels.Reference, labels.ReferenceRows, out reason);
            (reference, score) = (counted, counted?.Score(labels.Current));
        }
        else if (values is ColumnValues.Unknown unknown)
        {
            return PresetOutcome.Not($"NannyML: {unknown.Reason}");
        }

        string name = NannyMLPreset.NameOf(method);
        if (reference is not null && score is { } known)
        {
            NannyMLLimit? limit = NannyMLLimit.Of(method, Preset, reference, new NannyMLChunker(Preset.Defects).Cut(reference.ReferenceRows), out reason);
            if (limit is not null)
            {
                double? threshold = limit.For(known.Count);
                return new PresetOutcome(new PresetScore(Tool, name, known.Value, threshold, IsDrift(known, threshold)) { PValue = known.PValue }, null);
            }
        }

        return PresetOutcome.Not($"NannyML's {name}: {reason ?? "the new data has no values"}");
    }

    public static bool IsDrift(in NannyMLScore score, double? limit) => score.PValue is { } p ? p < LeastPValue : score.Value > limit;
}
