namespace Lifecycle.Tracking;

/// <summary>
/// The rule that is always there: every evidence must have passed and speak of this model, and every kind that the alias asks for must be there.
/// Without evidence and protection it allows.
/// </summary>
internal sealed class EvidenceRule : IPromotionRule
{
    public ValueTask<PromotionVerdict> JudgeAsync(PromotionRequest request, CancellationToken cancellationToken = default)
    {
        List<string> reasons = [];
        foreach (Evidence evidence in request.Version.Evidence)
        {
            if (evidence.Subject != request.Version.DigestOrNull)
            {
                reasons.Add($"The evidence '{evidence.Kind}' speaks of {evidence.Subject}, the version is {request.Version.DigestOrNull?.ToString() ?? "without files"}.");
            }
            else if (evidence.Verdict != EvidenceVerdict.Passed)
            {
                reasons.Add($"The evidence '{evidence.Kind}' ({evidence.Digest}) says {evidence.Verdict}; only Passed promotes.");
            }
        }

        foreach (string kind in request.RequiredEvidence)
        {
            if (!request.Version.Evidence.Any(e => string.Equals(e.Kind, kind, StringComparison.Ordinal)))
            {
                reasons.Add($"The alias '{request.Alias}' asks for evidence '{kind}', and the version has none. Hand the report in with AddEvidenceAsync, or register the model again with it.");
            }
        }

        return ValueTask.FromResult(PromotionVerdict.Of(reasons));
    }
}
