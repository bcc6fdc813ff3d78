using System.Buffers.Binary;
using System.IO.Hashing;

namespace Lifecycle.Data.Parquet;

/// <summary>Walks the pages of one column of one row group: checks what each claims, unpacks it, and takes the nulls out.</summary>
internal sealed class ChunkPages
{
    private const int MaximumHeader = 16 << 20;

    private readonly byte[] _bytes;
    private readonly ColumnChunk _chunk;
    private readonly ParquetColumn _column;
    private readonly PlainColumn _plain;
    private readonly bool[]? _valid;
    private int _rows;
    private long _unpacked;

    public ChunkPages(byte[] bytes, ColumnChunk chunk, ParquetColumn column, PlainColumn plain)
    {
        _plain = plain;
        _bytes = bytes;
        _chunk = chunk;
        _column = column;
        _valid = column.IsOptional ? new bool[chunk.Values] : null;
    }

    /// <summary>Which cells are there; null when the column is required.</summary>
    public bool[]? Valid => _valid;

    /// <summary>Bytes of the pages, unpacked.</summary>
    public long Unpacked => _unpacked;

    /// <summary>Moves all pages to the plain column.</summary>
    /// <exception cref="ParquetFaultException">The pages are not what is claimed.</exception>
    public void Walk(CancellationToken cancellationToken)
    {
        int at = 0;
        while (_rows < _chunk.Values)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (at >= _bytes.Length)
            {
                throw Fault($"the pages hold {_rows} values and {_chunk.Values} are claimed", at);
            }

            ThriftReader reader = new(_bytes.AsSpan(at, Math.Min(MaximumHeader, _bytes.Length - at)), _chunk.Start + at);
            PageHeader page = PageHeader.Read(ref reader);
            at += reader.Position;
            if (page.Packed > _bytes.Length - at)
            {
                throw Fault($"a page of {page.Packed} bytes is claimed and {_bytes.Length - at} are left", at);
            }

            _unpacked += page.Unpacked;
            if (page.Unpacked > ParquetLimits.ColumnBytes || _unpacked > ParquetLimits.ColumnBytes)
            {
                throw new ParquetFaultException(
                    TableProblemKind.TooLarge, $"its pages unpack to {_unpacked} bytes in one row group; at most {ParquetLimits.ColumnBytes} are read", _chunk.Start + at);
            }

            if (page.Checksum is { } checksum && Crc32.HashToUInt32(_bytes.AsSpan(at, page.Packed)) != checksum)
            {
                throw Fault("a page does not have the checksum that it claims", at);
            }

            if (page.Kind != PageKind.Index)
            {
                Take(page, at);
            }

            at += page.Packed;
        }
    }

    private void Take(PageHeader page, int at)
    {
        // the levels of a page of the second kind stand before what is packed
        int levels = page.Kind == PageKind.Second ? page.LevelBytes : 0;
        if (levels > page.Packed || levels > page.Unpacked)
        {
            throw Fault($"{levels} bytes of levels are claimed in a page of {page.Packed}", at);
        }

        byte[] body = new byte[page.Unpacked - levels];
        PageCodec.Unpack(page.IsPacked ? _chunk.Codec : PageCodec.None, _bytes, at + levels, page.Packed - levels, body, _chunk.Start + at);
        if (page.Kind == PageKind.Dictionary)
        {
            TakeDictionary(page, body, at);
            return;
        }

        if (page.Values > _chunk.Values - _rows)
        {
            throw Fault($"the pages hold more than the {_chunk.Values} values that are claimed", at);
        }

        int skip = 0;
        int there = page.Values;
        if (_valid is not null)
        {
            Span<bool> valid = _valid.AsSpan(_rows, page.Values);
            if (page.Kind == PageKind.Second)
            {
                BitRuns.Read(_bytes.AsSpan(at, levels), valid, _chunk.Start + at);
            }
            else
            {
                skip = TakeLevels(page, body, valid, at);
            }

            there = valid.Count(true);
        }

        if (page.Kind == PageKind.Second && page.Nulls != page.Values - there)
        {
            throw Fault($"a page claims {page.Nulls} nulls and has {page.Values - there}", at);
        }

        _rows += page.Values;
        if (there > 0)
        {
            TakeValues(body.AsSpan(skip), page.Encoding, there, at);
        }
    }

    private int TakeLevels(PageHeader page, ReadOnlySpan<byte> body, Span<bool> valid, int at)
    {
        int length = body.Length >= sizeof(int) ? BinaryPrimitives.ReadInt32LittleEndian(body) : -1;
        if (page.LevelEncoding != PlainValues.Runs || length < 0 || length > body.Length - sizeof(int))
        {
            throw Fault($"{length} bytes of null flags in the encoding {page.LevelEncoding} are claimed in a page of {body.Length}", at);
        }

        BitRuns.Read(body.Slice(sizeof(int), length), valid, _chunk.Start + at);
        return sizeof(int) + length;
    }

    private void TakeDictionary(PageHeader page, byte[] body, int at)
    {
        int least = _column.Node.Type == PhysicalType.ByteArray ? sizeof(int) : Width;
        if (_plain.HasDictionary || _column.Node.Type == PhysicalType.Boolean || (long)page.Values * least > body.Length)
        {
            throw Fault($"a dictionary of {page.Values} values is claimed in {body.Length} bytes, or there are two", at);
        }

        if (_column.Node.Type == PhysicalType.ByteArray)
        {
            PlainValues.CheckTexts(body, page.Values, _chunk.Start + at);
        }

        _plain.AddDictionary(body, page.Values);
    }

    private void TakeValues(ReadOnlySpan<byte> values, int encoding, int there, int at)
    {
        long offset = _chunk.Start + at;
        PhysicalType type = _column.Node.Type!.Value;
        switch (encoding)
        {
            case PlainValues.Plain when type == PhysicalType.Boolean && values.Length >= (there + 7) / 8:
            case PlainValues.Plain when Width > 0 && (long)there * Width <= values.Length:
            case PlainValues.SplitBytes when Width > 0 && (long)there * Width == values.Length:
                _plain.AddPage(values, there, encoding);
                break;
            case PlainValues.Plain when type == PhysicalType.ByteArray:
                PlainValues.CheckTexts(values, there, offset);
                _plain.AddPage(values, there, encoding);
                break;
            case PlainValues.OldDictionary or PlainValues.Dictionary when _plain.HasDictionary && values.Length > 0 && values[0] <= 32:
                _plain.AddPage(values, there, PlainValues.Dictionary);
                break;
            case PlainValues.Runs when type == PhysicalType.Boolean:
                _plain.AddPage(PlainValues.OfRuns(values, there, offset), there, PlainValues.Plain);
                break;
            case PlainValues.Delta when type is PhysicalType.Int32 or PhysicalType.Int64:
                _plain.AddPage(PlainValues.OfDelta(values, there, Width, offset), there, PlainValues.Plain);
                break;
            case PlainValues.DeltaLengths or PlainValues.DeltaTexts when type is PhysicalType.ByteArray or PhysicalType.FixedBytes:
                byte[] plain = PlainValues.OfDeltaTexts(values, there, encoding == PlainValues.DeltaTexts, type == PhysicalType.FixedBytes, offset);
                _unpacked += plain.Length;
                _plain.AddPage(plain, there, PlainValues.Plain);
                break;
            default:
                throw Fault($"{there} values of {type} in the encoding {encoding} do not fit into a page of {values.Length} bytes", at);
        }
    }

    private int Width => _column.Node.Type switch
    {
        PhysicalType.Int32 or PhysicalType.Float => 4,
        PhysicalType.Int64 or PhysicalType.Double => 8,
        PhysicalType.Int96 => 12,
        PhysicalType.FixedBytes => _column.Node.TypeLength,
        _ => 0,
    };

    private ParquetFaultException Fault(string message, int at) => new(TableProblemKind.Damaged, message, _chunk.Start + at);
}
