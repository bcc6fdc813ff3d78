namespace Lifecycle.Data;

/// <summary>A version that was made from another one by a privacy plan, with what was done and how great the risk is.</summary>
public sealed class DerivedVersion
{
    private readonly byte[] _plan;

    internal DerivedVersion(DatasetVersion version, DatasetVersion source, RiskReport risk, byte[] plan, IReadOnlyList<string> keys)
    {
        Version = version;
        Source = source;
        Risk = risk;
        _plan = plan;
        PlanDigest = Digest.Of(plan);
        Keys = keys;
    }

    /// <summary>The version.</summary>
    public DatasetVersion Version { get; }

    /// <summary>What it was made from.</summary>
    public DatasetVersion Source { get; }

    /// <summary>What may be said of it.</summary>
    public PrivacyOutcome Outcome => Risk.Outcome;

    /// <summary>The risk before and after, and what was done with each column.</summary>
    public RiskReport Risk { get; }

    /// <summary>SHA-256 of the plan as it is kept in the store.</summary>
    public Digest PlanDigest { get; }

    /// <summary>Ids of the keys of its pseudonyms, never the keys.</summary>
    public IReadOnlyList<string> Keys { get; }

    /// <summary>The plan as it is kept: JSON, <c>lifecycle.privacy-plan/1</c>.</summary>
    public ReadOnlyMemory<byte> Plan => _plan;

    /// <summary>The version.</summary>
    public static implicit operator DatasetVersion(DerivedVersion derived) => derived.ToDatasetVersion();

    /// <summary>The version.</summary>
    public DatasetVersion ToDatasetVersion() => Version;

    /// <summary>For example <c>loans-safe@1</c>.</summary>
    public override string ToString() => Version.ToString();
}
