namespace Lifecycle;

/// <summary>What a run used, in words that every feature understands.</summary>
/// <param name="Name">Name of the dataset.</param>
/// <param name="Digest">Digest as text: ours begin with <c>sha256:</c>, those of other tools need not.</param>
public sealed record DatasetReference(string Name, string Digest)
{
    /// <summary>The digest of data that nobody read: two of them say nothing about being equal, and no lineage is drawn from it. The profile says why.</summary>
    public const string Unknown = "unknown";

    /// <summary>Id of the dataset version, 32 hex digits; null for data from elsewhere.</summary>
    public string? Version { get; init; }

    /// <summary>Where it is, for example <c>lifecycle:dataset/mortgages@1</c>.</summary>
    public string? Uri { get; init; }

    /// <summary>Rows, when it is a table.</summary>
    public long? Rows { get; init; }

    /// <summary>Columns, when it is a table.</summary>
    public TableSchema? Schema { get; init; }

    /// <summary>What else is known, most often JSON, for example counts, or why there is no digest.</summary>
    public string? Profile { get; init; }
}
