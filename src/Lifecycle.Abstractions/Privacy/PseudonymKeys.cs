using System.Security.Cryptography;
using System.Text;

namespace Lifecycle;

/// <summary>
/// Keys from a file outside every store, from the environment, or from memory. A key is a line
/// <c>&lt;id&gt; &lt;base64 of at least 32 bytes&gt;</c>; the last one is the current one, so a new key is appended and the old ones stay
/// for what was made with them.
/// </summary>
/// <remarks>A file or a variable is read when a key is first asked for, and again for a key that was not there.</remarks>
public sealed class PseudonymKeys : IPseudonymKeySource
{
    /// <summary>The first line of a key file.</summary>
    public const string FileFormat = "lifecycle.keys/1";

    /// <summary>The variable that <see cref="FromEnvironment"/> reads by default.</summary>
    public const string DefaultVariable = "LIFECYCLE_PSEUDONYM_KEY";

    private const int MaximumBytes = 1 << 20;

    private readonly Func<IReadOnlyList<PseudonymKey>> _read;
    private IReadOnlyList<PseudonymKey>? _keys;

    private PseudonymKeys(Func<IReadOnlyList<PseudonymKey>> read, string? file = null)
    {
        _read = read;
        File = file;
    }

    /// <inheritdoc/>
    public string? File { get; }

    /// <summary>Keys of a file that <see cref="CreateFile"/> made.</summary>
    /// <param name="path">The file. It must not lie inside the folder of a store.</param>
    public static PseudonymKeys FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string full = Path.GetFullPath(path);
        return new PseudonymKeys(() => ReadFile(full), full);
    }

    /// <summary>Keys of an environment variable: <c>id:base64</c>, several separated by blanks or commas.</summary>
    /// <param name="variable">Name of the variable.</param>
    public static PseudonymKeys FromEnvironment(string variable = DefaultVariable)
    {
        ArgumentException.ThrowIfNullOrEmpty(variable);
        return new PseudonymKeys(() => ReadEnvironment(variable));
    }

    /// <summary>Keys at hand; the last one is the current one.</summary>
    public static PseudonymKeys Of(params IReadOnlyList<PseudonymKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        PseudonymKey[] copy = [.. keys];
        return new PseudonymKeys(() => copy);
    }

    /// <summary>Makes a key file with one new random key of 32 bytes; on Unix only its owner may read it.</summary>
    /// <param name="path">A file that is not there yet.</param>
    /// <param name="id">Name of the key.</param>
    /// <exception cref="PseudonymKeyException">The file is there already; a key is never overwritten. Or it cannot be written; then nothing is left of it.</exception>
    public static PseudonymKeys CreateFile(string path, string id = "k1")
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ResourceName.Require(id, "key");
        byte[] secret = RandomNumberGenerator.GetBytes(PseudonymKey.MinimumBytes);
        byte[] content = Encoding.ASCII.GetBytes($"{FileFormat}\n{id} {Convert.ToBase64String(secret)}\n");
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            Write(path, options, content);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
            CryptographicOperations.ZeroMemory(content);
        }

        AtomicFile.FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return FromFile(path);
    }

    /// <inheritdoc/>
    public ValueTask<PseudonymKey> GetAsync(string? id = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        IReadOnlyList<PseudonymKey> keys = _keys ??= Checked(_read());
        if (id is not null && Find(keys, id) is null)
        {
            keys = _keys = Checked(_read());
        }

        PseudonymKey? key = id is null ? keys[^1] : Find(keys, id);
        return ValueTask.FromResult(key ?? throw new PseudonymKeyException(
            $"There is no key '{id}'{(File is null ? "" : $" in '{File}'")}. The keys are: {string.Join(", ", keys.Select(k => k.Id))}."));
    }

    private static void Write(string path, FileStreamOptions options, byte[] content)
    {
        bool isMade = false;
        try
        {
            using FileStream stream = new(path, options);
            isMade = true;
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }
        catch (IOException error) when (!isMade && System.IO.File.Exists(path))
        {
            throw new PseudonymKeyException($"The file '{path}' is there already, and a key is never overwritten: what was made with it could not be joined again. Choose another file.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (isMade)
            {
                System.IO.File.Delete(path);
            }

            throw new PseudonymKeyException($"The key file '{path}' cannot be made: {error.Message} Choose a folder that is there and that you may write.", error);
        }
    }

    private static PseudonymKey? Find(IReadOnlyList<PseudonymKey> keys, string id) => keys.FirstOrDefault(k => string.Equals(k.Id, id, StringComparison.Ordinal));

    private static IReadOnlyList<PseudonymKey> Checked(IReadOnlyList<PseudonymKey> keys)
    {
        if (keys.Count == 0)
        {
            throw new PseudonymKeyException("No key was given. Make one with PseudonymKeys.CreateFile.");
        }

        return keys.GroupBy(k => k.Id, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice
            ? throw new PseudonymKeyException($"There are {twice.Count()} keys with the id '{twice.Key}'. Give each an id of its own.")
            : keys;
    }

    private static List<PseudonymKey> ReadFile(string path)
    {
        byte[] content;
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaximumBytes })
            {
                throw new PseudonymKeyException($"'{path}' is larger than {MaximumBytes} bytes: that is no key file.");
            }

            content = System.IO.File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PseudonymKeyException($"The key file '{path}' cannot be read: {error.Message} Make one with PseudonymKeys.CreateFile, outside the folder of the store.", error);
        }

        string[] lines = Encoding.UTF8.GetString(content).Split('\n');
        CryptographicOperations.ZeroMemory(content);
        if (lines[0].TrimEnd('\r') != FileFormat)
        {
            throw new PseudonymKeyException($"'{path}' is no key file: its first line must be '{FileFormat}'.");
        }

        List<PseudonymKey> keys = [];
        for (int i = 1; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line.Length > 0 && line[0] != '#')
            {
                keys.Add(Parse(line, ' ', $"line {i + 1} of '{path}'"));
            }
        }

        return keys;
    }

    private static List<PseudonymKey> ReadEnvironment(string variable)
    {
        string text = Environment.GetEnvironmentVariable(variable) ?? "";
        return text.Length == 0
            ? throw new PseudonymKeyException($"The environment variable '{variable}' is not set. It must hold id:base64, for example from `echo k1:$(openssl rand -base64 32)`.")
            : [.. text.Split([' ', ',', '\n', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries).Select(t => Parse(t, ':', $"the environment variable '{variable}'"))];
    }

    private static PseudonymKey Parse(string text, char separator, string where)
    {
        int at = text.IndexOf(separator, StringComparison.Ordinal);
        Span<byte> secret = new byte[text.Length];
        if (at <= 0 || !ResourceName.IsValid(text.AsSpan(0, at)) || !Convert.TryFromBase64Chars(text.AsSpan(at + 1), secret, out int length))
        {
            throw new PseudonymKeyException($"A key cannot be read in {where}: it must be an id, '{separator}' and base64 of at least {PseudonymKey.MinimumBytes} bytes.");
        }

        PseudonymKey key = new(text[..at], secret[..length]);
        CryptographicOperations.ZeroMemory(secret);
        return key;
    }
}
