using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>
/// The candidate against another model: oriented difference, plain or relative, at least a limit, which may be negative (a margin).
/// </summary>
internal sealed class BaselineRequirement(Metric metric, string kind, double least, double confidence, bool relative = false) : ComparedRequirement(metric, confidence)
{
    public const string NotWorse = "notWorse";
    public const string Better = "better";
    public const string Change = "change";

    public override string Kind => kind;

    internal override string? MetricName => Metric.Name;

    public override string Text => kind switch
    {
        NotWorse => $"{Metric.Name} not worse than the baseline by more than {Wording.Number(-least)}",
        Better => $"{Metric.Name} better than the baseline by at least {Wording.Number(least)}",
        _ => $"{(relative ? "relative change" : "change")} of {Metric.Name} from the baseline at least {Wording.Number(least)}",
    };

    private protected override PairedScale Scale => relative ? PairedScale.Relative : PairedScale.Difference;

    private protected override double? AtLeast => least;

    private protected override string Asked => kind == NotWorse ? $"at most {Size(-least)} worse" : $"at least {ChangeInWords(least)}";

    internal override void WriteProperties(Utf8JsonWriter writer)
    {
        GateJson.WriteMetric(writer, Metric);
        writer.WriteNumber(kind switch { NotWorse => "margin", Better => "by", _ => "atLeast" }, kind == NotWorse ? -least : least);
        if (relative)
        {
            writer.WriteBoolean("relative", true);
        }
    }

    private protected override IEnumerable<string> LimitProblems()
    {
        if (kind == Change)
        {
            return double.IsFinite(least) ? [] : [$"{Metric.Name}: the change {least} must be a finite number, for example -0.01."];
        }

        double limit = kind == NotWorse ? -least : least, most = Metric.Maximum - Metric.Minimum;
        return DirectionProblems().Concat(limit >= 0 && limit <= most && double.IsFinite(limit)
            ? []
            : [$"{Metric.Name}: {(kind == NotWorse ? "margin" : "by")} {limit} must lie between 0 and {most}."]);
    }

    private protected override string ChangeInWords(double change) =>
        relative ? $"{Size(change)} {(Metric.Direction == Direction.Neither ? (change < 0 ? "less" : "more") : change < 0 ? "worse" : "better")}" : base.ChangeInWords(change);

    private string Size(double change) => relative ? Wording.Share(Math.Abs(change)) : Figure(Math.Abs(change));
}
