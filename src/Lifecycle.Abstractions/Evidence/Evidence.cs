namespace Lifecycle;

/// <summary>What a check said about a model.</summary>
public enum EvidenceVerdict
{
    /// <summary>It holds. The only verdict that promotes.</summary>
    Passed,

    /// <summary>It does not hold.</summary>
    Failed,

    /// <summary>The data cannot tell.</summary>
    Inconclusive,
}

/// <summary>A signed-off statement about a model: which report, about which model, with which verdict, when and by whom.</summary>
/// <param name="Kind">What was checked, for example <c>gate</c>.</param>
/// <param name="Digest">Digest of the report, which is a blob.</param>
/// <param name="Subject">Digest of the model, that is, of its manifest.</param>
/// <param name="Verdict">What came out.</param>
/// <param name="At">When.</param>
/// <param name="Actor">By whom.</param>
public sealed record Evidence(string Kind, Digest Digest, Digest Subject, EvidenceVerdict Verdict, DateTimeOffset At, string Actor);
