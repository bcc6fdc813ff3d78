using System.Buffers.Binary;
using System.Globalization;
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

    private const int LengthBytes = sizeof(uint);

    // a number or a time takes fewer
    private const int MostFormatted = 64;

    private readonly byte[] _salt = Encoding.UTF8.GetBytes(salt);
    private readonly Sha256Lanes _lanes = new();
    private byte[] _message = new byte[256];
    private int _length;

    /// <summary>Position of one key.</summary>
    public static ulong Of(string salt, params ReadOnlySpan<string?> key)
    {
        KeyPosition position = new(salt);
        position.Begin(null, 0);
        foreach (string? value in key)
        {
            position.AddText(value);
        }

        return (ulong)(Whole(position._message.AsSpan(0, position._length)) >> 64);
    }

    /// <summary>Positions of the keys of all rows.</summary>
    public ulong[] Of(ReadOnlySpan<BatchColumn> key, int rows, BatchColumn? stratum = null) =>
        Array.ConvertAll(Wide(key, rows, stratum), h => (ulong)(h >> 64));

    /// <summary>The first 16 bytes of the hash of every row, where a meeting by chance must not happen.</summary>
    public UInt128[] Wide(ReadOnlySpan<BatchColumn> key, int rows, BatchColumn? stratum = null)
    {
        UInt128[] hashes = new UInt128[rows];
        Span<UInt128> some = stackalloc UInt128[Sha256Lanes.Lanes];
        for (int from = 0; from < rows; from += Sha256Lanes.Lanes)
        {
            int count = Math.Min(Sha256Lanes.Lanes, rows - from);
            uint isLong = 0;
            for (int lane = 0; lane < count; lane++)
            {
                Begin(stratum, from + lane);
                foreach (BatchColumn column in key)
                {
                    Add(column, from + lane);
                }

                if (_length <= Sha256Lanes.MostBytes)
                {
                    _lanes.Set(lane, _message.AsSpan(0, _length));
                }
                else
                {
                    isLong |= 1u << lane;
                    hashes[from + lane] = Whole(_message.AsSpan(0, _length));
                }
            }

            _lanes.Hash(some);
            for (int lane = 0; lane < count; lane++)
            {
                if ((isLong & (1u << lane)) == 0)
                {
                    hashes[from + lane] = some[lane];
                }
            }
        }

        return hashes;
    }

    private static UInt128 Whole(ReadOnlySpan<byte> message)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(message, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    private void Begin(BatchColumn? stratum, int row)
    {
        _length = 0;
        _salt.CopyTo(Room(_salt.Length));
        if (stratum is not null)
        {
            Room(1)[0] = 0x1E;
            if (stratum.Text(row) is { } text)
            {
                Encoding.UTF8.GetBytes(text, Room(Encoding.UTF8.GetByteCount(text)));
            }
            else
            {
                Room(LengthBytes).Fill(0xFF);
            }
        }

        Room(1)[0] = 0x1F;
    }

    private void Add(BatchColumn column, int row)
    {
        if (column.IsNull(row))
        {
            AddText(null);
            return;
        }

        switch (column)
        {
            case BatchColumn<string> texts:
                AddText(texts.Values.Span[row]);
                break;
            case BatchColumn<long> longs:
                AddFormatted(longs.Values.Span[row], default);
                break;
            case BatchColumn<int> ints:
                AddFormatted(ints.Values.Span[row], default);
                break;
            case BatchColumn<double> doubles:
                AddFormatted(doubles.Values.Span[row], default);
                break;
            case BatchColumn<float> floats:
                AddFormatted(floats.Values.Span[row], default);
                break;
            case BatchColumn<DateOnly> dates:
                AddFormatted(dates.Values.Span[row], "yyyy-MM-dd");
                break;
            case BatchColumn<DateTime> times:
                AddFormatted(times.Values.Span[row], "O");
                break;
            default:
                AddText(column.Text(row));
                break;
        }
    }

    private void AddFormatted<T>(T value, ReadOnlySpan<char> format)
        where T : IUtf8SpanFormattable
    {
        Span<byte> room = Room(LengthBytes + MostFormatted);
        if (!value.TryFormat(room[LengthBytes..], out int written, format, CultureInfo.InvariantCulture))
        {
            throw new InvalidOperationException($"A {typeof(T).Name} takes more than {MostFormatted} bytes of text.");
        }

        BinaryPrimitives.WriteUInt32LittleEndian(room, (uint)written);
        _length -= MostFormatted - written;
    }

    private void AddText(string? text)
    {
        if (text is null)
        {
            Room(LengthBytes).Fill(0xFF);
            return;
        }

        int bytes = Encoding.UTF8.GetByteCount(text);
        Span<byte> room = Room(LengthBytes + bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(room, (uint)bytes);
        Encoding.UTF8.GetBytes(text, room[LengthBytes..]);
    }

    private Span<byte> Room(int bytes)
    {
        if (_length + bytes > _message.Length)
        {
            Array.Resize(ref _message, Math.Max(_length + bytes, _message.Length * 2));
        }

        _length += bytes;
        return _message.AsSpan(_length - bytes, bytes);
    }
}
