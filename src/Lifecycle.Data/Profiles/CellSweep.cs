using System.Runtime.CompilerServices;
using System.Text;
using Lifecycle.Statistics;

namespace Lifecycle.Data;

/// <summary>Fills the tally of one column of a CSV with the cells of one block, some rows at a time.</summary>
/// <param name="column">Position of the column.</param>
/// <param name="nulls">Which cells are null.</param>
/// <param name="scratch">Room for the values of some rows; shared by the columns.</param>
/// <param name="asText">Whether the cells are texts whatever they look like.</param>
/// <param name="asReal">Whether integers are told apart as doubles whatever their size.</param>
internal sealed partial class CellSweep(int column, NullRule nulls, SweepScratch scratch, bool asText, bool asReal)
{
    private readonly ColumnTally _tally = new(column) { Class = asText ? CellClass.Text : CellClass.None };
    private readonly ValueCounter<long> _counter = new();
    private readonly double[] _values = scratch.Values;
    private readonly ulong[] _hashes = scratch.Hashes;
    private readonly long[] _places = scratch.Places;

    /// <summary>Whether a cell was of another class, so that the block must be looked at once more, as text.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Whether the block must be looked at once more, with integers as doubles.</summary>
    public bool NeedsReal => _tally is { Class: CellClass.Number, HasWide: true, AllWhole: false };

    public void Add(CsvRows rows, int columns, int count)
    {
        Cells cells = new(rows, column, columns);
        int from = 0;
        if (_tally.Class == CellClass.None)
        {
            from = FindClass(cells, count);
        }

        if (from == count)
        {
            return;
        }

        int kept = _tally.Class switch
        {
            CellClass.Number => AddNumbers(cells, from, count),
            CellClass.Time => AddTimes(cells, from, count),
            CellClass.Boolean => AddBooleans(cells, from, count),
            _ => AddTexts(cells, from, count),
        };
        HasFailed |= kept < 0;
        if (kept > 0)
        {
            _tally.Values += kept;
            _tally.Cardinality.AddHashes(_hashes.AsSpan(0, kept));
            _counter.Add(_hashes.AsSpan(0, kept), _places.AsSpan(0, kept));
        }
    }

    /// <summary>The tally of the block; the sweep is over.</summary>
    public ColumnTally Complete(byte[] bytes)
    {
        _tally.Take(_counter, place => Tell(bytes.AsSpan((int)(place >> 32), (int)place)));
        return _tally;
    }

    private int FindClass(Cells cells, int count)
    {
        for (int row = 0; row < count; row++)
        {
            ReadOnlySpan<byte> text = cells.At(row, out bool quoted);
            if (!IsNothing(text, quoted))
            {
                _tally.Class = CellNumber.Parse(text, out _, out _) != NumberKind.None ? CellClass.Number
                    : CellText.TryDateTime(text, out _) ? CellClass.Time
                    : CellText.TryBoolean(text, out _) ? CellClass.Boolean
                    : CellClass.None;

                // what came before holds nothing but words, which a text counts as values
                HasFailed = _tally.Class == CellClass.None;
                return HasFailed ? count : row;
            }
        }

        return count;
    }

    // Empty, or a word that means nothing in a column that is not text; counted here.
    private bool IsNothing(ReadOnlySpan<byte> text, bool quoted)
    {
        if (nulls.IsOwn && nulls.IsOwnNull(text))
        {
            _tally.Empty++;
            return true;
        }

        if (text.IsEmpty)
        {
            _tally.Empty += quoted ? 0 : 1;
            _tally.QuotedEmpty += quoted ? 1 : 0;
            return true;
        }

        int word = nulls.IsOwn ? -1 : NullRule.WordAt(text);
        if (word >= 0)
        {
            _tally.Words[word]++;
        }

        return word >= 0;
    }

    private string Tell(ReadOnlySpan<byte> text)
    {
        switch (_tally.Class)
        {
            case CellClass.Number:
                NumberKind kind = CellNumber.Parse(text, out long whole, out double value);
                return CellTelling.Number(kind == NumberKind.Whole && !asReal ? whole : null, value);
            case CellClass.Time:
                _ = CellText.TryDateTime(text, out DateTime time);
                return CellTelling.Time(time.Ticks);
            case CellClass.Boolean:
                return text.Length == 4 ? "true" : "false";
            default:
                return CellTelling.Text(Encoding.UTF8.GetString(text.Length <= FrequentItems.MostTextBytes ? text : text[..CellTelling.Cut(text)]));
        }
    }

    /// <summary>The cells of one column of rows that lie one behind the other.</summary>
    private readonly ref struct Cells(CsvRows rows, int column, int columns)
    {
        private readonly ReadOnlySpan<byte> _bytes = rows.Bytes;
        private readonly ReadOnlySpan<int> _starts = rows.Starts;
        private readonly ReadOnlySpan<int> _lengths = rows.Lengths;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public ReadOnlySpan<byte> At(int row, out bool quoted)
        {
            int at = (row * columns) + column;
            int length = _lengths[at];
            quoted = length < 0;
            return _bytes.Slice(_starts[at], quoted ? ~length : length);
        }

        public long PlaceOf(int row)
        {
            int at = (row * columns) + column;
            int length = _lengths[at];
            return ((long)_starts[at] << 32) | (uint)(length < 0 ? ~length : length);
        }
    }
}

/// <summary>Room for the values of some rows of one column.</summary>
internal sealed class SweepScratch(int rows)
{
    public const int MostRows = 512;

    public double[] Values { get; } = new double[rows];

    /// <summary>Whether every byte of the block is a character.</summary>
    public bool IsAscii { get; init; }

    public ulong[] Hashes { get; } = new ulong[rows];

    /// <summary>Where each value lies: the first byte above, the length below.</summary>
    public long[] Places { get; } = new long[rows];
}
