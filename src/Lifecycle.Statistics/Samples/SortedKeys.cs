using System.Buffers;

namespace Lifecycle.Statistics;

/// <summary>The finite values of a sample as sorted order keys in a rented array; <see cref="Dispose"/> gives the array back.</summary>
/// <typeparam name="TKey"><see cref="uint"/> for singles, <see cref="ulong"/> for doubles.</typeparam>
internal readonly struct SortedKeys<TKey>(TKey[] rented, int count, int missing, int infinite) : IDisposable
    where TKey : unmanaged
{
    public int Count => count;

    public int Missing => missing;

    public int Infinite => infinite;

    public ReadOnlySpan<TKey> Keys => rented.AsSpan(0, count);

    /// <summary>The keys and behind them the largest key, which no finite value has.</summary>
    public ReadOnlyMemory<TKey> KeysAndEnd => rented.AsMemory(0, count + 1);

    public void Dispose() => ArrayPool<TKey>.Shared.Return(rented);
}
