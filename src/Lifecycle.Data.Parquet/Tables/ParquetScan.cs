namespace Lifecycle.Data.Parquet;

/// <summary>Keeps the last bytes of a file as they go by, and reads the footer out of them at the end.</summary>
internal sealed class ParquetScan : TableScan
{
    private const int Most = ParquetLimits.FooterBytes + ParquetLimits.Trailer;

    private readonly string _path;
    private readonly ProfileDepth _depth;
    private readonly byte[] _head = new byte[ParquetLimits.Magic];
    private byte[] _tail = new byte[1 << 16];
    private long _length;
    private TableSummary? _table;
    private FooterProfile? _footer;

    public ParquetScan(string path, ProfileDepth depth = ProfileDepth.None)
    {
        ArgumentNullException.ThrowIfNull(path);
        _path = path;
        _depth = depth;
    }

    public override void Write(ReadOnlySpan<byte> bytes)
    {
        for (int i = 0; i < bytes.Length && _length + i < _head.Length; i++)
        {
            _head[_length + i] = bytes[i];
        }

        if (bytes.Length > Most)
        {
            _length += bytes.Length - Most;
            bytes = bytes[^Most..];
        }

        Grow(bytes.Length);
        while (bytes.Length > 0)
        {
            int at = (int)(_length % _tail.Length);
            int part = Math.Min(bytes.Length, _tail.Length - at);
            bytes[..part].CopyTo(_tail.AsSpan(at));
            bytes = bytes[part..];
            _length += part;
        }
    }

    public override TableSummary Complete()
    {
        try
        {
            FooterBytes.CheckHead(_head.AsSpan(0, (int)Math.Min(_length, _head.Length)));
            byte[] trailer = Last(ParquetLimits.Trailer, 0);
            int length = FooterBytes.LengthOf(trailer, _length);
            long at = _length - ParquetLimits.Trailer - length;
            ParquetFooter footer = new FooterReader(Last(length, ParquetLimits.Trailer), at).Read();
            ParquetColumns columns = new(footer, at);
            _footer = new FooterProfile(footer, columns);
            return _table = Summarize(_path, footer, columns);
        }
        catch (ParquetFaultException fault)
        {
            return _table = new TableSummary(_path, ParquetFormat.FormatName, 0, new TableSchema(), null, [fault.ToProblem(null, 1)]);
        }
    }

    public override async ValueTask<DatasetProfile?> ProfileAsync(Func<Stream> open, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(open);
        if (_depth == ProfileDepth.None || _table is not { } table || _footer is not { } footer)
        {
            return null;
        }

        if (_depth == ProfileDepth.Full)
        {
            Stream content = open();
            await using (content.ConfigureAwait(false))
            {
                return await new ParquetFormat().ProfileAsync(content, table, cancellationToken).ConfigureAwait(false);
            }
        }

        return await footer.ToProfileAsync(table, open, cancellationToken).ConfigureAwait(false);
    }

    public static TableSummary Summarize(string path, ParquetFooter footer, ParquetColumns columns) =>
        new(path, ParquetFormat.FormatName, footer.Rows, new TableSchema(columns.Columns.Select(c => c.Column)), null, columns.Problems);

    private void Grow(int more)
    {
        // bytes lie where their position modulo the size says, so a larger ring is filled anew
        int kept = (int)Math.Min(_length, _tail.Length);
        if (_tail.Length < Most && kept + (long)more > _tail.Length)
        {
            byte[] last = Last(kept, 0);
            _tail = new byte[(int)Math.Min(Most, Math.Max(2L * _tail.Length, kept + (long)more))];
            for (int i = 0; i < last.Length; i++)
            {
                _tail[(_length - kept + i) % _tail.Length] = last[i];
            }
        }
    }

    private byte[] Last(int count, int before)
    {
        byte[] bytes = new byte[Math.Min(count, Math.Max(0, _length - before))];
        long from = _length - before - bytes.Length;
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = _tail[(from + i) % _tail.Length];
        }

        return bytes;
    }
}
