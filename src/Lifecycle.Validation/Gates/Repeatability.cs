namespace Lifecycle.Validation;

/// <summary>A model that answers the same rows differently: what was found by changing rows cannot be told from its whims.</summary>
internal static class Repeatability
{
    public static IReadOnlyList<Finding> Mark(IReadOnlyList<Finding> findings) =>
        findings.All(f => f.Robustness?.IsRepeatable != false) ? findings : [.. findings.Select(Mark)];

    private static Finding Mark(Finding finding)
    {
        bool isTouched = finding.Attack is not null || finding.Robustness is { IsRepeatable: true, ModelCalls: > 0 };
        return isTouched && finding.Verdict is Verdict.Pass or Verdict.Fail && finding.Value is { IsDefined: true }
            ? finding with { Verdict = Verdict.Inconclusive,
                Message = $"{finding.Message} The model gave other answers for the same rows, so this figure cannot be relied on." }
            : finding;
    }
}
