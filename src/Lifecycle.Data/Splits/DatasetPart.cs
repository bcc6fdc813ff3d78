using System.Runtime.CompilerServices;

namespace Lifecycle.Data;

/// <summary>One part of a split.</summary>
public sealed class DatasetPart
{
    private readonly DatasetSplit _split;

    internal DatasetPart(DatasetSplit split, int index, string name, double fraction, long rows, double share)
    {
        _split = split;
        Index = index;
        Name = name;
        Fraction = fraction;
        Rows = rows;
        Share = share;
    }

    /// <summary>Name of the part, for example <c>train</c>.</summary>
    public string Name { get; }

    /// <summary>The fraction that was asked for, between 0 and 1.</summary>
    public double Fraction { get; }

    /// <summary>Rows in the part.</summary>
    public long Rows { get; }

    /// <summary>The fraction that came out, between 0 and 1.</summary>
    public double Share { get; }

    /// <summary>What was split.</summary>
    public DatasetVersion Version => _split.Version;

    /// <summary>For example <c>lifecycle:dataset/mortgages@1#train</c>.</summary>
    public string Uri => $"{Version.Uri}#{Name}";

    internal int Index { get; }

    /// <summary>Reads the rows of the part in batches, in the order of the file.</summary>
    /// <param name="columns">Columns to read, in this order; null reads all.</param>
    /// <param name="cancellationToken">Cancels between buffers.</param>
    public async IAsyncEnumerable<ColumnBatch> ReadRowsAsync(
        IReadOnlyList<string>? columns = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (ColumnBatch batch in _split.ReadAsync(Index, columns, cancellationToken).ConfigureAwait(false))
        {
            yield return batch;
        }
    }

    /// <summary>Reads all rows of the part into one batch.</summary>
    /// <inheritdoc cref="ReadRowsAsync"/>
    public async ValueTask<ColumnBatch> ReadAllAsync(IReadOnlyList<string>? columns = null, CancellationToken cancellationToken = default)
    {
        List<ColumnBatch> batches = [];
        await foreach (ColumnBatch batch in ReadRowsAsync(columns, cancellationToken).ConfigureAwait(false))
        {
            batches.Add(batch);
        }

        return batches.Count > 0 ? ColumnBatch.Concat(batches) : _split.Empty(columns);
    }

    /// <summary>For example <c>mortgages@1#train</c>.</summary>
    public override string ToString() => $"{Version}#{Name}";

    /// <summary>The part in words that every feature understands; its digest is that of the split's definition.</summary>
    public static implicit operator DatasetReference(DatasetPart part) => part.ToDatasetReference();

    /// <summary>The version that the part belongs to, as a node of lineage.</summary>
    public static implicit operator LineageNode(DatasetPart part) => part.ToLineageNode();

    /// <summary>The part in words that every feature understands; its digest is that of the split's definition.</summary>
    public DatasetReference ToDatasetReference() =>
        new(Version.Name, _split.Digest.ToString()) { Version = Version.Id, Uri = Uri, Rows = Rows, Schema = _split.Schema };

    /// <summary>The version that the part belongs to, as a node of lineage.</summary>
    public LineageNode ToLineageNode() => Version;
}
