namespace Lifecycle.Data;

/// <summary>
/// Finds the narrowest type that fits every value of a column in one pass: each candidate stays until a value does not fit it.
/// Order: Boolean, Int64, Double, Date, DateTime, String.
/// </summary>
internal sealed class TypeTrial(NullRule nulls)
{
    private Candidate _left = Candidate.All;
    private long _values;
    private long _empty;
    private long _quotedEmpty;
    private long _words;
    private long _notNumbers;

    [Flags]
    private enum Candidate
    {
        None = 0,
        Boolean = 1,
        Int64 = 2,
        Double = 4,
        Date = 8,
        DateTime = 16,
        All = 31,
    }

    public void Add(ReadOnlySpan<byte> text, bool quoted)
    {
        if (nulls.IsOwn && nulls.IsOwnNull(text))
        {
            _empty++;
        }
        else if (text.IsEmpty)
        {
            _empty += quoted ? 0 : 1;
            _quotedEmpty += quoted ? 1 : 0;
        }
        else if (!nulls.IsOwn && NullRule.IsWord(text))
        {
            bool notNumber = NullRule.IsNaN(text);
            _notNumbers += notNumber ? 1 : 0;
            _words += notNumber ? 0 : 1;
        }
        else
        {
            _values++;
            if (_left != Candidate.None)
            {
                Try(text);
            }
        }
    }

    /// <summary>The type that is left and whether a cell of the column is null under it.</summary>
    public TableColumn Column(string name)
    {
        ColumnType type = Type();
        bool nullable = type switch
        {
            ColumnType.String => _empty > 0,
            ColumnType.Double => _empty + _quotedEmpty + _words > 0,
            _ => _empty + _quotedEmpty + _words + _notNumbers > 0,
        };
        return new TableColumn(name, type, nullable);
    }

    private ColumnType Type() => _values == 0
        ? _notNumbers > 0 ? ColumnType.Double : ColumnType.String
        : _left.HasFlag(Candidate.Boolean) ? ColumnType.Boolean
        : _left.HasFlag(Candidate.Int64) ? ColumnType.Int64
        : _left.HasFlag(Candidate.Double) ? ColumnType.Double
        : _left.HasFlag(Candidate.Date) ? ColumnType.Date
        : _left.HasFlag(Candidate.DateTime) ? ColumnType.DateTime
        : ColumnType.String;

    private void Try(ReadOnlySpan<byte> text)
    {
        if (_left.HasFlag(Candidate.Boolean) && !CellText.TryBoolean(text, out _))
        {
            _left &= ~Candidate.Boolean;
        }

        if (_left.HasFlag(Candidate.Int64) && !CellText.TryInt64(text, out _))
        {
            // digits that are no 64-bit integer are a code, and a code is not a float either; a minus before a zero needs a float
            _left &= ~(CellText.IsWhole(text) && !text.SequenceEqual("-0"u8) ? Candidate.Int64 | Candidate.Double : Candidate.Int64);
        }

        if (_left.HasFlag(Candidate.Double) && !IsDouble(text))
        {
            _left &= ~Candidate.Double;
        }

        if (_left.HasFlag(Candidate.Date) && !CellText.TryDate(text, out _))
        {
            _left &= ~Candidate.Date;
        }

        if (_left.HasFlag(Candidate.DateTime) && !CellText.TryDateTime(text, out _))
        {
            _left &= ~Candidate.DateTime;
        }
    }

    private static bool IsDouble(ReadOnlySpan<byte> text) =>
        CellText.TryDouble(text, out _) && (!CellText.IsWhole(text) || text.SequenceEqual("-0"u8) || CellText.TryInt64(text, out _));
}
