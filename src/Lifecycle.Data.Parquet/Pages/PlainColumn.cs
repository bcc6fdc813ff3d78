using System.Buffers.Binary;

namespace Lifecycle.Data.Parquet;

/// <summary>
/// Gathers the unpacked pages of one column chunk as a Parquet file of a single required column, so that what reads it meets nothing
/// but sizes that were checked.
/// </summary>
internal sealed class PlainColumn : IDisposable
{
    private const string Name = "c";

    private readonly MemoryStream _file = new();

    public PlainColumn() => _file.Write("PAR1"u8);

    public bool HasDictionary { get; private set; }

    public int Values { get; private set; }

    public void AddDictionary(ReadOnlySpan<byte> bytes, int values)
    {
        HasDictionary = true;
        Add(7, (int)PageKind.Dictionary, bytes, w => w.Int(1, values).Int(2, 0));
    }

    public void AddPage(ReadOnlySpan<byte> bytes, int values, int encoding)
    {
        Values += values;
        Add(5, (int)PageKind.First, bytes, w => w.Int(1, values).Int(2, encoding).Int(3, 3).Int(4, 3));
    }

    /// <summary>The file, from its beginning.</summary>
    public MemoryStream Complete(PhysicalType type, int typeLength)
    {
        long size = _file.Length - ParquetLimits.Magic;

        // a field of no type: whoever reads on after the last page fails at once
        _file.WriteByte(0xFF);
        long footer = _file.Length;
        ThriftWriter writer = new(_file);
        writer.Int(1, 1).List(2, 2, w =>
        {
            w.Text(4, "schema").Int(5, 1).End();
            w.Begin();
            w.Int(1, (int)type);
            if (typeLength > 0)
            {
                w.Int(2, typeLength);
            }

            w.Int(3, 0).Text(4, Name).End();
        });
        writer.Long(3, Values).List(4, 1, group => group
            .List(1, 1, chunk => chunk
                .Long(2, 0)
                .Struct(3, c => c.Int(1, (int)type).Integers(2, 0).Texts(3, Name).Int(4, PageCodec.None)
                    .Long(5, Values).Long(6, size).Long(7, size).Long(9, ParquetLimits.Magic))
                .End())
            .Long(2, size)
            .Long(3, Values)
            .End());
        writer.End();
        Span<byte> trailer = stackalloc byte[ParquetLimits.Trailer];
        BinaryPrimitives.WriteInt32LittleEndian(trailer, (int)(_file.Length - footer));
        "PAR1"u8.CopyTo(trailer[4..]);
        _file.Write(trailer);
        _file.Position = 0;
        return _file;
    }

    public void Dispose() => _file.Dispose();

    private void Add(int field, int kind, ReadOnlySpan<byte> bytes, Action<ThriftWriter> header)
    {
        new ThriftWriter(_file).Int(1, kind).Int(2, bytes.Length).Int(3, bytes.Length).Struct(field, header).End();
        _file.Write(bytes);
    }
}
