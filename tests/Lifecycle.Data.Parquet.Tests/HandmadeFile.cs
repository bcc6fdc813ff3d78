using System.Buffers.Binary;
using System.IO.Hashing;

namespace Lifecycle.Data.Parquet.Tests;

/// <summary>A file of one column, or of several that are the same bytes, written byte by byte, so that it may hold what Parquet.Net does not write, and lie.</summary>
internal sealed class HandmadeFile
{
    private readonly MemoryStream _file = new();

    public HandmadeFile() => _file.Write("PAR1"u8);

    public required PhysicalType Type { get; init; }

    public int TypeLength { get; init; }

    public bool IsOptional { get; init; }

    public int? Converted { get; init; }

    public int Scale { get; init; }

    public int? Logical { get; init; }

    public int? LogicalUnit { get; init; }

    public int Codec { get; init; }

    public long Rows { get; init; }

    public long? ClaimedValues { get; init; }

    public long? ClaimedBytes { get; init; }

    /// <summary>Bytes that the column is said to be unpacked.</summary>
    public long? ClaimedUnpacked { get; init; }

    public long? ClaimedNulls { get; init; }

    /// <summary>Columns, at most 13: one is <c>c</c>, several are <c>c0</c>, <c>c1</c>, ...</summary>
    public int Columns { get; init; } = 1;

    public string? ElsewhereFile { get; init; }

    public bool HasEncryption { get; init; }

    public HandmadeFile Page(byte[] body, int values, int encoding = 0, int? unpacked = null, int? packed = null, uint? checksum = null)
    {
        ThriftWriter header = new ThriftWriter(_file).Int(1, 0).Int(2, unpacked ?? body.Length).Int(3, packed ?? body.Length);
        if (checksum is { } sum)
        {
            header.Int(4, (int)sum);
        }

        header.Struct(5, w => w.Int(1, values).Int(2, encoding).Int(3, 3).Int(4, 3)).End();
        _file.Write(body);
        return this;
    }

    public HandmadeFile CheckedPage(byte[] body, int values) => Page(body, values, checksum: Crc32.HashToUInt32(body));

    public HandmadeFile Dictionary(byte[] body, int values)
    {
        new ThriftWriter(_file).Int(1, 2).Int(2, body.Length).Int(3, body.Length).Struct(7, w => w.Int(1, values).Int(2, 0)).End();
        _file.Write(body);
        return this;
    }

    /// <summary>A page of the second kind; levels are never packed.</summary>
    public HandmadeFile SecondPage(byte[] levels, byte[] body, int values, int nulls, int encoding = 0, int? unpackedBody = null)
    {
        new ThriftWriter(_file).Int(1, 3).Int(2, levels.Length + (unpackedBody ?? body.Length)).Int(3, levels.Length + body.Length)
            .Struct(8, w => w.Int(1, values).Int(2, nulls).Int(3, values).Int(4, encoding).Int(5, levels.Length).Int(6, 0)).End();
        _file.Write(levels);
        _file.Write(body);
        return this;
    }

    public byte[] Complete()
    {
        long size = _file.Length - 4;
        long footer = _file.Length;
        ThriftWriter writer = new(_file);
        writer.Int(1, 1).List(2, Columns + 1, w =>
        {
            w.Text(4, "schema").Int(5, Columns).End();
            for (int column = 0; column < Columns; column++)
            {
                w.Begin();
                WriteNode(w, Name(column));
            }
        });
        writer.Long(3, Rows).List(4, 1, group => group
            .List(1, Columns, chunk =>
            {
                for (int column = 0; column < Columns; column++)
                {
                    if (column > 0)
                    {
                        chunk.Begin();
                    }

                    WriteChunk(chunk, Name(column), size);
                }
            })
            .Long(2, size).Long(3, Rows).End());
        if (HasEncryption)
        {
            writer.Struct(8, w => w.Struct(1, _ => { }));
        }

        writer.End();
        Span<byte> trailer = stackalloc byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(trailer, (int)(_file.Length - footer));
        "PAR1"u8.CopyTo(trailer[4..]);
        _file.Write(trailer);
        return _file.ToArray();
    }

    private string Name(int column) => Columns == 1 ? "c" : "c" + column;

    private void WriteChunk(ThriftWriter chunk, string name, long size)
    {
        if (ElsewhereFile is not null)
        {
            chunk.Text(1, ElsewhereFile);
        }

        chunk.Long(2, 0).Struct(3, c =>
        {
            c.Int(1, (int)Type).Integers(2, 0).Texts(3, name).Int(4, Codec).Long(5, ClaimedValues ?? Rows).Long(6, ClaimedUnpacked ?? ClaimedBytes ?? size).Long(7, ClaimedBytes ?? size).Long(9, 4);
            if (ClaimedNulls is { } nulls)
            {
                c.Struct(12, s => s.Long(3, nulls));
            }
        }).End();
    }

    private void WriteNode(ThriftWriter w, string name)
    {
        w.Int(1, (int)Type);
        if (TypeLength > 0)
        {
            w.Int(2, TypeLength);
        }

        w.Int(3, IsOptional ? 1 : 0).Text(4, name);
        if (Converted is { } converted)
        {
            w.Int(6, converted).Int(7, Scale);
        }

        if (Logical is { } logical)
        {
            w.Struct(10, l => l.Struct(logical, t =>
            {
                if (LogicalUnit is { } unit)
                {
                    t.Struct(2, u => u.Struct(unit, _ => { }));
                }
            }));
        }

        w.End();
    }
}
