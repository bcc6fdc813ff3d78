using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>The candidate as good as another model within a margin on both sides: two one-sided tests (Schuirmann 1987).</summary>
internal sealed class EquivalentRequirement(Metric metric, double within, double confidence) : ComparedRequirement(metric, confidence)
{
    public const string KindName = "equivalent";

    public override string Kind => KindName;

    public override string Text => $"{Metric.Name} equivalent to the baseline within {Wording.Number(within)}";

    private protected override PairedScale Scale => PairedScale.Difference;

    private protected override double? AtLeast => -within;

    private protected override double? AtMost => within;

    private protected override string Asked => $"at most {Figure(within)} away on either side";

    internal override void WriteProperties(Utf8JsonWriter writer)
    {
        GateJson.WriteMetric(writer, Metric);
        writer.WriteNumber("within", within);
    }

    private protected override IEnumerable<string> LimitProblems()
    {
        if (!(within > 0 && within <= Metric.Maximum - Metric.Minimum) || !double.IsFinite(within))
        {
            yield return $"{Metric.Name}: within {within} must lie above 0 and at most at {Metric.Maximum - Metric.Minimum}.";
        }
    }
}
