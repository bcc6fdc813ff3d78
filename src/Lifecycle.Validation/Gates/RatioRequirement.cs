using System.Globalization;
using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>The candidate's value over that of another model, at least a limit; a baseline of 0 or below is undefined.</summary>
internal sealed class RatioRequirement(Metric metric, double least, double confidence) : ComparedRequirement(metric, confidence)
{
    public const string KindName = "ratioToBaseline";

    public override string Kind => KindName;

    public override string Text => $"ratio of {Metric.Name} to the baseline at least {Wording.Number(least)}";

    private protected override PairedScale Scale => PairedScale.Ratio;

    private protected override double? AtLeast => least;

    private protected override string Asked => $"at least {Times(least)}";

    private protected override string Than => "";

    internal override void WriteProperties(Utf8JsonWriter writer)
    {
        GateJson.WriteMetric(writer, Metric);
        writer.WriteNumber("atLeast", least);
    }

    private protected override IEnumerable<string> LimitProblems()
    {
        if (!(least > 0) || !double.IsFinite(least))
        {
            yield return $"{Metric.Name}: the ratio {least} must be a finite number above 0, for example 0.98.";
        }
    }

    private protected override string ChangeInWords(double change) => Times(change);

    private static string Times(double ratio) => $"{ratio.ToString("0.000", CultureInfo.InvariantCulture)} times";
}
