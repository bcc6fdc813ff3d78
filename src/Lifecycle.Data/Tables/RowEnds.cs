namespace Lifecycle.Data;

/// <summary>Finds where rows end in a growing buffer; looks at every byte once.</summary>
internal struct RowEnds(byte delimiter)
{
    private int _position;
    private State _state;

    private enum State
    {
        FieldStart,
        Unquoted,
        Quoted,
        QuoteSeen,
    }

    /// <summary>The byte behind the last row that ended; 0 when none did.</summary>
    public int Last { get; private set; }

    /// <summary>Rows that ended.</summary>
    public long Count { get; private set; }

    /// <summary>Bytes that were looked at.</summary>
    public readonly int Position => _position;

    /// <summary>Looks at the bytes up to a place.</summary>
    /// <param name="bytes">The buffer from its beginning.</param>
    /// <param name="first">Whether to stay behind the first row that ends.</param>
    public void Advance(ReadOnlySpan<byte> bytes, bool first = false)
    {
        ReadOnlySpan<byte> rest = bytes[_position..];
        if (_state is State.FieldStart or State.Unquoted && !rest.Contains((byte)'"'))
        {
            int end = first ? rest.IndexOf((byte)'\n') : rest.LastIndexOf((byte)'\n');
            int looked = first && end >= 0 ? end + 1 : rest.Length;
            Count += rest[..looked].Count((byte)'\n');
            Last = end < 0 ? Last : _position + end + 1;
            _position += looked;
            _state = looked == 0 ? _state : rest[looked - 1] == delimiter || rest[looked - 1] == (byte)'\n' ? State.FieldStart : State.Unquoted;
            return;
        }

        while (_position < bytes.Length)
        {
            if (Step(bytes) && first)
            {
                return;
            }
        }
    }

    private bool Step(ReadOnlySpan<byte> bytes)
    {
        switch (_state)
        {
            case State.FieldStart when bytes[_position] == (byte)'"':
                _position++;
                _state = State.Quoted;
                return false;
            case State.Quoted:
                int quote = bytes[_position..].IndexOf((byte)'"');
                _state = quote < 0 ? State.Quoted : State.QuoteSeen;
                _position = quote < 0 ? bytes.Length : _position + quote + 1;
                return false;
            case State.QuoteSeen when bytes[_position] == (byte)'"':
                _position++;
                _state = State.Quoted;
                return false;
            default:
                int end = bytes[_position..].IndexOfAny(delimiter, (byte)'\n');
                if (end < 0)
                {
                    _position = bytes.Length;
                    _state = State.Unquoted;
                    return false;
                }

                _position += end + 1;
                _state = State.FieldStart;
                if (bytes[_position - 1] != (byte)'\n')
                {
                    return false;
                }

                Last = _position;
                Count++;
                return true;
        }
    }
}
