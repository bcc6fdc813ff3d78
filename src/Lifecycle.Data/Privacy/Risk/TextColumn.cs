using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Lifecycle.Data;

/// <summary>Texts; equal where all characters are. Hashes are keyed at random, so nobody can make a table whose texts all meet in one
/// slot.</summary>
internal sealed class TextColumn : CodedColumn
{
    private const int ShortBytes = 16;

    private static readonly ulong First = Random();
    private static readonly ulong Second = Random();

    private readonly List<(string Text, uint Hash)> _texts = [];

    // open addressing: the place in the list + 1, 0 where there is none
    private int[] _slots = new int[256];
    private int[] _codes = new int[64];

    protected override void Encode(BatchColumn column, Span<int> codes)
    {
        ReadOnlySpan<string> texts = ((BatchColumn<string>)column).Values.Span;
        ReadOnlySpan<bool> valid = column.Valid.Span;
        for (int row = 0; row < texts.Length; row++)
        {
            codes[row] = !valid.IsEmpty && !valid[row] ? NullIn(column, row) : CodeOf(texts[row], column, row);
        }
    }

    private int CodeOf(string text, BatchColumn column, int row)
    {
        uint hash = Hash(text);
        int mask = _slots.Length - 1;
        ReadOnlySpan<(string Text, uint Hash)> texts = CollectionsMarshal.AsSpan(_texts);
        int at = (int)hash & mask;
        for (; _slots[at] != 0; at = (at + 1) & mask)
        {
            int place = _slots[at] - 1;
            if (texts[place].Hash == hash && string.Equals(texts[place].Text, text))
            {
                return _codes[place];
            }
        }

        int code = Next(column, row);
        _texts.Add((text, hash));
        if (_texts.Count > _codes.Length)
        {
            Array.Resize(ref _codes, _codes.Length * 2);
        }

        _codes[_texts.Count - 1] = code;
        _slots[at] = _texts.Count;
        if (_texts.Count > _slots.Length / 2)
        {
            Grow();
        }

        return code;
    }

    private void Grow()
    {
        _slots = new int[_slots.Length * 4];
        int mask = _slots.Length - 1;
        for (int place = 0; place < _texts.Count; place++)
        {
            int at = (int)_texts[place].Hash & mask;
            while (_slots[at] != 0)
            {
                at = (at + 1) & mask;
            }

            _slots[at] = place + 1;
        }
    }

    private static uint Hash(string text)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(text.AsSpan());
        if (bytes.Length > ShortBytes)
        {
            return (uint)XxHash3.HashToUInt64(bytes, (long)First);
        }

        // the first and the last bytes of a short text overlap and cover it; folded multiplication as in wyhash
        ref byte start = ref MemoryMarshal.GetReference(bytes);
        ulong a = 0;
        ulong b = 0;
        if (bytes.Length >= 8)
        {
            a = Unsafe.ReadUnaligned<ulong>(ref start);
            b = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, bytes.Length - 8));
        }
        else if (bytes.Length >= 4)
        {
            a = Unsafe.ReadUnaligned<uint>(ref start);
            b = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref start, bytes.Length - 4));
        }
        else if (bytes.Length == 2)
        {
            a = text[0];
        }

        ulong high = Math.BigMul(a ^ First, b ^ Second ^ (ulong)bytes.Length, out ulong low);
        ulong mixed = high ^ low;
        return (uint)(mixed ^ (mixed >> 32));
    }

    private static ulong Random() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) | 1;
}
