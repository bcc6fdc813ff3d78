using System.Text.RegularExpressions;

namespace Lifecycle.Tracking;

/// <summary>
/// The rule for keys of metrics, params and tags: 1 to 250 characters of <c>[/\w.\- :]</c>, equal to their normalised path: no <c>.</c> or <c>..</c> segment,
/// no <c>/</c> at either end, no <c>//</c>. The texts are MLflow's.
/// </summary>
internal static partial class KeyRule
{
    private const int Maximum = 250;

    /// <summary>Why the key cannot be one; null when it can.</summary>
    /// <param name="key">The key.</param>
    /// <param name="what">What it names, for example <c>Metric name</c>.</param>
    /// <param name="field">Where it stood, for example <c>metrics[3].name</c>.</param>
    public static string? Broken(string? key, string what = "Key", string field = "name")
    {
        if (string.IsNullOrEmpty(key))
        {
            return $"Missing value for required parameter '{field}': a key has 1 to {Maximum} characters.";
        }

        if (key.Length > Maximum)
        {
            return $"'{what}' exceeds the maximum length of {Maximum} characters";
        }

        if (!Allowed().IsMatch(key))
        {
            return $"Invalid value \"{Show(key)}\" for parameter '{field}' supplied: Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).";
        }

        string normal = Normal(key);
        return normal == key && key is not ("." or "..") && !key.StartsWith('/') && !key.StartsWith("../", StringComparison.Ordinal)
            ? null
            : $"Invalid value \"{key}\" for parameter '{field}' supplied: Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '{normal}'";
    }

    // The path without '.' and '..' segments and doubled or trailing slashes, as POSIX reads it.
    private static string Normal(string key)
    {
        List<string> kept = [];
        bool rooted = key.StartsWith('/');
        foreach (string segment in key.Split('/'))
        {
            if (segment is "" or ".")
            {
                continue;
            }

            if (segment != ".." || (!rooted && kept.Count == 0) || (kept.Count > 0 && kept[^1] == ".."))
            {
                kept.Add(segment);
            }
            else if (kept.Count > 0)
            {
                kept.RemoveAt(kept.Count - 1);
            }
        }

        string joined = string.Join('/', kept);
        return rooted ? "/" + joined : joined.Length == 0 ? "." : joined;
    }

    public static string Show(string text) => string.Concat(text.Take(80).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));

    [GeneratedRegex(@"\A[/\w.\- :]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Allowed();
}
