using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Lifecycle.Data;

/// <summary>
/// RFC 4180 over a block of whole rows: where each field lies. A quote inside an unquoted field is text, text behind a closing quote belongs
/// to the field, a line ends with LF or CRLF, a lone CR is text, the last row needs no line break.
/// </summary>
internal sealed class CsvRows(byte delimiter)
{
    private readonly Vector512<byte> _delimiters = Vector512.Create(delimiter);
    private byte[] _bytes = [];
    private int _length;
    private int _extra;
    private int _position;
    private int _chunk;
    private ulong _marks;
    private int[] _starts = new int[256];
    private int[] _lengths = new int[256];

    public byte Delimiter => delimiter;

    /// <summary>The buffer that <see cref="Starts"/> point into; longer than the block when quotes had to be taken out of fields.</summary>
    public byte[] Bytes => _bytes;

    /// <summary>First byte of each field, row after row.</summary>
    public ReadOnlySpan<int> Starts => _starts;

    /// <summary>Bytes of each field; the complement for a field that was quoted.</summary>
    public ReadOnlySpan<int> Lengths => _lengths;

    /// <summary>Rows of the block so far, also those that were left out.</summary>
    public long RowsSeen { get; private set; }

    /// <summary>First byte in the file of the row that was read last.</summary>
    public long RowOffset { get; private set; }

    /// <summary>Why nothing more is read, or null; its row is counted within the block, from 0.</summary>
    public TableProblem? Stopped { get; private set; }

    private long Offset { get; set; }

    /// <summary>Starts on a block.</summary>
    public void Begin(CsvBlock block)
    {
        _bytes = block.Bytes;
        _length = _extra = block.Length;
        Offset = block.Offset;
        RowsSeen = 0;
        Stopped = null;
        Seek(0);
    }

    public ReadOnlySpan<byte> Field(int index) => _bytes.AsSpan(_starts[index], Math.Max(_lengths[index], ~_lengths[index]));

    public bool IsQuoted(int index) => _lengths[index] < 0;

    /// <summary>Reads one row of any width.</summary>
    /// <returns>Its fields; -1 at the end of the block.</returns>
    public int ReadRow() => Row(0);

    /// <summary>Goes behind empty lines.</summary>
    /// <returns>Whether a row follows.</returns>
    public bool SkipBlank()
    {
        while (_position < _length)
        {
            (int position, int chunk, ulong marks, long offset) = (_position, _chunk, _marks, RowOffset);
            if (!IsBlank(0, Row(0)))
            {
                (_position, _chunk, _marks, RowOffset) = (position, chunk, marks, offset);
                RowsSeen -= Stopped is null ? 1 : 0;
                return Stopped is null;
            }
        }

        return false;
    }

    /// <summary>Reads rows of a width; empty lines are left out (where the width is more than 1), other rows are reported and left out.</summary>
    /// <param name="columns">Fields of a row.</param>
    /// <param name="mostRows">How many rows at most.</param>
    /// <param name="ragged">Called with a row of another width: its number in the block from 0, its offset in the file, its fields; false ends the reading.</param>
    /// <returns>Rows that were read; fewer than asked at the end of the block.</returns>
    public int Read(int columns, int mostRows, Func<long, long, int, bool> ragged)
    {
        if (_starts.Length < (mostRows + 1) * columns)
        {
            Array.Resize(ref _starts, (mostRows + 1) * columns);
            Array.Resize(ref _lengths, (mostRows + 1) * columns);
        }

        int rows = 0;
        while (rows < mostRows)
        {
            rows += Plain(rows, columns, mostRows);
            if (rows == mostRows)
            {
                break;
            }

            // a row that is not plain: quotes, another width, the end of the block
            int at = rows * columns;
            int fields = Row(at);
            if (fields == columns)
            {
                rows++;
            }
            else if (fields < 0)
            {
                break;
            }
            else if (!(columns > 1 && IsBlank(at, fields)) && !ragged(RowsSeen - 1, RowOffset, fields))
            {
                break;
            }
        }

        return rows;
    }

    /// <summary>Whether a row is an empty line.</summary>
    public bool IsBlank(int at, int fields) => fields == 1 && _lengths[at] == 0;

    // Rows of the width that have no quote at the beginning of a field and end with a line break; stops before any other row.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Plain(int rows, int columns, int mostRows)
    {
        if (Stopped is not null)
        {
            return 0;
        }

        ref byte bytes = ref MemoryMarshal.GetArrayDataReference(_bytes);
        ref int starts = ref MemoryMarshal.GetArrayDataReference(_starts);
        ref int lengths = ref MemoryMarshal.GetArrayDataReference(_lengths);
        Vector512<byte> delimiters = _delimiters, newlines = Vector512.Create((byte)'\n');
        int length = _length, chunk = _chunk, row = _position, read = 0;
        ulong marks = _marks;
        while (rows + read < mostRows && row < length)
        {
            (int rowChunk, ulong rowMarks) = (chunk, marks);
            int at = (rows + read) * columns, last = at + columns, start = row, end = 0;
            bool isPlain = true;
            for (; at < last; at++)
            {
                if (Unsafe.Add(ref bytes, start) == (byte)'"')
                {
                    isPlain = false;
                    break;
                }

                while (marks == 0 && (chunk += Vector512<byte>.Count) < length)
                {
                    Vector512<byte> some = Vector512.LoadUnsafe(ref bytes, (nuint)chunk);
                    marks = (Vector512.Equals(some, delimiters) | Vector512.Equals(some, newlines)).ExtractMostSignificantBits();
                    marks = length - chunk >= Vector512<byte>.Count ? marks : marks & ((1UL << (length - chunk)) - 1);
                }

                if (marks == 0)
                {
                    isPlain = false;
                    break;
                }

                end = chunk + BitOperations.TrailingZeroCount(marks);
                marks &= marks - 1;
                Unsafe.Add(ref starts, at) = start;
                Unsafe.Add(ref lengths, at) = end - start;
                start = end + 1;
                if (Unsafe.Add(ref bytes, end) == (byte)'\n')
                {
                    isPlain = at == last - 1;
                    break;
                }
            }

            if (!isPlain || at == last || end - row > CsvLimits.Field)
            {
                (chunk, marks) = (rowChunk, rowMarks);
                break;
            }

            if (end > Unsafe.Add(ref starts, at) && Unsafe.Add(ref bytes, end - 1) == (byte)'\r')
            {
                Unsafe.Add(ref lengths, at)--;
            }

            row = start;
            read++;
        }

        (_position, _chunk, _marks) = (row, chunk, marks);
        RowsSeen += read;
        return read;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Row(int at)
    {
        if (_position >= _length || Stopped is not null)
        {
            return -1;
        }

        int first = at, row = _position, start = _position;
        RowOffset = Offset + row;
        ref byte bytes = ref MemoryMarshal.GetArrayDataReference(_bytes);
        while (true)
        {
            if (at == _starts.Length || at - first == CsvLimits.Fields)
            {
                if (at - first == CsvLimits.Fields)
                {
                    return Stop(TableProblemKind.TooLarge, $"the row has more than {CsvLimits.Fields} fields");
                }

                Array.Resize(ref _starts, at * 2);
                Array.Resize(ref _lengths, at * 2);
            }

            int end;
            if (start < _length && Unsafe.Add(ref bytes, start) == (byte)'"')
            {
                end = Quoted(start, at);
                if (end < 0)
                {
                    return -1;
                }

                bytes = ref MemoryMarshal.GetArrayDataReference(_bytes);
            }
            else
            {
                end = Next();
                int length = end - start;
                if (length > 0 && end < _length && Unsafe.Add(ref bytes, end - 1) == (byte)'\r' && Unsafe.Add(ref bytes, end) == (byte)'\n')
                {
                    length--;
                }

                _starts[at] = start;
                _lengths[at] = length;
                if (length > CsvLimits.Field)
                {
                    return Stop(TableProblemKind.TooLarge, CsvLimits.LargeField);
                }
            }

            at++;
            start = end + 1;
            if (end >= _length || Unsafe.Add(ref bytes, end) == (byte)'\n')
            {
                break;
            }
        }

        _position = start;
        if (start - row > CsvLimits.Row)
        {
            return Stop(TableProblemKind.TooLarge, CsvLimits.LargeField);
        }

        RowsSeen++;
        return at - first;
    }

    // The place of the next delimiter or line break that was not taken yet, or the end of the block.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Next()
    {
        while (_marks == 0)
        {
            _chunk += Vector512<byte>.Count;
            if (_chunk >= _length)
            {
                return _length;
            }

            _marks = MarksOf(_chunk);
        }

        int place = _chunk + BitOperations.TrailingZeroCount(_marks);
        _marks &= _marks - 1;
        return place;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong MarksOf(int chunk)
    {
        Vector512<byte> bytes = Vector512.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(_bytes), (nuint)chunk);
        ulong marks = (Vector512.Equals(bytes, _delimiters) | Vector512.Equals(bytes, Vector512.Create((byte)'\n'))).ExtractMostSignificantBits();
        int left = _length - chunk;
        return left >= Vector512<byte>.Count ? marks : marks & ((1UL << left) - 1);
    }

    private void Seek(int position)
    {
        _position = position;
        _chunk = position & -Vector512<byte>.Count;
        _marks = _chunk < _length ? MarksOf(_chunk) & (ulong.MaxValue << (position - _chunk)) : 0;
    }

    // The field that begins with a quote; gives the place of the delimiter or line break behind it, or -1.
    private int Quoted(int start, int at)
    {
        ReadOnlySpan<byte> block = _bytes.AsSpan(0, _length);
        int from = start + 1, closed = from;
        bool plain = true;
        while (true)
        {
            int quote = block[closed..].IndexOf((byte)'"');
            if (quote < 0)
            {
                return _length - from > CsvLimits.Field || _length + Offset - RowOffset > CsvLimits.Row
                    ? Stop(TableProblemKind.TooLarge, CsvLimits.LargeField)
                    : Stop(TableProblemKind.OpenQuote, "a quoted field is still open at the end of the file");
            }

            closed += quote;
            if (closed + 1 < _length && block[closed + 1] == (byte)'"')
            {
                plain = false;
                closed += 2;
                continue;
            }

            break;
        }

        Seek(closed + 1);
        int end = Next();
        int tail = end - closed - 1;
        if (tail > 0 && end < _length && block[end - 1] == (byte)'\r' && block[end] == (byte)'\n')
        {
            tail--;
        }

        if (plain && tail == 0)
        {
            _starts[at] = from;
            _lengths[at] = ~(closed - from);
        }
        else
        {
            Unescape(from, closed, tail, at);
        }

        return ~_lengths[at] > CsvLimits.Field ? Stop(TableProblemKind.TooLarge, CsvLimits.LargeField) : end;
    }

    private void Unescape(int from, int closed, int tail, int at)
    {
        int most = closed - from + tail;
        if (_extra + most + CsvBlock.Spare > _bytes.Length)
        {
            // the block keeps its own buffer, so that it can be read again
            byte[] larger = CsvBlock.Allocate(Math.Max(_extra + most, _extra + (_length / 4)));
            _bytes.AsSpan(0, _extra).CopyTo(larger);
            _bytes = larger;
        }

        int to = _extra;
        Span<byte> bytes = _bytes;
        while (from < closed)
        {
            int quote = bytes[from..closed].IndexOf((byte)'"');
            int length = quote < 0 ? closed - from : quote + 1;
            bytes.Slice(from, length).CopyTo(bytes[to..]);
            to += length;
            from += quote < 0 ? length : length + 1;
        }

        bytes.Slice(closed + 1, tail).CopyTo(bytes[to..]);
        to += tail;
        _starts[at] = _extra;
        _lengths[at] = ~(to - _extra);
        _extra = to;
    }

    private int Stop(TableProblemKind kind, string message)
    {
        Stopped = new TableProblem(kind, RowsSeen, RowOffset, message);
        return -1;
    }
}
