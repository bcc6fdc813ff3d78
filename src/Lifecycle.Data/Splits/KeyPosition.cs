using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Lifecycle.Data;

/// <summary>
/// Where a key lies in [0, 2^64): the first 8 bytes, big endian, of SHA-256(salt ‖ 0x1F ‖ per key value {u32 LE byte length, UTF-8 text}),
/// null = FF FF FF FF. With a stratum the salt is salt ‖ 0x1E ‖ stratum. So the position depends on the key alone.
/// </summary>
internal sealed class KeyPosition(string salt)
{
    public const string DefaultSalt = "lifecycle";

    private readonly byte[] _salt = Encoding.UTF8.GetBytes(salt);
    private readonly ArrayBufferWriter<byte> _bytes = new(256);

    /// <summary>Position of one key.</summary>
    public static ulong Of(string salt, params ReadOnlySpan<string?> key) => BinaryPrimitives.ReadUInt64BigEndian(new KeyPosition(salt).Hash(key));

    /// <summary>Position of the key of one row.</summary>
    public ulong Of(ReadOnlySpan<BatchColumn> key, int row, BatchColumn? stratum = null) => (ulong)(Wide(key, row, stratum) >> 64);

    /// <summary>The first 16 bytes of the hash, where a meeting by chance must not happen.</summary>
    public UInt128 Wide(ReadOnlySpan<BatchColumn> key, int row, BatchColumn? stratum = null)
    {
        Begin(stratum, row);
        foreach (BatchColumn column in key)
        {
            Value(column.Text(row));
        }

        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(_bytes.WrittenSpan, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    private byte[] Hash(ReadOnlySpan<string?> key)
    {
        Begin(null, 0);
        foreach (string? value in key)
        {
            Value(value);
        }

        return SHA256.HashData(_bytes.WrittenSpan);
    }

    private void Begin(BatchColumn? stratum, int row)
    {
        _bytes.ResetWrittenCount();
        _bytes.Write(_salt);
        if (stratum is not null)
        {
            _bytes.Write((ReadOnlySpan<byte>)[0x1E]);
            if (stratum.Text(row) is { } text)
            {
                Encoding.UTF8.GetBytes(text, _bytes);
            }
            else
            {
                _bytes.Write((ReadOnlySpan<byte>)[0xFF, 0xFF, 0xFF, 0xFF]);
            }
        }

        _bytes.Write((ReadOnlySpan<byte>)[0x1F]);
    }

    private void Value(string? text)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(length, text is null ? uint.MaxValue : (uint)Encoding.UTF8.GetByteCount(text));
        _bytes.Write((ReadOnlySpan<byte>)length);
        if (text is not null)
        {
            Encoding.UTF8.GetBytes(text, _bytes);
        }
    }
}
