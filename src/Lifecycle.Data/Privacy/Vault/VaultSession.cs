using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Lifecycle.Data;

/// <summary>The tokens of one derivation. New ones are kept in the vault before the version is, and forgotten when it is given
/// up.</summary>
internal sealed class VaultSession(TokenVault vault, VaultFormat format, Action done) : IDisposable
{
    private readonly Dictionary<UInt128, byte[]> _added = [];

    public string VaultId => vault.Id;

    /// <summary>The token of a value, an old one or a new one.</summary>
    public string TokenOf(string domain, string value)
    {
        byte[] lookup = format.Lookup(domain, value);
        UInt128 key = BinaryPrimitives.ReadUInt128BigEndian(lookup);
        byte[]? token = vault.Find(key);
        if (token is null && _added.TryGetValue(key, out byte[]? entry))
        {
            token = VaultFormat.TokenOf(entry).ToArray();
        }

        if (token is null)
        {
            token = RandomNumberGenerator.GetBytes(VaultFormat.TokenBytes);
            _added.Add(key, format.Seal(lookup, token, domain, value));
        }

        return Base64Url.EncodeToString(token);
    }

    /// <summary>Keeps the new tokens, durably.</summary>
    public async ValueTask KeepAsync(CancellationToken cancellationToken)
    {
        if (_added.Count > 0)
        {
            await vault.AddAsync(_added.Values, cancellationToken).ConfigureAwait(false);
            _added.Clear();
        }
    }

    /// <summary>Lets the next derivation in.</summary>
    public void Dispose() => done();
}
