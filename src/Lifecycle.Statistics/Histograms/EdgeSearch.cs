using System.Numerics;
using System.Runtime.Intrinsics;

namespace Lifecycle.Statistics;

/// <summary>Counts values among more edges than can be compared one by one: through slots, or through a tree where the edges crowd.</summary>
internal sealed class EdgeSearch<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public EdgeSearch(ReadOnlySpan<T> edges)
    {
        Table = new SlotTable<T>(edges);
        bool pays = Table.IsCrowded && Vector256.IsHardwareAccelerated;
        Tree = pays || Table.Entries.Length == 0 ? new EdgeTree<T>(edges) : null;
    }

    public SlotTable<T> Table { get; }

    public EdgeTree<T>? Tree { get; }

    /// <summary>Adds the counts of finite values; returns how many were not finite.</summary>
    public long Count(ReadOnlySpan<T> values, Span<long> counts) => Tree is { } tree
        ? SlotCountKernel.Count(values, tree, counts)
        : SlotCountKernel.Count(values, Table, counts);
}
