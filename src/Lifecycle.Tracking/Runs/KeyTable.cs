using System.Collections.Concurrent;

namespace Lifecycle.Tracking;

/// <summary>Interned keys of metrics, params and tags.</summary>
internal sealed class KeyTable
{
    public const int Metric = 1;
    public const int Param = 2;
    public const int Tag = 3;

    // One a kind, and ids in boxes: tables over values would be compiled anew in every process.
    private readonly ConcurrentDictionary<string, object>[] _known = [new(StringComparer.Ordinal), new(StringComparer.Ordinal), new(StringComparer.Ordinal)];

    /// <summary>The id of a key; made when it is new. What a rolled-back transaction made is not remembered.</summary>
    public async ValueTask<long> IdAsync(LifecycleTransaction transaction, int kind, string text, CancellationToken cancellationToken)
    {
        if (_known[kind - Metric].TryGetValue(text, out object? known))
        {
            return (long)known;
        }

        (string, object?)[] identity = [("$kind", (long)kind), ("$text", text)];
        await transaction.ExecuteAsync(
            "INSERT INTO tracking_key(kind, text) VALUES($kind, $text) ON CONFLICT DO NOTHING", identity, cancellationToken).ConfigureAwait(false);
        object id = (await transaction.ScalarAsync(
            "SELECT id FROM tracking_key WHERE kind = $kind AND text = $text", identity, cancellationToken).ConfigureAwait(false))!;
        transaction.OnCommitted(() => _known[kind - Metric].TryAdd(text, id));
        return (long)id;
    }
}
