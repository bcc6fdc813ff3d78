using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lifecycle.Validation;

/// <summary>
/// Codes of texts in the order of their first row, by an open table over a hash of the content: of a short text all of it, of a longer one
/// what string hashing gives. -1 stands for null and empty.
/// </summary>
internal sealed class TextCodes
{
    private const int ShortText = 16;
    private readonly List<string> _names = [];
    private int[] _slots = new int[64];
    private uint[] _hashes = new uint[64];

    public IReadOnlyList<string> Names => _names;

    public int Count => _names.Count;

    /// <summary>Codes of a stretch of rows.</summary>
    /// <returns>Whether a value was missing.</returns>
    public bool Encode(ReadOnlySpan<string?> values, Span<int> codes)
    {
        bool anyMissing = false;
        string? last = null;
        int lastCode = -1;
        for (int i = 0; i < values.Length; i++)
        {
            string? value = values[i];
            if (ReferenceEquals(value, last))
            {
                codes[i] = lastCode;
                anyMissing |= lastCode < 0;
                continue;
            }

            last = value;
            lastCode = string.IsNullOrEmpty(value) ? -1 : CodeOf(value);
            codes[i] = lastCode;
            anyMissing |= lastCode < 0;
        }

        return anyMissing;
    }

    public int CodeOf(string value)
    {
        uint hash = Hash(value);
        int mask = _slots.Length - 1;
        for (int slot = (int)hash & mask; ; slot = (slot + 1) & mask)
        {
            int code = _slots[slot] - 1;
            if (code < 0)
            {
                return Add(value, hash, slot);
            }

            if (_hashes[slot] == hash && string.Equals(_names[code], value))
            {
                return code;
            }
        }
    }

    private int Add(string value, uint hash, int slot)
    {
        _names.Add(value);
        _slots[slot] = _names.Count;
        _hashes[slot] = hash;
        if (_names.Count * 2 > _slots.Length)
        {
            Grow();
        }

        return _names.Count - 1;
    }

    private void Grow()
    {
        int[] slots = _slots;
        uint[] hashes = _hashes;
        _slots = new int[slots.Length * 4];
        _hashes = new uint[slots.Length * 4];
        int mask = _slots.Length - 1;
        for (int s = 0; s < slots.Length; s++)
        {
            if (slots[s] == 0)
            {
                continue;
            }

            int slot = (int)hashes[s] & mask;
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & mask;
            }

            _slots[slot] = slots[s];
            _hashes[slot] = hashes[s];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Hash(string value)
    {
        if (value.Length > ShortText)
        {
            return (uint)value.GetHashCode(StringComparison.Ordinal);
        }

        ref byte start = ref Unsafe.As<char, byte>(ref MemoryMarshal.GetReference(value.AsSpan()));
        int bytes = 2 * value.Length;
        ulong length = (ulong)value.Length, mixed;
        if (bytes >= 16)
        {
            mixed = Fold(Read(ref start, 0), Read(ref start, 8)) ^ Fold(Read(ref start, bytes - 16) ^ length, Read(ref start, bytes - 8));
        }
        else if (bytes >= 8)
        {
            mixed = Fold(Read(ref start, 0) ^ length, Read(ref start, bytes - 8));
        }
        else
        {
            ulong packed = 0;
            foreach (char c in value)
            {
                packed = (packed << 16) | c;
            }

            mixed = Fold(packed, length);
        }

        return (uint)(mixed >> 32) ^ (uint)mixed;
    }

    /// <summary>Both halves of a product of 64 × 64 bits.</summary>
    private static ulong Fold(ulong x, ulong y)
    {
        ulong high = Math.BigMul(x ^ 0x9E3779B97F4A7C15UL, y ^ 0xD1B54A32D192ED03UL, out ulong low);
        return high ^ low;
    }

    private static ulong Read(ref byte start, int offset) => Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, offset));
}
