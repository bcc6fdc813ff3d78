namespace Lifecycle.Serving;

/// <summary>Goes through the lines of one segment, which are in the order of their ids.</summary>
internal sealed class LineCursor(Stream lines, string source) : IAsyncDisposable
{
    private byte[] _buffer = new byte[1 << 15];
    private int _start;
    private int _length;
    private int _end;

    /// <summary>The id of the line.</summary>
    public Guid Id { get; private set; }

    /// <summary>Where it is read from, for messages.</summary>
    public string Source => source;

    /// <summary>The line without its end; good until the next one.</summary>
    public ReadOnlySpan<byte> Line => _buffer.AsSpan(_start, _length);

    /// <summary>Goes to the next line; false after the last.</summary>
    /// <exception cref="LifecycleStorageException">What is there is no record of this log.</exception>
    public async ValueTask<bool> NextAsync(CancellationToken cancellationToken)
    {
        _start += _length + (_end > 0 ? 1 : 0);
        _start = Math.Min(_start, _end);
        int looked = 0;
        while (true)
        {
            int at = _buffer.AsSpan(_start + looked, _end - _start - looked).IndexOf((byte)'\n');
            if (at >= 0)
            {
                _length = looked + at;
                Id = RecordReader.TryId(Line, out Guid id) ? id : throw RecordReader.Foreign(source);
                return true;
            }

            looked = _end - _start;
            if (!await MoreAsync(cancellationToken).ConfigureAwait(false))
            {
                return looked == 0 ? false : throw RecordReader.Foreign(source);
            }
        }
    }

    public ValueTask DisposeAsync() => lines.DisposeAsync();

    private async ValueTask<bool> MoreAsync(CancellationToken cancellationToken)
    {
        int kept = _end - _start;
        byte[] target = kept > _buffer.Length / 2 ? new byte[_buffer.Length * 2] : _buffer;
        Buffer.BlockCopy(_buffer, _start, target, 0, kept);
        (_buffer, _start, _end) = (target, 0, kept);
        int read = await lines.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        _end += read;
        return read > 0;
    }
}
