using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Lifecycle.Drift;

/// <summary>
/// The bytes of a saved detector: "LSD\n", u16 version, u16 length and UTF-8 text of the settings, the state in the order in which the
/// detector names it, the first 16 bytes of
/// the SHA-256 of all before. One pass over the same calls writes or reads.
/// </summary>
internal sealed class DetectorState
{
    private const int Checksum = 16;
    private const int MostBytes = 1 << 20;

    private static ReadOnlySpan<byte> Head => "LSD\n\u0001\0"u8;

    private readonly bool _isWriting;
    private byte[] _bytes;
    private int _at;

    private DetectorState(bool isWriting, byte[] bytes) => (_isWriting, _bytes) = (isWriting, bytes);

    public static DetectorState ToWrite(string settings)
    {
        DetectorState state = new(true, new byte[256]);
        byte[] text = Encoding.UTF8.GetBytes(settings);
        Head.CopyTo(state.Next(Head.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(state.Next(2), (ushort)text.Length);
        text.CopyTo(state.Next(text.Length));
        return state;
    }

    public static DetectorState ToRead(ReadOnlySpan<byte> saved, string settings)
    {
        if (saved.Length < Head.Length + 2 + Checksum || saved.Length > MostBytes || !saved[..4].SequenceEqual(Head[..4]))
        {
            throw new InvalidDataException($"These {saved.Length} bytes are not a saved detector; restore what StreamDetector.Save gave.");
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(saved[..^Checksum], hash);
        if (!hash[..Checksum].SequenceEqual(saved[^Checksum..]))
        {
            throw new InvalidDataException("The saved detector is cut or damaged: its checksum differs. Start a new detector or take a copy.");
        }

        if (!saved[..Head.Length].SequenceEqual(Head))
        {
            throw new InvalidDataException("The saved detector was written by a newer version: update Lifecycle.Drift.");
        }

        DetectorState state = new(false, saved[..^Checksum].ToArray()) { _at = Head.Length };
        string text = Encoding.UTF8.GetString(state.Next(BinaryPrimitives.ReadUInt16LittleEndian(state.Next(2))));
        return text == settings
            ? state
            : throw new ArgumentException($"The state was saved by {text} and cannot go on in {settings}: make the detector with the same settings first.", nameof(saved));
    }

    public void Value(ref double value)
    {
        if (_isWriting)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(Next(8), value);
        }
        else
        {
            value = BinaryPrimitives.ReadDoubleLittleEndian(Next(8));
        }
    }

    public void Value(ref long value)
    {
        if (_isWriting)
        {
            BinaryPrimitives.WriteInt64LittleEndian(Next(8), value);
        }
        else
        {
            value = BinaryPrimitives.ReadInt64LittleEndian(Next(8));
        }
    }

    public void Value(ref ulong value)
    {
        long bits = (long)value;
        Value(ref bits);
        value = (ulong)bits;
    }

    /// <summary>A number that is used as a place or a size: checked against its range when it is read.</summary>
    public void Value(ref int value, int least, int greatest)
    {
        long wide = value;
        Value(ref wide);
        if (wide < least || wide > greatest)
        {
            throw new InvalidDataException($"A number of the saved detector is {wide}; {least} to {greatest} are possible.");
        }

        value = (int)wide;
    }

    public void Value(ref bool value)
    {
        Span<byte> one = Next(1);
        if (_isWriting)
        {
            one[0] = value ? (byte)1 : (byte)0;
        }
        else
        {
            value = one[0] != 0;
        }
    }

    /// <summary>What must hold of the numbers that were read.</summary>
    public static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidDataException($"The saved detector contradicts itself: {what}. Start a new detector.");
        }
    }

    public void Values(Span<double> values)
    {
        foreach (ref double value in values)
        {
            Value(ref value);
        }
    }

    public void Values(Span<byte> values)
    {
        Span<byte> place = Next(values.Length);
        if (_isWriting)
        {
            values.CopyTo(place);
        }
        else
        {
            place.CopyTo(values);
        }
    }

    /// <summary>The bytes written; when reading, nothing may be left.</summary>
    public byte[] Finish()
    {
        if (!_isWriting)
        {
            return _at == _bytes.Length ? [] : throw new InvalidDataException($"{_bytes.Length - _at} bytes are left behind the saved detector.");
        }

        byte[] hash = SHA256.HashData(_bytes.AsSpan(0, _at));
        hash.AsSpan(0, Checksum).CopyTo(Next(Checksum));
        return _bytes[.._at];
    }

    private Span<byte> Next(int count)
    {
        if (_at + count > _bytes.Length)
        {
            if (!_isWriting)
            {
                throw new InvalidDataException("The saved detector ends too early.");
            }

            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _at + count));
        }

        _at += count;
        return _bytes.AsSpan(_at - count, count);
    }
}
