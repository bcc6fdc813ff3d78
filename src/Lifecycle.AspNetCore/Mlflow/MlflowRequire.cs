using System.Text.RegularExpressions;

namespace Lifecycle.AspNetCore;

/// <summary>Checks of single fields of requests, in MLflow's words.</summary>
internal static partial class MlflowRequire
{
    /// <summary>A field that must be there and not be empty.</summary>
    public static string Text(string? value, string field) => string.IsNullOrEmpty(value) ? throw MlflowException.Missing(field) : value;

    public static long Number(long? value, string field) => value ?? throw MlflowException.Missing(field);

    /// <summary>The run a request names by <c>run_id</c> or <c>run_uuid</c>.</summary>
    public static string Run(string? runId, string? runUuid = null)
    {
        string id = Text(string.IsNullOrEmpty(runId) ? runUuid : runId, "run_id");
        return RunIds().IsMatch(id) ? id : throw MlflowException.Invalid($"Invalid run ID: '{Show(id)}'");
    }

    /// <summary>A list; null is the empty one. No element may be null.</summary>
    public static IReadOnlyList<T> Items<T>(T[]? items, string field)
        where T : class
    {
        for (int i = 0; i < (items?.Length ?? 0); i++)
        {
            if (items![i] is null)
            {
                throw MlflowException.Invalid($"Invalid value for parameter '{field}[{i}]' supplied: it is null.");
            }
        }

        return items ?? [];
    }

    /// <summary>Pairs as a map; a key twice keeps the last value.</summary>
    public static Dictionary<string, string> Pairs(WirePair[]? pairs, string field)
    {
        Dictionary<string, string> map = new(StringComparer.Ordinal);
        IReadOnlyList<WirePair> items = Items(pairs, field);
        for (int i = 0; i < items.Count; i++)
        {
            map[Text(items[i].Key, $"{field}[{i}].key")] = items[i].Value ?? "";
        }

        return map;
    }

    /// <summary>A page size.</summary>
    public static int Most(long? asked, int usual, int most, string field = "max_results") =>
        asked is null ? usual : asked >= 1 && asked <= most ? (int)asked : throw MlflowException.OutOfRange(field, asked.Value);

    /// <summary>A time in Unix milliseconds.</summary>
    public static DateTimeOffset Time(long ms, string field) =>
        ms >= 0 && ms <= 253_402_300_799_999
            ? DateTimeOffset.FromUnixTimeMilliseconds(ms)
            : throw MlflowException.Invalid($"Invalid value {ms} for parameter '{field}' supplied: a time is Unix milliseconds, 0 or more.");

    public static T[]? NullIfEmpty<T>(T[] items) => items.Length == 0 ? null : items;

    public static string Show(string text) => string.Concat(text.Take(80).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));

    [GeneratedRegex(@"\A[a-zA-Z0-9][A-Za-z0-9_-]{0,255}\z", RegexOptions.CultureInvariant)]
    private static partial Regex RunIds();
}
