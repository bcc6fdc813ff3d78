using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Lifecycle.Tracking;

/// <summary>Texts of interned keys by their number. A key never changes, so what was read once holds.</summary>
internal sealed class KeyTexts
{
    private static readonly ConditionalWeakTable<LifecycleDatabase, KeyTexts> Known = [];

    private readonly ConcurrentDictionary<long, string> _texts = new();

    public static KeyTexts Of(LifecycleDatabase database) => Known.GetValue(database, _ => new KeyTexts());

    public string Text(SearchSession session, long key)
    {
        if (_texts.TryGetValue(key, out string? text))
        {
            return text;
        }

        foreach ((long id, string found) in session.Query(
            "SELECT id, text FROM tracking_key WHERE id >= $key", [("$key", key)], row => (row.GetInt64(0), row.GetString(1))))
        {
            _texts[id] = found;
        }

        return _texts[key];
    }
}
