namespace Lifecycle.Data;

/// <summary>
/// RFC 4180 over a stream of buffers: fed pieces of any size, it calls back once a row. A quote inside an unquoted field is text, text behind
/// a closing quote belongs to the field, a line ends with LF or CRLF, a lone CR is text.
/// </summary>
internal sealed class CsvTokenizer(byte delimiter, Action<CsvTokenizer> row)
{
    public const int MaximumField = 16 << 20;
    public const int MaximumRow = 64 << 20;
    public const int MaximumFields = 16_384;

    private byte[] _bytes = new byte[4096];
    private int _length;
    private int[] _ends = new int[32];
    private bool[] _quoted = new bool[32];
    private bool _fieldQuoted;
    private State _state;
    private long _offset;

    private enum State
    {
        RowStart,
        FieldStart,
        Unquoted,
        CarriageReturn,
        Quoted,
        QuoteSeen,
    }

    /// <summary>Fields of the row.</summary>
    public int FieldCount { get; private set; }

    /// <summary>Rows of the file so far, counted from 1.</summary>
    public long Row { get; private set; }

    /// <summary>First byte of the row.</summary>
    public long RowOffset { get; private set; }

    /// <summary>First byte behind the row and its line break.</summary>
    public long RowEnd { get; private set; }

    /// <summary>Why nothing more is read, or null.</summary>
    public TableProblem? Stopped { get; private set; }

    /// <summary>Whether the row is an empty line.</summary>
    public bool IsBlank => FieldCount == 1 && _ends[0] == 0 && !_quoted[0];

    public ReadOnlySpan<byte> Field(int index)
    {
        int start = index == 0 ? 0 : _ends[index - 1];
        return _bytes.AsSpan(start, _ends[index] - start);
    }

    public bool IsQuoted(int index) => _quoted[index];

    /// <summary>Says at which byte of the file the next buffer begins.</summary>
    public void StartAt(long offset) => _offset = offset;

    public void Feed(ReadOnlySpan<byte> data)
    {
        int i = 0;
        while (i < data.Length && Stopped is null)
        {
            switch (_state)
            {
                case State.RowStart:
                    RowOffset = _offset + i;
                    _state = State.FieldStart;
                    break;
                case State.FieldStart:
                    _fieldQuoted = data[i] == (byte)'"';
                    i += _fieldQuoted ? 1 : 0;
                    _state = _fieldQuoted ? State.Quoted : State.Unquoted;
                    break;
                case State.Unquoted:
                    i = Unquoted(data, i);
                    break;
                case State.CarriageReturn:
                    if (data[i] == (byte)'\n')
                    {
                        i++;
                        EndRow(_offset + i);
                    }
                    else
                    {
                        Append("\r"u8);
                        _state = State.Unquoted;
                    }

                    break;
                case State.Quoted:
                    int length = data[i..].IndexOf((byte)'"');
                    Append(length < 0 ? data[i..] : data.Slice(i, length));
                    i = length < 0 ? data.Length : i + length + 1;
                    _state = length < 0 ? State.Quoted : State.QuoteSeen;
                    break;
                case State.QuoteSeen:
                    if (data[i] == (byte)'"')
                    {
                        i++;
                        Append("\""u8);
                        _state = State.Quoted;
                    }
                    else
                    {
                        _state = State.Unquoted;
                    }

                    break;
            }
        }

        _offset += data.Length;
    }

    /// <summary>The file is at its end; the last row needs no line break.</summary>
    public void Complete()
    {
        if (Stopped is not null || _state == State.RowStart)
        {
            return;
        }

        if (_state == State.Quoted)
        {
            Stop(TableProblemKind.OpenQuote, "a quoted field is still open at the end of the file");
            return;
        }

        if (_state == State.CarriageReturn)
        {
            Append("\r"u8);
        }

        EndRow(_offset);
    }

    private int Unquoted(ReadOnlySpan<byte> data, int i)
    {
        int length = data[i..].IndexOfAny(delimiter, (byte)'\n', (byte)'\r');
        if (length < 0)
        {
            Append(data[i..]);
            return data.Length;
        }

        Append(data.Slice(i, length));
        i += length + 1;
        byte found = data[i - 1];
        if (found == delimiter)
        {
            EndField();
            _state = State.FieldStart;
        }
        else if (found == (byte)'\n')
        {
            EndRow(_offset + i);
        }
        else
        {
            _state = State.CarriageReturn;
        }

        return i;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        int start = FieldCount == 0 ? 0 : _ends[FieldCount - 1];
        if (_length - start + (long)bytes.Length > MaximumField || _length + (long)bytes.Length > MaximumRow)
        {
            Stop(TableProblemKind.TooLarge, $"a field is larger than {MaximumField} bytes, or its row than {MaximumRow}; is a quote missing?");
            return;
        }

        if (_length + bytes.Length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_length + bytes.Length, _bytes.Length * 2));
        }

        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
    }

    private void EndField()
    {
        if (FieldCount == MaximumFields)
        {
            Stop(TableProblemKind.TooLarge, $"the row has more than {MaximumFields} fields");
            return;
        }

        if (FieldCount == _ends.Length)
        {
            Array.Resize(ref _ends, FieldCount * 2);
            Array.Resize(ref _quoted, FieldCount * 2);
        }

        _ends[FieldCount] = _length;
        _quoted[FieldCount++] = _fieldQuoted;
        _fieldQuoted = false;
    }

    private void EndRow(long end)
    {
        EndField();
        if (Stopped is null)
        {
            Row++;
            RowEnd = end;
            row(this);
        }

        FieldCount = 0;
        _length = 0;
        _state = State.RowStart;
    }

    private void Stop(TableProblemKind kind, string message) => Stopped ??= new TableProblem(kind, Row + 1, RowOffset, message);
}
