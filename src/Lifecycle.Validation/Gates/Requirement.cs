using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>One thing a gate asks for. Made by the verbs of <see cref="GateBuilder"/>.</summary>
public abstract class Requirement
{
    private protected Requirement(double confidence) => Confidence = confidence;

    /// <summary>The kind, as in the JSON form of a gate.</summary>
    public abstract string Kind { get; }

    /// <summary>The requirement in short, for example <c>AreaUnderRoc at least 0.8</c>.</summary>
    public abstract string Text { get; }

    /// <summary>Confidence of each bound; <see cref="Validation.Confidence.None"/> compares plain figures.</summary>
    public double Confidence { get; private set; }

    /// <summary>Whether it only advises.</summary>
    public bool IsAdvisory { get; private set; }

    internal Requirement AsAdvisory()
    {
        Requirement copy = (Requirement)MemberwiseClone();
        copy.IsAdvisory = true;
        return copy;
    }

    /// <summary>The same at another confidence.</summary>
    internal Requirement At(double confidence)
    {
        Requirement copy = (Requirement)MemberwiseClone();
        copy.Confidence = confidence;
        return copy;
    }

    internal virtual IReadOnlyList<string> Attributes => [];

    internal virtual string? MetricName => null;

    internal abstract IEnumerable<string> Problems();

    internal abstract ValueTask<Finding> JudgeAsync(GateRun run);

    /// <summary>One finding, or one for each slice.</summary>
    internal virtual async ValueTask<IReadOnlyList<Finding>> JudgeAllAsync(GateRun run) => [await Gate.JudgeAsync(this, run).ConfigureAwait(false)];

    internal abstract void WriteProperties(Utf8JsonWriter writer);

    internal Finding Start(Verdict verdict, string message) => new()
    {
        Requirement = Text,
        Kind = Kind,
        Metric = MetricName,
        Verdict = verdict,
        Message = message,
        IsAdvisory = IsAdvisory,
        Confidence = Confidence,
    };

    /// <summary>A finding about a figure that does not exist.</summary>
    internal Finding Without(UndefinedReason reason, string message) =>
        Start(Limits.OfUndefined(reason), message) with { Value = MetricValue.Undefined(reason) };

    private protected IEnumerable<string> ConfidenceProblems()
    {
        if (!Validation.Confidence.IsValid(Confidence))
        {
            yield return $"{Text}: the confidence {Wording.Number(Confidence)} must lie between 0.5 and 1, or be Confidence.None.";
        }
    }
}
