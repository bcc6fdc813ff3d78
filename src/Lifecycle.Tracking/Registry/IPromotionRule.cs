namespace Lifecycle.Tracking;

/// <summary>Somebody who may refuse a promotion. All rules must allow it.</summary>
public interface IPromotionRule
{
    /// <summary>Judges a promotion. It sees a snapshot; when the model changes meanwhile it is asked again. An exception stops the promotion.</summary>
    ValueTask<PromotionVerdict> JudgeAsync(PromotionRequest request, CancellationToken cancellationToken = default);
}

/// <summary>What shall be promoted.</summary>
/// <param name="Version">The version, with its evidence.</param>
/// <param name="Alias">The alias that shall point at it.</param>
/// <param name="Current">The version the alias points at now; null when it points nowhere.</param>
/// <param name="RequiredEvidence">Kinds of evidence that the protection of the alias asks for.</param>
/// <param name="Actor">Who wants it.</param>
/// <param name="Reason">Why.</param>
public sealed record PromotionRequest(
    ModelVersion Version, string Alias, int? Current, IReadOnlyList<string> RequiredEvidence, string Actor, string? Reason)
{
    /// <summary>The approvals of the version for this alias, oldest first; void ones are marked and count for nothing.</summary>
    public IReadOnlyList<Approval> Approvals { get; init; } = [];
}

/// <summary>What a rule says.</summary>
public sealed record PromotionVerdict
{
    private PromotionVerdict(IReadOnlyList<string> reasons) => Reasons = reasons;

    /// <summary>Nothing against it.</summary>
    public static PromotionVerdict Allow { get; } = new([]);

    /// <summary>Whether the rule has nothing against it.</summary>
    public bool IsAllowed => Reasons.Count == 0;

    /// <summary>Why not; empty when allowed.</summary>
    public IReadOnlyList<string> Reasons { get; }

    /// <summary>Against it.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="remedy">What would help.</param>
    public static PromotionVerdict Refuse(string reason, string? remedy = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        return new PromotionVerdict([remedy is null ? reason : $"{reason} {remedy}"]);
    }

    internal static PromotionVerdict Of(IReadOnlyList<string> reasons) => reasons.Count == 0 ? Allow : new PromotionVerdict(reasons);
}
