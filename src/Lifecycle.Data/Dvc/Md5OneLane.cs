using System.Buffers.Binary;
using System.Numerics;

namespace Lifecycle.Data;

/// <summary>MD5 (RFC 1321) on plain integers.</summary>
internal sealed class Md5OneLane
{
    private readonly uint[] _state = [.. Md5Constants.Start];
    private readonly byte[] _rest = new byte[Md5Constants.Block];
    private int _held;
    private ulong _length;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _length += (ulong)bytes.Length;
        if (_held > 0)
        {
            int taken = Math.Min(bytes.Length, _rest.Length - _held);
            bytes[..taken].CopyTo(_rest.AsSpan(_held));
            _held += taken;
            bytes = bytes[taken..];
            if (_held < _rest.Length)
            {
                return;
            }

            Compress(_state, _rest);
            _held = 0;
        }

        for (; bytes.Length >= Md5Constants.Block; bytes = bytes[Md5Constants.Block..])
        {
            Compress(_state, bytes);
        }

        bytes.CopyTo(_rest);
        _held = bytes.Length;
    }

    public Md5Hash Finish()
    {
        Span<byte> tail = stackalloc byte[2 * Md5Constants.Block];
        int used = Md5Constants.Pad(tail, _rest.AsSpan(0, _held), _length);
        for (int i = 0; i < used; i += Md5Constants.Block)
        {
            Compress(_state, tail[i..]);
        }

        Md5Hash hash = Md5Constants.Hash(_state[0], _state[1], _state[2], _state[3]);
        Md5Constants.Start.CopyTo(_state);
        (_held, _length) = (0, 0);
        return hash;
    }

    public static void Compress(Span<uint> state, ReadOnlySpan<byte> block)
    {
        Span<uint> words = stackalloc uint[16];
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt32LittleEndian(block[(4 * i)..]);
        }

        uint a = state[0];
        uint b = state[1];
        uint c = state[2];
        uint d = state[3];
        ReadOnlySpan<uint> constants = Md5Constants.Sines;
        for (int i = 0; i < 64; i++)
        {
            (uint mixed, int word, int turn) = (i >> 4) switch
            {
                0 => ((b & c) | (~b & d), i, Md5Constants.Turns[i & 3]),
                1 => ((d & b) | (~d & c), ((5 * i) + 1) & 15, Md5Constants.Turns[4 + (i & 3)]),
                2 => (b ^ c ^ d, ((3 * i) + 5) & 15, Md5Constants.Turns[8 + (i & 3)]),
                _ => (c ^ (b | ~d), 7 * i & 15, Md5Constants.Turns[12 + (i & 3)]),
            };
            uint next = b + BitOperations.RotateLeft(a + mixed + constants[i] + words[word], turn);
            (a, d, c, b) = (d, c, b, next);
        }

        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
    }
}
