namespace Lifecycle.AspNetCore;

/// <summary>A place in a CSV text with commas, quotes where needed, and lines that end with LF or CRLF.</summary>
internal ref struct CsvCursor(ReadOnlyMemory<byte> source, PooledBytes scratch)
{
    private int _at;
    private bool _isAtEnd = true;

    /// <summary>Goes to the next line that is not empty.</summary>
    public bool NextRow()
    {
        ReadOnlySpan<byte> text = source.Span;
        while (_at < text.Length && text[_at] is (byte)'\n' or (byte)'\r')
        {
            _at++;
        }

        _isAtEnd = _at >= text.Length;
        return !_isAtEnd;
    }

    /// <summary>Goes to the end of the line without looking into its fields.</summary>
    public void SkipRow()
    {
        ReadOnlySpan<byte> text = source.Span;
        bool isQuoted = false;
        while (_at < text.Length)
        {
            int next = text[_at..].IndexOfAny((byte)'"', (byte)'\n');
            if (next < 0)
            {
                _at = text.Length;
                return;
            }

            _at += next;
            if (text[_at] == (byte)'"')
            {
                isQuoted = !isQuoted;
            }
            else if (!isQuoted)
            {
                return;
            }

            _at++;
        }
    }

    /// <summary>The next field of the line, without its quotes; false at the end of the line.</summary>
    /// <exception cref="InferenceWireException">400: quotes that do not close, or that end within a field.</exception>
    public bool NextField(int row, out ReadOnlyMemory<byte> field)
    {
        field = default;
        if (_isAtEnd)
        {
            return false;
        }

        ReadOnlySpan<byte> text = source.Span;
        if (_at < text.Length && text[_at] == (byte)'"')
        {
            field = Quoted(row);
        }
        else
        {
            int length = text[_at..].IndexOfAny((byte)',', (byte)'\n');
            length = length < 0 ? text.Length - _at : length;
            bool isLast = _at + length == text.Length || text[_at + length] == (byte)'\n';
            field = source.Slice(_at, isLast && length > 0 && text[_at + length - 1] == (byte)'\r' ? length - 1 : length);
            if (field.Span.Contains((byte)'"'))
            {
                throw InferenceWireException.Bad($"Row {row} has a quote within a field at byte {_at + field.Span.IndexOf((byte)'"')}; put the whole field in quotes and double those in it.");
            }

            _at += length;
        }

        if (_at < text.Length && text[_at] == (byte)',')
        {
            // A comma at the end of a line has one more field behind it, which is empty.
            _at++;
        }
        else
        {
            _isAtEnd = true;
        }

        return true;
    }

    private ReadOnlyMemory<byte> Quoted(int row)
    {
        ReadOnlySpan<byte> text = source.Span;
        int start = ++_at;
        bool hasDoubled = false;
        while (true)
        {
            int next = text[_at..].IndexOf((byte)'"');
            if (next < 0)
            {
                throw InferenceWireException.Bad($"Row {row} has quotes at byte {start - 1} that do not close; close them.");
            }

            _at += next + 1;
            if (_at < text.Length && text[_at] == (byte)'"')
            {
                hasDoubled = true;
                _at++;
                continue;
            }

            break;
        }

        int end = _at - 1;
        if (_at < text.Length && text[_at] == (byte)'\r' && (_at + 1 == text.Length || text[_at + 1] == (byte)'\n'))
        {
            _at++;
        }

        if (_at < text.Length && text[_at] is not ((byte)',' or (byte)'\n'))
        {
            throw InferenceWireException.Bad($"Row {row} goes on behind closing quotes at byte {_at}; double the quotes that belong to the field.");
        }

        ReadOnlyMemory<byte> inner = source[start..end];
        return hasDoubled ? Single(inner) : inner;
    }

    // Each pair of quotes is one. The scratch memory has room for the whole source, so that it never moves.
    private readonly ReadOnlyMemory<byte> Single(ReadOnlyMemory<byte> inner)
    {
        int before = scratch.Length;
        ReadOnlySpan<byte> rest = inner.Span;
        while (!rest.IsEmpty)
        {
            int quote = rest.IndexOf((byte)'"');
            int length = quote < 0 ? rest.Length : quote + 1;
            scratch.Write(rest[..length]);
            rest = rest[Math.Min(rest.Length, quote < 0 ? length : length + 1)..];
        }

        return scratch.Memory[before..];
    }
}
