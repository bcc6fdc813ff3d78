using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Lifecycle;

/// <summary>
/// The identity of bytes: SHA-256 of the whole content (FIPS 180-4), printed as <c>sha256:</c> and 64 lower-case hex digits.
/// Whatever bytes are: they are known by their digest.
/// </summary>
public readonly struct Digest : IEquatable<Digest>, IComparable<Digest>, ISpanParsable<Digest>
{
    /// <summary>Length of the hash in bytes.</summary>
    public const int Size = 32;

    private const string Prefix = "sha256:";
    private const int ReadAhead = 1 << 18;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    /// <summary>Makes a digest from the 32 bytes of a SHA-256 hash.</summary>
    /// <param name="hash">Exactly 32 bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="hash"/> has another length.</exception>
    public Digest(ReadOnlySpan<byte> hash)
    {
        if (hash.Length != Size)
        {
            throw new ArgumentException($"A SHA-256 digest has {Size} bytes, not {hash.Length}.", nameof(hash));
        }

        _a = BinaryPrimitives.ReadUInt64BigEndian(hash);
        _b = BinaryPrimitives.ReadUInt64BigEndian(hash[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(hash[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(hash[24..]);
    }

    /// <summary>Whether this is the default value, which is the digest of nothing that was ever stored.</summary>
    public bool IsEmpty => (_a | _b | _c | _d) == 0;

    /// <summary>The 64 lower-case hex digits without the prefix.</summary>
    public string Hex
    {
        get
        {
            Span<byte> bytes = stackalloc byte[Size];
            CopyTo(bytes);
            return Convert.ToHexStringLower(bytes);
        }
    }

    /// <summary>The digest of <paramref name="content"/>.</summary>
    public static Digest Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA256.HashData(content, hash);
        return new Digest(hash);
    }

    /// <summary>The digest of all bytes from the stream's position to its end.</summary>
    public static async ValueTask<Digest> OfAsync(Stream content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        byte[] block = ArrayPool<byte>.Shared.Rent(ReadAhead), next = ArrayPool<byte>.Shared.Rent(ReadAhead);
        try
        {
            int length = await ReadAsync(content, block, cancellationToken).ConfigureAwait(false);
            if (length < ReadAhead)
            {
                return Of(block.AsSpan(0, length));
            }

            // the next block is read while this one is hashed
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            while (length > 0)
            {
                ValueTask<int> reading = ReadAsync(content, next, cancellationToken);
                hash.AppendData(block, 0, length);
                (block, next) = (next, block);
                length = await reading.ConfigureAwait(false);
            }

            return new Digest(hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
            ArrayPool<byte>.Shared.Return(next);
        }
    }

    /// <summary>Writes the 32 bytes of the hash.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _d);
    }

    /// <summary>The 32 bytes of the hash in an array of their own.</summary>
    public byte[] ToByteArray()
    {
        byte[] bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Reads <c>sha256:</c> and 64 hex digits; the prefix may be missing.</summary>
    /// <exception cref="FormatException">The text is not a digest.</exception>
    public static Digest Parse(string text) => Parse(text.AsSpan(), null);

    /// <inheritdoc/>
    public static Digest Parse(string s, IFormatProvider? provider) => Parse(s.AsSpan(), provider);

    /// <inheritdoc/>
    public static Digest Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => TryParse(s, provider, out Digest digest)
        ? digest
        : throw new FormatException($"'{(s.Length > 80 ? s[..80] : s)}' is not a digest; expected 'sha256:' and 64 hex digits.");

    /// <summary>Reads a digest without throwing.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest) => TryParse(text.AsSpan(), null, out digest);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Digest result) => TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out Digest result)
    {
        if (s.StartsWith(Prefix, StringComparison.Ordinal))
        {
            s = s[Prefix.Length..];
        }

        Span<byte> bytes = stackalloc byte[Size];
        if (s.Length == 2 * Size
            && Convert.FromHexString(s, bytes, out _, out int written) == System.Buffers.OperationStatus.Done && written == Size)
        {
            result = new Digest(bytes);
            return true;
        }

        result = default;
        return false;
    }

    /// <inheritdoc/>
    public bool Equals(Digest other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Digest other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)_a;

    /// <inheritdoc/>
    public int CompareTo(Digest other) =>
        _a != other._a ? _a.CompareTo(other._a)
        : _b != other._b ? _b.CompareTo(other._b)
        : _c != other._c ? _c.CompareTo(other._c)
        : _d.CompareTo(other._d);

    /// <summary><c>sha256:</c> and 64 lower-case hex digits.</summary>
    public override string ToString() => Prefix + Hex;

    /// <summary>Whether both name the same bytes.</summary>
    public static bool operator ==(Digest left, Digest right) => left.Equals(right);

    /// <summary>Whether they name different bytes.</summary>
    public static bool operator !=(Digest left, Digest right) => !left.Equals(right);

    /// <summary>Order of the hash bytes.</summary>
    public static bool operator <(Digest left, Digest right) => left.CompareTo(right) < 0;

    /// <summary>Order of the hash bytes.</summary>
    public static bool operator <=(Digest left, Digest right) => left.CompareTo(right) <= 0;

    /// <summary>Order of the hash bytes.</summary>
    public static bool operator >(Digest left, Digest right) => left.CompareTo(right) > 0;

    /// <summary>Order of the hash bytes.</summary>
    public static bool operator >=(Digest left, Digest right) => left.CompareTo(right) >= 0;

    private static ValueTask<int> ReadAsync(Stream content, byte[] block, CancellationToken cancellationToken) =>
        content.ReadAtLeastAsync(block.AsMemory(0, ReadAhead), ReadAhead, throwOnEndOfStream: false, cancellationToken);
}
