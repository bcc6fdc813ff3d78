using System.Security.Cryptography;
using System.Text;

namespace Lifecycle;

/// <summary>A secret and its name. The name stands in front of every pseudonym; the secret is written nowhere.</summary>
public sealed class PseudonymKey
{
    /// <summary>Fewest bytes of a key.</summary>
    public const int MinimumBytes = 32;

    private readonly byte[] _secret;

    /// <summary>Takes a copy of a secret.</summary>
    /// <param name="id">Name of the key: 1 to 128 letters, digits, <c>.</c>, <c>_</c> or <c>-</c>, beginning with a letter or a
    /// digit.</param>
    /// <param name="secret">At least 32 random bytes.</param>
    /// <exception cref="PseudonymKeyException">The secret is too short, or all its bytes are equal.</exception>
    /// <exception cref="InvalidNameException">The id breaks its rule.</exception>
    public PseudonymKey(string id, ReadOnlySpan<byte> secret)
    {
        Id = ResourceName.Require(id, "key");
        if (secret.Length < MinimumBytes)
        {
            throw new PseudonymKeyException(
                $"The key '{id}' has {secret.Length} bytes; at least {MinimumBytes} random bytes are needed. Make one with PseudonymKeys.CreateFile, or with `openssl rand -base64 32`.");
        }

        if (!secret.ContainsAnyExcept(secret[0]))
        {
            throw new PseudonymKeyException($"The bytes of the key '{id}' are all equal; at least {MinimumBytes} random bytes are needed. Make one with PseudonymKeys.CreateFile.");
        }

        _secret = secret.ToArray();
    }

    /// <summary>Name of the key.</summary>
    public string Id { get; }

    /// <summary>A key of its own for another purpose: 32 bytes by HKDF-SHA256 (RFC 5869) with the purpose as info.</summary>
    /// <param name="purpose">ASCII, for example <c>lifecycle.vault/1 seal</c>; one a use.</param>
    /// <param name="salt">Makes keys of one purpose differ, for example the id of a vault.</param>
    public byte[] Derive(string purpose, ReadOnlySpan<byte> salt = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(purpose);
        byte[] derived = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _secret, derived, salt, Encoding.ASCII.GetBytes(purpose));
        return derived;
    }

    /// <summary>The id, never the secret.</summary>
    public override string ToString() => Id;

    internal IncrementalHash BeginHmac() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _secret);
}
