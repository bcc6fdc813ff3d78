using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Lifecycle;

/// <summary>
/// Keyed pseudonyms of one domain, the one formula of the SDK: <c>&lt;key id&gt;:</c> and base64url, without padding, of HMAC-SHA256(key,
/// <c>lifecycle.pseudonym/1</c> ‖ 0x1F ‖ domain ‖ 0x1F ‖ NFC(value)) in UTF-8. The same value in the same domain under the same key has the
/// same pseudonym everywhere; without the key nothing can be joined or guessed. A pseudonym is still personal data (GDPR article 4(5)).
/// </summary>
/// <remarks>Safe for use from many threads. NFC is that of Unicode 14, whether or not the process runs without ICU.</remarks>
public sealed class Pseudonyms : IDisposable
{
    /// <summary>Bytes of a pseudonym without its key id, and characters: 32 and 43.</summary>
    private const int HashBytes = 32;
    private const int HashCharacters = 43;
    private const int StackBytes = 512;

    private readonly PseudonymKey _key;
    private readonly byte[] _pseudonymPrefix;
    private readonly byte[] _shiftPrefix;
    private readonly string _label;
    private IncrementalHash? _spare;

    /// <summary>Makes pseudonyms of a domain.</summary>
    /// <param name="key">The key.</param>
    /// <param name="domain">What the values name, for example <c>loans/applicant_id</c>. Equal domains of two tables make them
    /// joinable.</param>
    /// <exception cref="ArgumentException">The domain is empty, longer than 256 characters, or has a control character.</exception>
    public Pseudonyms(PseudonymKey key, string domain)
    {
        ArgumentNullException.ThrowIfNull(key);
        _key = key;
        Domain = RequireDomain(domain);
        _label = key.Id + ":";
        _pseudonymPrefix = Encoding.UTF8.GetBytes($"lifecycle.pseudonym/1\u001f{domain}\u001f");
        _shiftPrefix = Encoding.UTF8.GetBytes($"lifecycle.dateshift/1\u001f{domain}\u001f");
    }

    /// <summary>What the values name.</summary>
    public string Domain { get; }

    /// <summary>Name of the key.</summary>
    public string KeyId => _key.Id;

    /// <summary>The pseudonym of a value; null stays null.</summary>
    /// <exception cref="ArgumentException">The value is not Unicode text (a lone surrogate). The message does not hold it.</exception>
    [return: NotNullIfNotNull(nameof(value))]
    public string? Of(string? value)
    {
        if (value is null)
        {
            return null;
        }

        Span<byte> hash = stackalloc byte[HashBytes];
        Hash(_pseudonymPrefix, CanonicalText.Compose(RequireUnicode(value)), hash);
        Span<char> text = stackalloc char[HashCharacters];
        Base64Url.EncodeToChars(hash, text);
        return string.Concat(_label, text);
    }

    /// <summary>
    /// By how many days the dates of a subject are moved: r = first 8 bytes, big endian, of HMAC-SHA256(key, <c>lifecycle.dateshift/1</c> ‖
    /// 0x1F ‖ domain ‖ 0x1F ‖ subject) mod 2N; r - N below N, else r - N + 1. One shift a subject, so intervals are kept; from -N to N and
    /// never 0.
    /// </summary>
    /// <param name="subject">Whose dates they are.</param>
    /// <param name="days">N, at least 1.</param>
    /// <exception cref="ArgumentException">The subject is not Unicode text. The message does not hold it.</exception>
    public int DateShift(string subject, int days)
    {
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentOutOfRangeException.ThrowIfLessThan(days, 1);
        Span<byte> hash = stackalloc byte[HashBytes];
        Hash(_shiftPrefix, RequireUnicode(subject), hash);
        long r = (long)(BinaryPrimitives.ReadUInt64BigEndian(hash) % (2 * (ulong)days));
        return (int)(r < days ? r - days : r - days + 1);
    }

    /// <summary>Forgets the state of the key.</summary>
    public void Dispose() => Interlocked.Exchange(ref _spare, null)?.Dispose();

    /// <summary>Returns a domain that keeps the rule: 1 to 256 characters, none of them a control character.</summary>
    /// <exception cref="ArgumentException">It does not.</exception>
    public static string RequireDomain(string? domain) => DomainProblem(domain) is { } problem ? throw new ArgumentException(problem) : domain!;

    /// <summary>Unicode normalization form C by the tables of Unicode 14; two values with one form have one pseudonym.</summary>
    public static string CanonicalForm(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return CanonicalText.Compose(RequireUnicode(value));
    }

    private static string? DomainProblem(string? domain) =>
        string.IsNullOrEmpty(domain) ? "The domain of a pseudonym is empty. Say what the values name, for example 'loans/applicant_id'."
        : domain.Length > 256 ? $"The domain of a pseudonym has {domain.Length} characters; at most 256 are allowed."
        : domain.AsSpan().IndexOfAnyInRange('\0', '\u001f') is >= 0 and int at || (at = domain.AsSpan().IndexOfAnyInRange('\u007f', '\u009f')) >= 0
            ? $"The domain of a pseudonym has the control character U+{(int)domain[at]:X4} at position {at}; take it out."
        : CanonicalText.IsUnicode(domain) ? null : "The domain of a pseudonym is not Unicode text (a lone surrogate).";

    private static string RequireUnicode(string value) => CanonicalText.IsUnicode(value)
        ? value
        : throw new ArgumentException("A value is not Unicode text: it has a surrogate without its other half.", nameof(value));

    private void Hash(byte[] prefix, string value, Span<byte> hash)
    {
        int most = Encoding.UTF8.GetMaxByteCount(value.Length);
        byte[]? rented = most > StackBytes ? ArrayPool<byte>.Shared.Rent(most) : null;
        Span<byte> utf8 = rented ?? stackalloc byte[StackBytes];
        IncrementalHash hmac = Interlocked.Exchange(ref _spare, null) ?? _key.BeginHmac();
        int length = Encoding.UTF8.GetBytes(value, utf8);
        hmac.AppendData(prefix);
        hmac.AppendData(utf8[..length]);
        hmac.GetHashAndReset(hash);
        if (Interlocked.CompareExchange(ref _spare, hmac, null) is not null)
        {
            hmac.Dispose();
        }

        if (rented is not null)
        {
            CryptographicOperations.ZeroMemory(rented.AsSpan(0, length));
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
