using System.Globalization;
using System.Text;
using System.Text.Json;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Data.Tests;

/// <summary>A DVC repository in a folder of the test: the recorded one, or an empty one.</summary>
internal sealed class DvcSandbox : IDisposable
{
    private readonly TemporaryFolder _folder;

    private DvcSandbox(TemporaryFolder folder) => _folder = folder;

    public string Root => _folder["work"];

    public string Outside => _folder.Path;

    public static DvcSandbox Empty(string config = "", TemporaryFolder? folder = null)
    {
        DvcSandbox sandbox = new(folder ?? new TemporaryFolder());
        sandbox.Write(".dvc/.gitignore", "/config.local\n/tmp\n/cache\n");
        sandbox.Write(".dvc/config", config);
        return sandbox;
    }

    /// <summary>A repository of the oracle, as it was recorded: objects are read-only.</summary>
    public static DvcSandbox Recorded(int index = 0)
    {
        DvcSandbox sandbox = new(new TemporaryFolder());
        JsonElement repository = DvcOracle.Of("repositories").ElementAt(index);
        foreach (JsonProperty file in repository.GetProperty("files").EnumerateObject())
        {
            sandbox.Write(file.Name, Content(file.Value));
            if (file.Name.StartsWith(".dvc/cache/", StringComparison.Ordinal))
            {
                File.SetUnixFileMode(sandbox[file.Name], UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            }
        }

        foreach (JsonElement path in repository.GetProperty("executable").EnumerateArray())
        {
            File.SetUnixFileMode(sandbox[path.GetString()!], File.GetUnixFileMode(sandbox[path.GetString()!]) | UnixFileMode.UserExecute);
        }

        return sandbox;
    }

    public string this[string path] => Path.Combine(Root, path);

    public ValueTask<DvcRepository> OpenAsync(DvcOptions? options = null, TimeProvider? time = null) =>
        DvcRepository.OpenAsync(Root, (options ?? new DvcOptions()) with { OuterConfig = options?.OuterConfig ?? [] }, time);

    public string Write(string path, string content) => Write(path, Encoding.UTF8.GetBytes(content));

    public string Write(string path, byte[] content)
    {
        string full = this[path];
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, content);
        return full;
    }

    public string Read(string path) => File.ReadAllText(this[path]);

    public string Object(string oid) => this[$".dvc/cache/files/md5/{oid[..2]}/{oid[2..]}"];

    /// <summary>Every file with its bytes, but for what lies in <c>.dvc/tmp</c>.</summary>
    public SortedDictionary<string, string> Snapshot(string? below = null)
    {
        SortedDictionary<string, string> files = new(StringComparer.Ordinal);
        string root = below is null ? Root : Path.IsPathRooted(below) ? below : this[below];
        foreach (string file in Directory.EnumerateFiles(root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
        {
            string name = Path.GetRelativePath(root, file);
            if (!name.StartsWith(".dvc/tmp/", StringComparison.Ordinal))
            {
                files.Add(name, Convert.ToHexString(File.ReadAllBytes(file)));
            }
        }

        return files;
    }

    /// <summary>What must stay as it is when data are only read: inode, times, bytes.</summary>
    public SortedDictionary<string, string> Stamps(string below)
    {
        SortedDictionary<string, string> files = new(StringComparer.Ordinal);
        foreach (string file in File.Exists(this[below]) ? [this[below]] : Directory.EnumerateFiles(this[below], "*", SearchOption.AllDirectories))
        {
            files.Add(file, string.Create(CultureInfo.InvariantCulture, $"{FileStamp.Of(file)} {File.GetUnixFileMode(file)} {Convert.ToHexString(File.ReadAllBytes(file))}"));
        }

        return files;
    }

    /// <summary>Makes an object writable and flips one bit of it; it is read-only again behind that.</summary>
    public static void Flip(string file, long offset = 0)
    {
        UnixFileMode mode = File.GetUnixFileMode(file);
        DateTime time = File.GetLastWriteTimeUtc(file);
        File.SetUnixFileMode(file, mode | UnixFileMode.UserWrite);
        byte[] bytes = File.ReadAllBytes(file);
        bytes[offset] ^= 8;
        File.WriteAllBytes(file, bytes);
        File.SetLastWriteTimeUtc(file, time);
        File.SetUnixFileMode(file, mode);
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Content(JsonElement file) => file.TryGetProperty("text", out JsonElement text) ? Encoding.UTF8.GetBytes(text.GetString()!)
        : file.TryGetProperty("hex", out JsonElement hex) ? Convert.FromHexString(hex.GetString()!)
        : [.. file.GetProperty("parts").EnumerateArray().SelectMany(p =>
            Enumerable.Repeat(Convert.FromHexString(p.GetProperty("hex").GetString()!), p.TryGetProperty("times", out JsonElement times) ? times.GetInt32() : 1).SelectMany(b => b))];
}
