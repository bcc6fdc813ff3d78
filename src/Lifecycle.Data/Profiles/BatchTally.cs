using System.Buffers;
using Lifecycle.Statistics;

namespace Lifecycle.Data;

/// <summary>The tally of a column whose cells come typed, batch after batch; whole batches of a size decide the last bits, so a format hands out the same ones for the same file.</summary>
internal sealed class BatchTally
{
    private const int Room = 8192;

    private readonly TableColumn _column;
    private readonly ColumnTally _tally;
    private readonly ValueCounter<long> _numbers = new();
    private readonly ValueCounter<string> _texts = new(text => text.Length <= FrequentItems.MostTextBytes ? text : text[..FrequentItems.MostTextBytes]);
    private double[] _values = [];

    private string? _lastText;
    private ulong _lastHash;

    public BatchTally(int position, TableColumn column)
    {
        _column = column;
        _tally = new ColumnTally(position)
        {
            Class = column.Type switch
            {
                ColumnType.Boolean => CellClass.Boolean,
                ColumnType.String => CellClass.Text,
                ColumnType.Date or ColumnType.DateTime => CellClass.Time,
                _ => CellClass.Number,
            },
            AllWhole = column.Type is ColumnType.Int32 or ColumnType.Int64,
            AllDates = column.Type == ColumnType.Date,
        };
    }

    public void Add(BatchColumn cells)
    {
        // lent, because a table may have thousands of columns
        _values = ArrayPool<double>.Shared.Rent(Room);
        try
        {
            for (int from = 0; from < cells.Count; from += Room)
            {
                Add(cells, from, Math.Min(Room, cells.Count - from));
            }
        }
        finally
        {
            ArrayPool<double>.Shared.Return(_values);
            _values = [];
        }
    }

    public ColumnProfile Complete()
    {
        if (_tally.Class == CellClass.Text)
        {
            _tally.Take(_texts, t => FrequentText(t));
        }
        else
        {
            _tally.Take(_numbers, bits => _tally.Class switch
            {
                CellClass.Boolean => bits == 1 ? "true" : "false",
                CellClass.Time => CellTelling.Time(bits),
                _ => _tally.AllWhole ? CellTelling.Number(bits, bits) : CellTelling.Number(null, BitConverter.Int64BitsToDouble(bits)),
            });
        }

        return ColumnProfileBuilder.Of(_column.Name, _tally, _column.Type);
    }

    private void Add(BatchColumn cells, int from, int count)
    {
        ReadOnlySpan<bool> valid = cells.Valid.IsEmpty ? default : cells.Valid.Span.Slice(from, count);
        switch (cells)
        {
            case BatchColumn<double> doubles:
                AddReals(doubles.Values.Span.Slice(from, count), valid);
                break;
            case BatchColumn<float> floats:
                AddReals(floats.Values.Span.Slice(from, count), valid);
                break;
            case BatchColumn<int> ints:
                AddWholes(ints.Values.Span.Slice(from, count), valid);
                break;
            case BatchColumn<long> longs:
                AddWholes(longs.Values.Span.Slice(from, count), valid);
                break;
            case BatchColumn<DateOnly> dates:
                AddTimes(dates.Values.Span.Slice(from, count), valid, d => d.ToDateTime(TimeOnly.MinValue).Ticks);
                break;
            case BatchColumn<DateTime> times:
                AddTimes(times.Values.Span.Slice(from, count), valid, t => t.Ticks);
                break;
            case BatchColumn<bool> flags:
                AddFlags(flags.Values.Span.Slice(from, count), valid);
                break;
            case BatchColumn<string> texts:
                AddTexts(texts.Values.Span.Slice(from, count), valid);
                break;
        }
    }

    private static string FrequentText(string text) => text.Length <= FrequentItems.MostTextBytes / 4 ? text : CellTelling.Text(text);

    private void AddReals<T>(ReadOnlySpan<T> cells, ReadOnlySpan<bool> valid)
        where T : struct, System.Numerics.INumber<T>
    {
        int kept = 0;
        bool odd = false;
        for (int i = 0; i < cells.Length; i++)
        {
            if (valid.IsEmpty || valid[i])
            {
                double value = double.CreateChecked(cells[i]) + 0.0;
                _values[kept++] = value;
                odd |= !double.IsFinite(value);
                Count(SketchHash.Of(value), BitConverter.DoubleToInt64Bits(value));
            }
        }

        _tally.Empty += cells.Length - kept;
        _tally.Values += kept;
        Span<double> values = _values.AsSpan(0, kept);
        NumberTally.Add(_tally, odd ? NumberTally.Finite(_tally, values) : values);
    }

    private void AddWholes<T>(ReadOnlySpan<T> cells, ReadOnlySpan<bool> valid)
        where T : struct, System.Numerics.IBinaryInteger<T>
    {
        int kept = 0;
        for (int i = 0; i < cells.Length; i++)
        {
            if (valid.IsEmpty || valid[i])
            {
                long value = long.CreateChecked(cells[i]);
                _tally.Least = Math.Min(_tally.Least, value);
                _tally.Most = Math.Max(_tally.Most, value);
                _values[kept++] = value;
                Count(CellTelling.HashOf(value), value);
            }
        }

        _tally.Empty += cells.Length - kept;
        _tally.Values += kept;
        NumberTally.Add(_tally, _values.AsSpan(0, kept));
    }

    private void AddTimes<T>(ReadOnlySpan<T> cells, ReadOnlySpan<bool> valid, Func<T, long> ticks)
    {
        int kept = 0;
        for (int i = 0; i < cells.Length; i++)
        {
            if (valid.IsEmpty || valid[i])
            {
                long at = ticks(cells[i]);
                _tally.Least = Math.Min(_tally.Least, at);
                _tally.Most = Math.Max(_tally.Most, at);
                _values[kept++] = at;
                Count(CellTelling.HashOfBits(at), at);
            }
        }

        _tally.Empty += cells.Length - kept;
        _tally.Values += kept;
        (_tally.Quantiles ??= new QuantileSketch(seed: (ulong)_tally.Column)).Add(_values.AsSpan(0, kept));
    }

    private void AddFlags(ReadOnlySpan<bool> cells, ReadOnlySpan<bool> valid)
    {
        for (int i = 0; i < cells.Length; i++)
        {
            if (valid.IsEmpty || valid[i])
            {
                _tally.Values++;
                Count(cells[i] ? CellSweep.TrueHash : CellSweep.FalseHash, cells[i] ? 1 : 0);
            }
            else
            {
                _tally.Empty++;
            }
        }
    }

    private void AddTexts(ReadOnlySpan<string> cells, ReadOnlySpan<bool> valid)
    {
        for (int i = 0; i < cells.Length; i++)
        {
            if (!valid.IsEmpty && !valid[i])
            {
                _tally.Empty++;
                continue;
            }

            string text = cells[i];
            _tally.Values++;
            if (!ReferenceEquals(text, _lastText))
            {
                _lastText = text;
                _lastHash = SketchHash.Of(text);
                _tally.Cardinality.AddHash(_lastHash);
            }

            _tally.QuotedEmpty += text.Length == 0 ? 1 : 0;
            _tally.AddLength(TextLetters.Count(text), 1);
            int word = text.Length is >= 2 and <= 4 ? Array.IndexOf(NullRule.Words, text) : -1;
            if (word >= 0)
            {
                _tally.Words[word]++;
            }

            _texts.Add(_lastHash, text);
        }
    }

    private void Count(ulong hash, long bits)
    {
        _tally.Cardinality.AddHash(hash);
        _numbers.Add(hash, bits);
    }
}
