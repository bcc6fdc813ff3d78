using System.Text;

namespace Lifecycle.Tracking;

/// <summary>
/// What git is configured to do: the files of the system, the user, the repository and the work tree, the later one wins. Names are
/// <c>section.key</c> or <c>section.subsection.key</c>, section and key in lower case. Conditional includes are not followed.
/// </summary>
internal sealed class GitConfig
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public string? Get(string name) => _values.GetValueOrDefault(name);

    public bool IsTrue(string name, bool otherwise) => _values.TryGetValue(name, out string? value)
        ? value.ToUpperInvariant() is "TRUE" or "YES" or "ON" or "1" or ""
        : otherwise;

    /// <summary>Names of subsections, for example the remotes.</summary>
    public IEnumerable<string> Subsections(string section) => _values.Keys
        .Where(k => k.StartsWith(section + ".", StringComparison.Ordinal) && k.LastIndexOf('.') > section.Length)
        .Select(k => k[(section.Length + 1)..k.LastIndexOf('.')])
        .Distinct(StringComparer.Ordinal);

    public static GitConfig Of(string own, string shared)
    {
        GitConfig config = new();
        if (Environment.GetEnvironmentVariable("GIT_CONFIG_NOSYSTEM") is null && !OperatingSystem.IsWindows())
        {
            config.Add(Environment.GetEnvironmentVariable("GIT_CONFIG_SYSTEM") ?? "/etc/gitconfig");
        }

        if (Environment.GetEnvironmentVariable("GIT_CONFIG_GLOBAL") is { } global)
        {
            config.Add(global);
        }
        else
        {
            config.Add(Path.Combine(UserFolder(), "config"));
            config.Add(Path.Combine(Home(), ".gitconfig"));
        }

        config.Add(Path.Combine(shared, "config"));
        if (config.IsTrue("extensions.worktreeconfig", otherwise: false))
        {
            config.Add(Path.Combine(own, "config.worktree"));
        }

        return config;
    }

    /// <summary>A path out of the configuration: <c>~/</c> is the home folder.</summary>
    public static string Expand(string path) => path.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(Home(), path[2..]) : path;

    /// <summary>Where the user's ignore and attribute files lie unless configured elsewhere.</summary>
    public static string UserFolder() =>
        Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } folder ? Path.Combine(folder, "git") : Path.Combine(Home(), ".config", "git");

    internal void Read(string text)
    {
        string section = "";
        using StringReader lines = new(text);
        while (lines.ReadLine() is { } line)
        {
            line = line.Trim();
            if (line.StartsWith('['))
            {
                int end = line.LastIndexOf(']');
                section = end < 0 ? "" : Section(line[1..end]);
                line = end < 0 ? "" : line[(end + 1)..].Trim();
            }

            if (line.Length == 0 || line[0] is '#' or ';')
            {
                continue;
            }

            int equals = line.IndexOf('=', StringComparison.Ordinal);
            string key = (equals < 0 ? line : line[..equals]).Trim();
            _values[section + "." + Lower(key)] = equals < 0 ? "" : Value(line[(equals + 1)..].TrimStart(), lines);
        }
    }

    private static string Home() => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    private void Add(string file)
    {
        if (File.Exists(file))
        {
            Read(File.ReadAllText(file));
        }
    }

    private static string Section(string name)
    {
        int quote = name.IndexOf('"', StringComparison.Ordinal);
        return quote < 0 ? Lower(name.Trim())
            : Lower(name[..quote].Trim()) + "." + name[(quote + 1)..].TrimEnd().TrimEnd('"').Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
    }

    private static string Value(string text, StringReader lines)
    {
        StringBuilder value = new();
        bool quoted = false;
        int kept = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\\' && i + 1 == text.Length)
            {
                text = lines.ReadLine() ?? "";
                i = -1;
                continue;
            }

            if (c == '"')
            {
                quoted = !quoted;
                kept = value.Length;
            }
            else if (!quoted && c is '#' or ';')
            {
                break;
            }
            else
            {
                value.Append(c == '\\' ? text[++i] switch { 'n' => '\n', 't' => '\t', 'b' => '\b', char other => other } : c);
                kept = quoted || !char.IsWhiteSpace(c) ? value.Length : kept;
            }
        }

        return value.ToString(0, kept);
    }

    // Keys of git are ASCII and written in lower case by everybody; upper case would not be its form.
#pragma warning disable CA1308
    private static string Lower(string text) => text.ToLowerInvariant();
#pragma warning restore CA1308
}
