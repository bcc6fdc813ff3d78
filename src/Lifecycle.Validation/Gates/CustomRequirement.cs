using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>What a check of your own found.</summary>
/// <param name="Verdict">What came out.</param>
/// <param name="Message">Why, in words.</param>
/// <param name="Value">The figure behind it, if there is one.</param>
public sealed record CustomFinding(Verdict Verdict, string Message, MetricValue? Value = null);

internal sealed class CustomRequirement(string name, Func<EvaluationSet, CancellationToken, ValueTask<CustomFinding>> check) : Requirement(Validation.Confidence.None)
{
    public const string KindName = "custom";

    public override string Kind => KindName;

    public override string Text => name;

    internal override IEnumerable<string> Problems()
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            yield return "A check of your own needs a name.";
        }
    }

    internal override async ValueTask<Finding> JudgeAsync(GateRun run)
    {
        CustomFinding found = await check(run.Set, run.CancellationToken).ConfigureAwait(false)
            ?? throw new InvalidOperationException($"The check '{name}' returned nothing.");
        bool isUndefined = found.Value is { IsDefined: false };
        Verdict verdict = found.Verdict switch
        {
            Verdict.Pass when isUndefined => Limits.OfUndefined(found.Value!.Value.Reason!.Value),
            Verdict.Pass or Verdict.Fail or Verdict.Inconclusive => found.Verdict,
            _ => throw new InvalidOperationException($"The check '{name}' returned {found.Verdict}; it must be Pass, Fail or Inconclusive."),
        };
        return Start(verdict, found.Message ?? "") with { Value = found.Value, Confidence = null };
    }

    internal override void WriteProperties(Utf8JsonWriter writer) => writer.WriteString("custom", name);
}
