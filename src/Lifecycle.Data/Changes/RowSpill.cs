using System.Runtime.InteropServices;

namespace Lifecycle.Data;

/// <summary>Rows of one side that wait in temporary files, divided by the hashes of their keys. The files go when this does.</summary>
internal sealed class RowSpill : IAsyncDisposable
{
    private const int BufferBytes = 1 << 16;

    private readonly TableColumn[] _columns;
    private readonly FileStream[] _files;
    private readonly BinaryWriter[] _writers;

    /// <param name="columns">The columns of the rows.</param>
    /// <param name="parts">How many files.</param>
    /// <param name="folder">Where; null for the folder of the system.</param>
    public RowSpill(TableColumn[] columns, int parts, string? folder)
    {
        _columns = columns;
        _files = new FileStream[parts];
        _writers = new BinaryWriter[parts];
        for (int i = 0; i < parts; i++)
        {
            _files[i] = Create(folder);
            _writers[i] = new BinaryWriter(_files[i], System.Text.Encoding.UTF8, leaveOpen: true);
        }
    }

    /// <summary>A temporary file that only this user can read. On Unix it has no name any more, so that nothing is left when the process dies; on Windows it goes when it is closed.</summary>
    public static FileStream Create(string? folder)
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = BufferBytes,
        };
        string path = Path.Combine(folder ?? Path.GetTempPath(), "lifecycle-rows-" + Path.GetRandomFileName());
        if (OperatingSystem.IsWindows())
        {
            options.Options = FileOptions.DeleteOnClose;
            return new FileStream(path, options);
        }

        options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        FileStream file = new(path, options);
        File.Delete(path);
        return file;
    }

    /// <summary>Writes rows, each to the file of its part.</summary>
    public void Write(NumberedRows batch, ReadOnlySpan<int> parts)
    {
        List<int>[] rows = new List<int>[_files.Length];
        for (int row = 0; row < parts.Length; row++)
        {
            (rows[parts[row]] ??= []).Add(row);
        }

        for (int part = 0; part < rows.Length; part++)
        {
            if (rows[part] is { } some)
            {
                Write(_writers[part], batch, CollectionsMarshal.AsSpan(some));
            }
        }
    }

    /// <summary>The rows of a part, in the order in which they were written.</summary>
    public async IAsyncEnumerable<NumberedRows> ReadAsync(int part)
    {
        _writers[part].Flush();
        await _files[part].FlushAsync().ConfigureAwait(false);
        _files[part].Position = 0;
        using BinaryReader reader = new(_files[part], System.Text.Encoding.UTF8, leaveOpen: true);
        while (_files[part].Position < _files[part].Length)
        {
            int count = reader.ReadInt32();
            long[] numbers = new long[count];
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(numbers.AsSpan()));
            yield return new NumberedRows([.. _columns.Select(c => Read(reader, c, count))], numbers, 0);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (FileStream file in _files.OfType<FileStream>())
        {
            await file.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static void Write(BinaryWriter writer, NumberedRows batch, ReadOnlySpan<int> rows)
    {
        writer.Write(rows.Length);
        foreach (int row in rows)
        {
            writer.Write(batch.NumberOf(row));
        }

        foreach (BatchColumn column in batch.Columns)
        {
            foreach (int row in rows)
            {
                writer.Write(!column.IsNull(row));
            }

            foreach (int row in rows)
            {
                WriteCell(writer, column, row);
            }
        }
    }

    private static void WriteCell(BinaryWriter writer, BatchColumn column, int row)
    {
        switch (column)
        {
            case BatchColumn<long> longs:
                writer.Write(longs.Values.Span[row]);
                break;
            case BatchColumn<double> doubles:
                writer.Write(doubles.Values.Span[row]);
                break;
            case BatchColumn<string> texts:
                writer.Write(texts.IsNull(row) ? "" : texts.Values.Span[row]);
                break;
            case BatchColumn<int> ints:
                writer.Write(ints.Values.Span[row]);
                break;
            case BatchColumn<float> floats:
                writer.Write(floats.Values.Span[row]);
                break;
            case BatchColumn<bool> flags:
                writer.Write(flags.Values.Span[row]);
                break;
            case BatchColumn<DateOnly> dates:
                writer.Write(dates.Values.Span[row].DayNumber);
                break;
            case BatchColumn<DateTime> times:
                writer.Write(times.Values.Span[row].Ticks);
                break;
        }
    }

    private static BatchColumn Read(BinaryReader reader, TableColumn column, int count)
    {
        bool[] valid = new bool[count];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(valid.AsSpan()));
        return column.Type switch
        {
            ColumnType.Int64 => Read(column, valid, reader.ReadInt64),
            ColumnType.Double => Read(column, valid, reader.ReadDouble),
            ColumnType.String => Read(column, valid, reader.ReadString),
            ColumnType.Int32 => Read(column, valid, reader.ReadInt32),
            ColumnType.Single => Read(column, valid, reader.ReadSingle),
            ColumnType.Boolean => Read(column, valid, reader.ReadBoolean),
            ColumnType.Date => Read(column, valid, () => DateOnly.FromDayNumber(reader.ReadInt32())),
            _ => Read(column, valid, () => new DateTime(reader.ReadInt64(), DateTimeKind.Utc)),
        };
    }

    private static BatchColumn<T> Read<T>(TableColumn column, bool[] valid, Func<T> read)
    {
        T[] values = new T[valid.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = read();
        }

        return new BatchColumn<T>(column, values, Array.TrueForAll(valid, v => v) ? default : valid.AsMemory());
    }
}
