namespace Lifecycle.Data;

/// <summary>Which part of a tree is meant: patterns as in <c>.gitignore</c>, the other way round. None means all.</summary>
internal sealed class PathPatterns
{
    private readonly IgnoreRules? _rules;

    private PathPatterns(IReadOnlyList<string> lines)
    {
        Lines = lines;
        _rules = lines.Count == 0 ? null : IgnoreRules.Empty.With("", lines, "include");
    }

    public static PathPatterns All { get; } = new([]);

    public IReadOnlyList<string> Lines { get; }

    public bool IsAll => _rules is null;

    /// <exception cref="ArgumentException">A pattern has no meaning.</exception>
    public static PathPatterns Of(IReadOnlyList<string> lines)
    {
        foreach (string line in lines)
        {
            if (string.IsNullOrWhiteSpace(line) || line.TrimStart()[0] is '#' or '!')
            {
                throw new ArgumentException($"'{line}' includes nothing. Say for example \"train/**\" or \"*.csv\"; '#' and '!' have no place here.", nameof(lines));
            }
        }

        try
        {
            return lines.Count == 0 ? All : new PathPatterns(lines);
        }
        catch (DvcFormatException e)
        {
            throw new ArgumentException("A pattern of Include cannot be read: " + e.Message, nameof(lines), e);
        }
    }

    public bool Includes(string path) => _rules is null || _rules.IsIgnored(path, isFolder: false);
}
