using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Lifecycle.Data;

/// <summary>MD5 of one stream of bytes: the platform's, or ours where a FIPS policy forbids it. It names content, as DVC's format wants; it protects nothing.</summary>
[SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "The format of DVC names content by MD5; nothing relies on it for security.")]
internal sealed class Md5Stream : IDisposable
{
    private readonly IncrementalHash? _platform;
    private readonly Md5OneLane? _own;

    public Md5Stream(bool useOwn = false)
    {
        _platform = useOwn ? null : Platform();
        _own = _platform is null ? new Md5OneLane() : null;
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _platform?.AppendData(bytes);
        _own?.Append(bytes);
    }

    /// <summary>The value; the stream then begins anew.</summary>
    public Md5Hash Finish()
    {
        Span<byte> bytes = stackalloc byte[Md5Hash.Bytes];
        if (_platform is not null)
        {
            _platform.GetHashAndReset(bytes);
            return Md5Hash.Read(bytes);
        }

        return _own!.Finish();
    }

    public void Dispose() => _platform?.Dispose();

    private static IncrementalHash? Platform()
    {
        try
        {
            return IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException or InvalidOperationException)
        {
            return null; // a FIPS policy
        }
    }
}
