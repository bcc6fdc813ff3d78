using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Lifecycle.Data;

/// <summary>
/// The file of a vault: <c>LCVAULT1</c>, 16 bytes of id, u16 length and ASCII of the key's id, 32 bytes that tell whether a key is the
/// right one, then entries {u32 length n, 32 bytes of look-up HMAC, 16 bytes of token, 12 bytes of nonce, n bytes sealed by AES-256-GCM, 16
/// bytes of tag}, then HMAC-SHA256 of all before. Integers are little endian. The four keys come by HKDF from one, with the id of the vault
/// as salt. The file is replaced as a whole or not at all.
/// </summary>
internal sealed class VaultFormat : IDisposable
{
    public const int TokenBytes = 16;
    public const int LookupBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int MacBytes = 32;
    private const int IdBytes = 16;
    private const int CheckBytes = 32;
    private const int EntryBytes = 4 + LookupBytes + TokenBytes + NonceBytes + TagBytes;

    // one cipher must not be used by two threads at once
    private readonly Lock _sealing = new();
    private readonly AesGcm _seal;
    private readonly byte[] _lookupKey;
    private readonly byte[] _macKey;
    private readonly byte[] _check;
    private readonly byte[] _id;
    private readonly string _keyId;

    public VaultFormat(PseudonymKey key, ReadOnlySpan<byte> id)
    {
        _id = id.ToArray();
        _keyId = key.Id;
        byte[] seal = key.Derive("lifecycle.vault/1 seal", id);
        _seal = new AesGcm(seal, TagBytes);
        CryptographicOperations.ZeroMemory(seal);
        _lookupKey = key.Derive("lifecycle.vault/1 lookup", id);
        _macKey = key.Derive("lifecycle.vault/1 file", id);
        _check = key.Derive("lifecycle.vault/1 check", id);
    }

    public static ReadOnlySpan<byte> Magic => "LCVAULT1"u8;

    public byte[] NewId => _id;

    /// <summary>The id of the vault and of its key; null when the bytes are no vault.</summary>
    public static (byte[] Id, string KeyId)? Head(ReadOnlySpan<byte> file)
    {
        if (!file.StartsWith(Magic) || file.Length < Magic.Length + IdBytes + 2)
        {
            return null;
        }

        ReadOnlySpan<byte> rest = file[Magic.Length..];
        int length = BinaryPrimitives.ReadUInt16LittleEndian(rest[IdBytes..]);
        return rest.Length < IdBytes + 2 + length + CheckBytes + MacBytes
            ? null
            : (rest[..IdBytes].ToArray(), Encoding.ASCII.GetString(rest.Slice(IdBytes + 2, length)));
    }

    public byte[] Header()
    {
        byte[] header = new byte[Magic.Length + IdBytes + 2 + _keyId.Length + CheckBytes];
        Magic.CopyTo(header);
        _id.CopyTo(header, Magic.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(Magic.Length + IdBytes), (ushort)_keyId.Length);
        Encoding.ASCII.GetBytes(_keyId, header.AsSpan(Magic.Length + IdBytes + 2));
        _check.CopyTo(header, header.Length - CheckBytes);
        return header;
    }

    public bool IsRightKey(ReadOnlySpan<byte> file)
    {
        int length = Header().Length;
        return file.Length >= length && CryptographicOperations.FixedTimeEquals(file.Slice(length - CheckBytes, CheckBytes), _check);
    }

    /// <summary>The code over all parts that ends the file.</summary>
    public byte[] Mac(ReadOnlySpan<byte> content, ReadOnlySpan<byte> more)
    {
        using IncrementalHash mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _macKey);
        mac.AppendData(content);
        mac.AppendData(more);
        return mac.GetHashAndReset();
    }

    public byte[] Lookup(string domain, string value)
    {
        byte[] text = Encoding.UTF8.GetBytes($"{domain}\u001f{Pseudonyms.CanonicalForm(value)}");
        return HMACSHA256.HashData(_lookupKey, text);
    }

    /// <summary>One entry: a new token for a value.</summary>
    public byte[] Seal(ReadOnlySpan<byte> lookup, ReadOnlySpan<byte> token, string domain, string value)
    {
        byte[] text = Encoding.UTF8.GetBytes($"{domain}\u001f{value}");
        byte[] entry = new byte[EntryBytes + text.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(entry, (uint)text.Length);
        Span<byte> rest = entry.AsSpan(4);
        lookup.CopyTo(rest);
        token.CopyTo(rest[LookupBytes..]);
        Span<byte> nonce = rest.Slice(LookupBytes + TokenBytes, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        Span<byte> sealedText = rest.Slice(LookupBytes + TokenBytes + NonceBytes, text.Length);
        lock (_sealing)
        {
            _seal.Encrypt(nonce, text, sealedText, rest[(rest.Length - TagBytes)..], rest[..(LookupBytes + TokenBytes)]);
        }

        CryptographicOperations.ZeroMemory(text);
        return entry;
    }

    /// <summary>The value of an entry.</summary>
    public string Open(ReadOnlySpan<byte> entry)
    {
        int length = (int)BinaryPrimitives.ReadUInt32LittleEndian(entry);
        ReadOnlySpan<byte> rest = entry[4..];
        byte[] text = new byte[length];
        lock (_sealing)
        {
            _seal.Decrypt(
                rest.Slice(LookupBytes + TokenBytes, NonceBytes),
                rest.Slice(LookupBytes + TokenBytes + NonceBytes, length),
                rest.Slice(LookupBytes + TokenBytes + NonceBytes + length, TagBytes),
                text,
                rest[..(LookupBytes + TokenBytes)]);
        }

        string value = Encoding.UTF8.GetString(text);
        return value[(value.IndexOf('\u001f', StringComparison.Ordinal) + 1)..];
    }

    /// <summary>Where each entry begins; null when they do not add up.</summary>
    public List<int>? Entries(ReadOnlySpan<byte> file)
    {
        List<int> starts = [];
        int end = file.Length - MacBytes;
        int at = Header().Length;
        while (at < end)
        {
            if (end - at < EntryBytes || BinaryPrimitives.ReadUInt32LittleEndian(file[at..]) is var length && length > end - at - EntryBytes)
            {
                return null;
            }

            starts.Add(at);
            at += EntryBytes + (int)length;
        }

        return at == end ? starts : null;
    }

    public static ReadOnlySpan<byte> LookupOf(ReadOnlySpan<byte> entry) => entry.Slice(4, LookupBytes);

    public static ReadOnlySpan<byte> TokenOf(ReadOnlySpan<byte> entry) => entry.Slice(4 + LookupBytes, TokenBytes);

    public bool IsWhole(ReadOnlySpan<byte> file) =>
        file.Length >= Header().Length + MacBytes && CryptographicOperations.FixedTimeEquals(file[^MacBytes..], Mac(file[..^MacBytes], []));

    public void Dispose()
    {
        _seal.Dispose();
        CryptographicOperations.ZeroMemory(_lookupKey);
        CryptographicOperations.ZeroMemory(_macKey);
    }
}
