using System.Collections.Concurrent;

namespace Lifecycle.Tracking;

/// <summary>Interned keys of metrics, params and tags.</summary>
internal sealed class KeyTable
{
    public const int Metric = 1;
    public const int Param = 2;
    public const int Tag = 3;

    private readonly ConcurrentDictionary<(int Kind, string Text), long> _known = new();

    /// <summary>The id of a key; made when it is new. What a rolled-back transaction made is not remembered.</summary>
    public async ValueTask<long> IdAsync(LifecycleTransaction transaction, int kind, string text, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue((kind, text), out long known))
        {
            return known;
        }

        (string, object?)[] identity = [("$kind", (long)kind), ("$text", text)];
        await transaction.ExecuteAsync(
            "INSERT INTO tracking_key(kind, text) VALUES($kind, $text) ON CONFLICT DO NOTHING", identity, cancellationToken).ConfigureAwait(false);
        long id = (long)(await transaction.ScalarAsync(
            "SELECT id FROM tracking_key WHERE kind = $kind AND text = $text", identity, cancellationToken).ConfigureAwait(false))!;
        transaction.OnCommitted(() => _known.TryAdd((kind, text), id));
        return id;
    }
}
