using System.Text;

namespace Lifecycle.Tracking;

/// <summary>
/// What git makes of the content of a file before it hashes it: line ends by <c>.gitattributes</c>, <c>core.autocrlf</c> and git's own guess whether a file is text
/// (git's <c>convert.c</c>). Programs named as filters are not run; the one of Git LFS is known.
/// </summary>
internal sealed class GitText(GitFolder git)
{
    private readonly Dictionary<string, List<(GitPattern Pattern, string[] Attributes)>> _files = new(StringComparer.Ordinal);
    private readonly bool _ignoreCase = git.Config.IsTrue("core.ignorecase", otherwise: false);

    /// <summary>The content as git would store it; null when only a program of the user could tell.</summary>
    /// <param name="path">Relative to the work tree.</param>
    /// <param name="content">The bytes of the file.</param>
    /// <param name="stored">Gives what the index holds of this file, null when it cannot be read.</param>
    public ReadOnlyMemory<byte>? Clean(string path, ReadOnlyMemory<byte> content, Func<byte[]?> stored)
    {
        Dictionary<string, string> attributes = AttributesOf(path);
        if (attributes.GetValueOrDefault("filter") is { } filter and not ("" or "-") && git.Config.Get($"filter.{filter}.clean") is not null)
        {
            if (filter != "lfs")
            {
                return null;
            }

            return Pointer(content);
        }

        bool isRecoded = attributes.GetValueOrDefault("working-tree-encoding") is { } encoding && encoding is not ("" or "-" or "UTF-8");
        if (isRecoded || attributes.GetValueOrDefault("ident") == "")
        {
            return null;
        }

        (bool isText, bool isGuess) = Kind(attributes);
        if (!isText || content.Span.IndexOf("\r\n"u8) < 0)
        {
            return content;
        }

        return !isGuess ? Strip(content.Span, "\r\n"u8)
            : LooksBinary(content.Span) || stored() is { } before && before.AsSpan().IndexOf("\r\n"u8) >= 0 ? content
            : Strip(content.Span, "\r"u8);
    }

    private (bool IsText, bool IsGuess) Kind(Dictionary<string, string> attributes)
    {
        string? text = attributes.GetValueOrDefault("text") ?? attributes.GetValueOrDefault("crlf");
        if (text == "-")
        {
            return (false, false);
        }

        if (text is "auto")
        {
            return (true, true);
        }

        if (text is "" or "input" || attributes.GetValueOrDefault("eol") is "lf" or "crlf")
        {
            return (true, false);
        }

        bool isGuess = git.Config.Get("core.autocrlf") == "input" || git.Config.IsTrue("core.autocrlf", otherwise: false);
        return (isGuess, isGuess);
    }

    private static byte[] Pointer(ReadOnlyMemory<byte> content) => content.Span.StartsWith("version https://git-lfs.github.com/spec/v1\n"u8) || content.Length == 0
        ? content.ToArray()
        : Encoding.UTF8.GetBytes(string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"version https://git-lfs.github.com/spec/v1\noid sha256:{Digest.Of(content.Span).Hex}\nsize {content.Length}\n"));

    private static byte[] Strip(ReadOnlySpan<byte> content, ReadOnlySpan<byte> what)
    {
        byte[] made = new byte[content.Length];
        int to = 0;
        for (int i = 0; i < content.Length; i++)
        {
            if (!content[i..].StartsWith(what))
            {
                made[to++] = content[i];
            }
        }

        return made[..to];
    }

    private static bool LooksBinary(ReadOnlySpan<byte> content)
    {
        int readable = 0;
        int other = content.Length > 0 && content[^1] == 26 ? -1 : 0;
        for (int i = 0; i < content.Length; i++)
        {
            byte c = content[i];
            if (c == 0 || (c == '\r' && (i + 1 == content.Length || content[i + 1] != '\n')))
            {
                return true;
            }

            if (c is (byte)'\r' or (byte)'\n')
            {
                continue;
            }

            bool isReadable = c is >= 32 and not 127 or (byte)'\b' or (byte)'\t' or 27 or 12;
            readable += isReadable ? 1 : 0;
            other += isReadable ? 0 : 1;
        }

        return readable >> 7 < other;
    }

    /// <summary>Attributes of a path: <c>""</c> is set, <c>-</c> unset, else the value. The rules that weigh least come first.</summary>
    private Dictionary<string, string> AttributesOf(string path)
    {
        Dictionary<string, string> found = new(StringComparer.Ordinal);
        string user = git.Config.Get("core.attributesfile") is { } configured ? GitConfig.Expand(configured) : Path.Combine(GitConfig.UserFolder(), "attributes");
        Take(found, user, path);
        Take(found, Path.Combine(git.WorkTree, ".gitattributes"), path);
        for (int slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            Take(found, Path.Combine(git.WorkTree, path[..slash], ".gitattributes"), path[(slash + 1)..]);
        }

        Take(found, Path.Combine(git.Shared, "info", "attributes"), path);
        return found;
    }

    private void Take(Dictionary<string, string> found, string file, string path)
    {
        if (!_files.TryGetValue(file, out List<(GitPattern Pattern, string[] Attributes)>? rules))
        {
            _files[file] = rules = File.Exists(file) ? [.. File.ReadLines(file).SelectMany(Rule)] : [];
        }

        foreach ((GitPattern pattern, string[] attributes) in rules)
        {
            if (!pattern.OnlyFolders && pattern.IsMatch(path, isFolder: false))
            {
                foreach (string attribute in attributes)
                {
                    Set(found, attribute);
                }
            }
        }
    }

    private static void Set(Dictionary<string, string> found, string attribute)
    {
        int equals = attribute.IndexOf('=', StringComparison.Ordinal);
        if (attribute == "binary")
        {
            found["text"] = "-";
        }
        else if (attribute[0] == '!')
        {
            found.Remove(attribute[1..]);
        }
        else if (attribute[0] == '-')
        {
            found[attribute[1..]] = "-";
        }
        else
        {
            found[equals < 0 ? attribute : attribute[..equals]] = equals < 0 ? "" : attribute[(equals + 1)..];
        }
    }

    private IEnumerable<(GitPattern Pattern, string[] Attributes)> Rule(string line)
    {
        string[] words = line.Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
        return words.Length < 2 || words[0][0] is '#' or '!' or '[' ? [] : [(new GitPattern(words[0].Trim('"'), _ignoreCase), words[1..])];
    }
}
