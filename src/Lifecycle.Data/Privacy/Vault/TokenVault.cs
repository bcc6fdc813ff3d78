using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Lifecycle.Data;

/// <summary>
/// Random tokens and what they stand for, in a file of its own: never in a store, because who has the data must not have the way back.
/// Values are sealed by AES-256-GCM and found by HMAC, so the file tells nothing without its key. Tokens are 128 random bits (45 CFR
/// 164.514(c) forbids codes derived from a person's data); two vaults never give the same one.
/// </summary>
/// <remarks>One process has a vault open at a time; the content is held in memory (about 100 bytes a value and its length). Safe for many
/// threads.</remarks>
public sealed class TokenVault : IAsyncDisposable
{
    private const string Store = "vault";

    private readonly VaultFormat _format;
    private readonly FileStream _lock;
    private readonly SemaphoreSlim _session = new(1);
    private readonly Dictionary<UInt128, int> _byLookup = [];
    private readonly Dictionary<UInt128, int> _byToken = [];
    private byte[] _content;

    private TokenVault(string file, string? keyFile, VaultFormat format, FileStream held, byte[] content, List<int> entries)
    {
        File = file;
        KeyFile = keyFile;
        _format = format;
        _lock = held;
        _content = content;
        Id = Convert.ToHexStringLower(format.NewId);
        entries.ForEach(Remember);
    }

    /// <summary>The file.</summary>
    public string File { get; }

    /// <summary>The file of its key; null when that is in none.</summary>
    internal string? KeyFile { get; }

    /// <summary>32 hex digits; stands in the plans that use it.</summary>
    public string Id { get; }

    /// <summary>Values that have a token.</summary>
    public int Count => _byToken.Count;

    /// <summary>Opens a vault, or makes a new one.</summary>
    /// <param name="path">Its file; must not lie inside the folder of a store.</param>
    /// <param name="keys">The key that seals it; that of a vault stays the same, so keep it.</param>
    /// <param name="cancellationToken">Cancels the waiting for the key.</param>
    /// <exception cref="PrivacyPlanException">The file is something else, such as the store's database, or the key is not the one that
    /// sealed it.</exception>
    /// <exception cref="LifecycleStorageException">The file is damaged, cannot be read, or another process has it open.</exception>
    public static async ValueTask<TokenVault> OpenAsync(string path, IPseudonymKeySource keys, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(keys);
        string full = Path.GetFullPath(path);
        byte[]? content = await ReadAsync(full, cancellationToken).ConfigureAwait(false);
        (byte[] Id, string KeyId)? head = content is null ? null : VaultFormat.Head(content);
        if (content is not null && head is null)
        {
            throw new PrivacyPlanException($"'{path}' is no token vault, and it is left as it is. A vault is a file of its own, never the store's database.");
        }

        PseudonymKey key = await KeyAsync(keys, head?.KeyId, cancellationToken).ConfigureAwait(false);
        FileStream held = Hold(full);
        VaultFormat? format = null;
        try
        {
            // read again under the lock: another process may have added tokens
            content = await ReadAsync(full, cancellationToken).ConfigureAwait(false);
            head = content is null ? null : VaultFormat.Head(content);
            format = new VaultFormat(key, head?.Id ?? RandomNumberGenerator.GetBytes(16));
            if (content is null)
            {
                byte[] header = format.Header();
                content = [.. header, .. format.Mac(header, [])];
                await WriteAsync(full, content, [], cancellationToken).ConfigureAwait(false);
            }

            if (!format.IsRightKey(content))
            {
                throw new PrivacyPlanException($"The vault '{path}' was sealed with another key than the one of the id '{key.Id}' that was given. Give it the key it was made with.");
            }

            List<int> entries = (format.IsWhole(content) ? format.Entries(content) : null) ?? throw new LifecycleStorageException(
                Store, "open", full, $"The vault '{path}' is damaged: its bytes do not fit their code. Restore it from a copy; nothing was changed.");
            return new TokenVault(full, keys.File, format, held, content, entries);
        }
        catch
        {
            format?.Dispose();
            await held.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The value that a token stands for; null when the vault does not know it.</summary>
    public string? Reveal(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        Span<byte> bytes = stackalloc byte[VaultFormat.TokenBytes];
        if (token.Length != 22 || !Base64Url.IsValid(token) || !Base64Url.TryDecodeFromChars(token, bytes, out int length) || length != bytes.Length)
        {
            return null;
        }

        lock (_byToken)
        {
            return _byToken.TryGetValue(BinaryPrimitives.ReadUInt128BigEndian(bytes), out int at) ? _format.Open(_content.AsSpan(at)) : null;
        }
    }

    /// <summary>Closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        await _lock.DisposeAsync().ConfigureAwait(false);
        _format.Dispose();
        _session.Dispose();
    }

    /// <summary>New tokens for one derivation; one at a time.</summary>
    internal async ValueTask<VaultSession> BeginAsync(CancellationToken cancellationToken)
    {
        await _session.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new VaultSession(this, _format, () => _session.Release());
    }

    internal byte[]? Find(UInt128 lookup)
    {
        lock (_byToken)
        {
            return _byLookup.TryGetValue(lookup, out int at) ? VaultFormat.TokenOf(_content.AsSpan(at)).ToArray() : null;
        }
    }

    /// <summary>Adds entries, durably; all or none.</summary>
    internal async ValueTask AddAsync(IReadOnlyCollection<byte[]> entries, CancellationToken cancellationToken)
    {
        byte[] before = _content[..^32];
        byte[] added = new byte[entries.Sum(e => e.Length)];
        int filled = 0;
        foreach (byte[] entry in entries)
        {
            entry.CopyTo(added, filled);
            filled += entry.Length;
        }

        byte[] mac = _format.Mac(before, added);
        await WriteAsync(File, before, [added, mac], cancellationToken).ConfigureAwait(false);
        lock (_byToken)
        {
            _content = [.. before, .. added, .. mac];
            int at = before.Length;
            foreach (byte[] entry in entries)
            {
                Remember(at);
                at += entry.Length;
            }
        }
    }

    private void Remember(int at)
    {
        ReadOnlySpan<byte> entry = _content.AsSpan(at);
        _byLookup[BinaryPrimitives.ReadUInt128BigEndian(VaultFormat.LookupOf(entry))] = at;
        _byToken[BinaryPrimitives.ReadUInt128BigEndian(VaultFormat.TokenOf(entry))] = at;
    }

    private static async ValueTask<PseudonymKey> KeyAsync(IPseudonymKeySource keys, string? id, CancellationToken cancellationToken)
    {
        try
        {
            return await keys.GetAsync(id, cancellationToken).ConfigureAwait(false);
        }
        catch (PseudonymKeyException error)
        {
            throw new PrivacyPlanException($"The vault has no key: {error.Message}", error);
        }
    }

    private static async ValueTask<byte[]?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return System.IO.File.Exists(path) ? await System.IO.File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LifecycleStorageException(Store, "open", path, $"The vault '{path}' cannot be read: {error.Message}", innerException: error);
        }
    }

    private static FileStream Hold(string path)
    {
        try
        {
            return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (DirectoryNotFoundException error)
        {
            throw new LifecycleStorageException(
                Store, "open", path, $"The vault '{path}' cannot be held: its folder '{Path.GetDirectoryName(path)}' is not there. Make it first.", innerException: error);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new LifecycleStorageException(
                Store, "open", path, $"The vault '{path}' cannot be held: {error.Message} This user needs the right to write '{path}.lock'.", innerException: error);
        }
        catch (IOException error)
        {
            throw new LifecycleStorageException(
                Store, "open", path, $"The vault '{path}' cannot be held: {error.Message} Another process may have it open; one at a time can.", isTransient: true, error);
        }
    }

    private static async ValueTask WriteAsync(string path, byte[] content, IReadOnlyList<byte[]> more, CancellationToken cancellationToken)
    {
        try
        {
            await AtomicFile.WriteAsync(
                path,
                async (stream, token) =>
                {
                    if (!OperatingSystem.IsWindows() && stream is FileStream file)
                    {
                        System.IO.File.SetUnixFileMode(file.SafeFileHandle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                    }

                    await stream.WriteAsync(content, token).ConfigureAwait(false);
                    foreach (byte[] part in more)
                    {
                        await stream.WriteAsync(part, token).ConfigureAwait(false);
                    }
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            string why = DiskRoom.Full(error, path, content.Length + more.Sum(m => (long)m.Length)) ?? error.Message;
            throw new LifecycleStorageException(Store, "write", path, $"The vault '{path}' cannot be written: {why} Its tokens of before are untouched.", innerException: error);
        }
    }
}
