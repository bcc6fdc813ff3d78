using System.Text;
using System.Text.RegularExpressions;

namespace Lifecycle.Data;

/// <summary>
/// What a DVC repository is set to: INI files in the order system, global, repository, <c>config.local</c>, the later winning. Only the keys
/// below are kept; passwords and tokens are never taken into memory, so they cannot reach a log.
/// </summary>
internal sealed partial class DvcConfig
{
    private const int MaximumBytes = 1 << 20;

    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "core.remote", "core.no_scm", "core.hardlink_lock", "cache.dir", "cache.shared", "cache.type",
    };

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DvcRemote> _remotes = new(StringComparer.Ordinal);

    public string? DefaultRemote => _values.GetValueOrDefault("core.remote");

    public bool HasNoScm => IsTrue("core.no_scm");

    public bool UsesHardlinkLock => IsTrue("core.hardlink_lock");

    public bool IsShared => _values.GetValueOrDefault("cache.shared") == "group";

    /// <summary>The full path of the cache, or null for <c>.dvc/cache</c>.</summary>
    public string? CacheFolder => _values.GetValueOrDefault("cache.dir");

    public IReadOnlyList<string> CacheTypes => [.. _values.GetValueOrDefault("cache.type", "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    public IReadOnlyDictionary<string, DvcRemote> Remotes => _remotes;

    /// <summary>Reads the files that are there, the later ones over the earlier.</summary>
    public static DvcConfig Read(IEnumerable<string> files)
    {
        DvcConfig config = new();
        foreach (string file in files.Where(File.Exists))
        {
            FileInfo info = new(file);
            config.Add(file, info.Length <= MaximumBytes
                ? File.ReadAllText(file, Encoding.UTF8)
                : throw new DvcFormatException(file, 1, 1, $"the file has {info.Length} bytes; at most {MaximumBytes} are read"));
        }

        return config;
    }

    /// <summary>The files of a repository, as DVC looks for them.</summary>
    public static IEnumerable<string> Files(string dvcFolder)
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string? system = Environment.GetEnvironmentVariable("DVC_SYSTEM_CONFIG_DIR");
        string? global = Environment.GetEnvironmentVariable("DVC_GLOBAL_CONFIG_DIR");
        if (OperatingSystem.IsWindows())
        {
            system ??= Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "iterative", "dvc");
            global ??= Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "iterative", "dvc");
        }
        else if (OperatingSystem.IsMacOS())
        {
            system ??= "/Library/Application Support/dvc";
            global ??= Path.Combine(home, "Library", "Application Support", "dvc");
        }
        else
        {
            system ??= "/etc/xdg/dvc";
            global ??= Path.Combine(Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } xdg ? xdg : Path.Combine(home, ".config"), "dvc");
        }

        return [Path.Combine(system, "config"), Path.Combine(global, "config"), Path.Combine(dvcFolder, "config"), Path.Combine(dvcFolder, "config.local")];
    }

    private void Add(string file, string text)
    {
        string[] lines = text.ReplaceLineEndings("\n").Split('\n');
        string section = "";
        string? remote = null;
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line.Length == 0 || line[0] is '#' or ';')
            {
                continue;
            }

            if (line[0] == '[')
            {
                int end = line.LastIndexOf(']');
                section = end > 0 ? Unquote(line[1..end].Trim()) : throw new DvcFormatException(file, i + 1, 1, "a section needs a ']' at its end");
                remote = RemoteName().Match(section) is { Success: true } match ? match.Groups[1].Value : null;
                continue;
            }

            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new DvcFormatException(file, i + 1, 1, "a line is a section, a comment or 'key = value'");
            }

            string key = line[..equals].Trim().ToLowerInvariant();
            string name = section.ToLowerInvariant() + "." + key;
            if (remote is not null && key == "url")
            {
                _remotes[remote] = DvcRemote.Of(remote, Unquote(WithoutComment(line[(equals + 1)..])), file, i + 1);
            }
            else if (remote is not null && (key is "version_aware" or "worktree") && Unquote(WithoutComment(line[(equals + 1)..])).Equals("true", StringComparison.OrdinalIgnoreCase))
            {
                _remotes[remote] = DvcRemote.VersionAware(remote);
            }
            else if (Known.Contains(name))
            {
                string value = Unquote(WithoutComment(line[(equals + 1)..]));
                _values[name] = name == "cache.dir" ? Path.GetFullPath(DvcRemote.Expand(value), Path.GetDirectoryName(file)!) : value;
            }
        }
    }

    private bool IsTrue(string key) => _values.GetValueOrDefault(key)?.ToLowerInvariant() is "true" or "1" or "yes" or "on";

    private static string WithoutComment(string value)
    {
        value = value.Trim();
        if (value.Length > 0 && value[0] is '"' or '\'')
        {
            int end = value.IndexOf(value[0], 1);
            return end < 0 ? value : value[..(end + 1)];
        }

        int comment = value.IndexOf(" #", StringComparison.Ordinal);
        return comment < 0 ? value : value[..comment].TrimEnd();
    }

    private static string Unquote(string value) => value.Length >= 2 && value[0] is '"' or '\'' && value[^1] == value[0] ? value[1..^1] : value;

    [GeneratedRegex("""^remote\s+"(.+)"$""", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex RemoteName();
}
