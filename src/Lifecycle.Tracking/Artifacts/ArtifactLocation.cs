namespace Lifecycle.Tracking;

/// <summary>
/// The rule for addresses of artifacts that come from outside: where an experiment keeps its files, where the files of a model version lie.
/// </summary>
/// <remarks>
/// Our own schemes are resolved here: <c>mlflow-artifacts:/</c>, <c>runs:/</c>, <c>models:/</c>. <c>s3 gs wasbs abfss dbfs hdfs https</c> are kept as text
/// and never fetched. All else is refused, paths of this machine above all. The text is percent-decoded until it stops changing, at most 8 times; no form
/// may hold a <c>..</c> segment, a backslash or a control character, nor, in our schemes, one of <c># ? ;</c>.
/// </remarks>
public static class ArtifactLocation
{
    /// <summary>Most characters of an address.</summary>
    public const int MaximumLength = 4096;

    private const int MostRounds = 8;
    private static readonly string[] Ours = ["mlflow-artifacts", "runs", "models"];
    private static readonly string[] Foreign = ["s3", "gs", "wasbs", "abfss", "dbfs", "hdfs", "https"];

    /// <summary>Why an address cannot be kept; null when it can.</summary>
    /// <param name="location">For example <c>s3://bucket/runs</c> or <c>mlflow-artifacts:/5</c>.</param>
    public static string? Broken(string? location)
    {
        if (string.IsNullOrEmpty(location))
        {
            return "it is empty";
        }

        if (location.Length > MaximumLength)
        {
            return $"it is longer than {MaximumLength} characters";
        }

        int colon = location.IndexOf(':', StringComparison.Ordinal);
        string scheme = colon > 0 ? location[..colon] : "";
        bool ours = Ours.Contains(scheme, StringComparer.Ordinal);
        if (!ours && !Foreign.Contains(scheme, StringComparer.Ordinal))
        {
            return $"its scheme is none of {string.Join(", ", Ours.Concat(Foreign))}";
        }

        if (colon + 1 >= location.Length || location[colon + 1] != '/')
        {
            return $"'{scheme}:' is not followed by '/'";
        }

        string form = location;
        for (int round = 0; round < MostRounds; round++)
        {
            if (BrokenForm(form, ours) is { } why)
            {
                return why;
            }

            string decoded = Uri.UnescapeDataString(form);
            if (string.Equals(decoded, form, StringComparison.Ordinal))
            {
                return null;
            }

            form = decoded;
        }

        return $"it is percent-encoded more than {MostRounds} times";
    }

    internal static bool IsKnown(string scheme) => Ours.Contains(scheme, StringComparer.Ordinal) || Foreign.Contains(scheme, StringComparer.Ordinal);

    private static string? BrokenForm(string form, bool ours)
    {
        foreach (char c in form)
        {
            if (char.IsControl(c) || char.IsSurrogate(c) || c == '\\' || (ours && c is '#' or '?' or ';'))
            {
                return $"it holds the character U+{(int)c:X4}";
            }
        }

        int path = form.IndexOf(':', StringComparison.Ordinal) + 1;
        foreach (Range segment in form.AsSpan(path).Split('/'))
        {
            if (form.AsSpan(path)[segment] is "..")
            {
                return "it holds a '..' segment";
            }
        }

        return null;
    }
}
