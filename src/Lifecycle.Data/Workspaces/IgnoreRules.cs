using System.Text;

namespace Lifecycle.Data;

/// <summary>
/// Which paths of a folder are left out: lines as in <c>.gitignore</c>, the last line that matches decides, and nothing below an ignored
/// folder comes back. A file of a sub-folder adds to those of its parents. This is what <c>.dvcignore</c> and <c>.lifecycleignore</c> mean.
/// </summary>
/// <remarks>
/// The rules of DVC 3: a folder is tried as <c>p</c> and as <c>p/</c>, so <c>a/**</c> also ignores the folder <c>a</c>, which Git does not.
/// Instances do not change; <see cref="With"/> makes a longer one.
/// </remarks>
internal sealed class IgnoreRules
{
    public const int MaximumFileBytes = 1 << 20;

    private readonly IgnorePattern[] _patterns;

    private IgnoreRules(IgnorePattern[] patterns) => _patterns = patterns;

    /// <summary>Ignores nothing.</summary>
    public static IgnoreRules Empty { get; } = new([]);

    /// <summary>What DVC always ignores.</summary>
    public static IgnoreRules BuiltIn { get; } = Empty.With("", [".hg/", ".git/", ".git", ".dvc/"], "built in");

    /// <summary>Whether there is no pattern, so that nobody needs to ask.</summary>
    public bool IsEmpty => _patterns.Length == 0;

    /// <summary>These rules and those of a file.</summary>
    /// <param name="folder">The folder that holds the file, relative to the root of the paths, with <c>/</c>; empty for the root.</param>
    /// <param name="bytes">The file; at most <see cref="MaximumFileBytes"/>.</param>
    /// <param name="file">Its name, for errors.</param>
    /// <exception cref="DvcFormatException">It is too big, is not UTF-8, or a line is no pattern; the message says where.</exception>
    public IgnoreRules WithFile(string folder, ReadOnlySpan<byte> bytes, string file)
    {
        if (bytes.Length > MaximumFileBytes)
        {
            throw Refused(file, 1, 1, $"the file has {bytes.Length} bytes; at most {MaximumFileBytes} are read");
        }

        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw Refused(file, 1 + bytes[..Math.Max(0, e.Index)].Count((byte)'\n'), 1, "it is not UTF-8; save it as UTF-8");
        }

        return With(folder, text.ReplaceLineEndings("\n").Split('\n'), file);
    }

    /// <summary>These rules and more lines.</summary>
    /// <inheritdoc cref="WithFile"/>
    public IgnoreRules With(string folder, IReadOnlyList<string> lines, string file)
    {
        List<IgnorePattern> patterns = [.. _patterns];
        for (int i = 0; i < lines.Count; i++)
        {
            IgnorePattern? pattern = IgnorePattern.Parse(lines[i], folder, out (int Column, string Reason)? problem);
            if (problem is { } wrong)
            {
                throw Refused(file, i + 1, wrong.Column, wrong.Reason);
            }

            if (pattern is not null)
            {
                patterns.Add(pattern);
            }
        }

        return patterns.Count == _patterns.Length ? this : new IgnoreRules([.. patterns]);
    }

    /// <summary>Whether a path is ignored, by itself or because one of the folders on its way is.</summary>
    /// <param name="path">Relative, with <c>/</c>, without one at its end.</param>
    /// <param name="isFolder">Whether it is a folder.</param>
    public bool IsIgnored(string path, bool isFolder)
    {
        for (int slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            if (IsIgnoredItself(path.AsSpan(0, slash), isFolder: true))
            {
                return true;
            }
        }

        return IsIgnoredItself(path, isFolder);
    }

    /// <summary>Whether a path is ignored when none of the folders on its way is: for a walk that does not enter ignored folders.</summary>
    public bool IsIgnoredItself(ReadOnlySpan<char> path, bool isFolder)
    {
        if (IsEmpty)
        {
            return false;
        }

        Span<char> folder = path.Length < 512 ? stackalloc char[path.Length + 1] : new char[path.Length + 1];
        path.CopyTo(folder);
        folder[^1] = '/';
        for (int i = _patterns.Length - 1; i >= 0; i--)
        {
            if (_patterns[i].Matches(path) || (isFolder && _patterns[i].Matches(folder)))
            {
                return !_patterns[i].Includes;
            }
        }

        return false;
    }

    private static DvcFormatException Refused(string file, int line, int column, string reason) => new DvcFormatException(file, line, column, reason);
}
