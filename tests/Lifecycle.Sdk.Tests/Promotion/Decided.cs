using Lifecycle.Tracking;
using Lifecycle.Validation;

namespace Lifecycle.Sdk.Tests;

/// <summary>Rows whose share of right decisions is known, and the gate that judges it: 80 % at least.</summary>
internal static class Decided
{
    public const double Least = 0.8;

    public static EvaluationSet Well => Rows(right: 480);

    public static EvaluationSet Badly => Rows(right: 250);

    /// <summary>Just at the limit: chance decides on which side it lies.</summary>
    public static EvaluationSet Unclearly => Rows(right: 405);

    public static Gate Gate() => Validation.Gate.For("loans").Require(Metric.Accuracy, atLeast: Least).Build();

    public static Task<GateReport> JudgeAsync(ModelLifecycle lifecycle, ModelArtifact model, EvaluationSet rows) =>
        lifecycle.Gate("loans").Require(Metric.Accuracy, atLeast: Least).EvaluateAsync(model, rows);

    private static EvaluationSet Rows(int right)
    {
        bool[] labels = [.. Enumerable.Range(0, 500).Select(i => i % 2 == 0)];
        return EvaluationSet.Of(labels, (bool[])[.. labels.Select((label, i) => label == (i < right))]);
    }
}
