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
    public static string? Broken(string? key)
    {
        if (string.IsNullOrEmpty(key))
        {
            return "Missing value for required parameter 'name': a key has 1 to 250 characters.";
        }

        if (key.Length > Maximum)
        {
            return $"'{key.AsSpan(0, 40)}…' exceeds the maximum length of {Maximum} characters";
        }

        if (!Allowed().IsMatch(key))
        {
            return $"Invalid value \"{Show(key)}\" for parameter 'name' supplied: Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).";
        }

        foreach (string segment in key.Split('/'))
        {
            if (segment is "" or "." or "..")
            {
                return $"Invalid value \"{key}\" for parameter 'name' supplied: Names may be treated as files in certain cases, and must not resolve to other names when treated as such: no '.' or '..' segment, no '/' at either end, no '//'.";
            }
        }

        return null;
    }

    public static string Show(string text) => string.Concat(text.Take(80).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));

    [GeneratedRegex(@"\A[/\w.\- :]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Allowed();
}
