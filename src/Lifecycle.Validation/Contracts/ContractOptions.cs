namespace Lifecycle.Validation;

/// <summary>How rows are checked.</summary>
public sealed record ContractOptions
{
    /// <summary>Keys that all rules of a run may remember together where nothing else is said: 32 MB.</summary>
    public const long DefaultMaxTrackedKeys = 2_000_000;

    /// <summary>The stage the rows belong to; null asks every expectation, whatever stage it was made for.</summary>
    public Stage? Stage { get; init; }

    /// <summary>Whether findings hold the values of broken cells, the first 100 of each; off by default, because rows may be about people.</summary>
    public bool KeepValues { get; init; }

    /// <summary>Keys that all rules of a run may remember together, at least 1; beyond, rules of uniqueness cannot tell.</summary>
    public long MaxTrackedKeys { get; init; } = DefaultMaxTrackedKeys;

    /// <summary>Threads that may work at once, at least 1; all processors by default. The result is the same for any number.</summary>
    public int MaxThreads { get; init; } = Environment.ProcessorCount;

    internal static readonly ContractOptions Default = new();

    internal void EnsureSound()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTrackedKeys, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxThreads, 1);
    }
}
