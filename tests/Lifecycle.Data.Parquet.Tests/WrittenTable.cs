using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace Lifecycle.Data.Parquet.Tests;

/// <summary>Rows that are known, and the Parquet file that Parquet.Net makes of them.</summary>
internal sealed class WrittenTable
{
    public static readonly string[] Names = ["flag", "small", "big", "single", "number", "day", "at", "text", "money", "id"];

    private static readonly string[] _words = ["", "a", "zwei", "trois 3", "\u00e9t\u00e9", "\ud83d\ude00!", "NA", "02134"];

    private static readonly ParquetSchema _schema = new(
        new DataField<bool?>("flag"), new DataField<int?>("small"), new DataField<long?>("big"), new DataField<float?>("single"), new DataField<double?>("number"),
        new DataField<DateOnly?>("day"), new DateTimeDataField("at", DateTimeFormat.DateAndTimeMicros, isNullable: true), new DataField<string>("text"),
        new DecimalDataField("money", 12, 2, isNullable: true), new DataField<long>("id"));

    private WrittenTable(int seed, int rows, double nulls)
    {
        Random random = new(seed);
        Rows = rows;
        bool Missing() => random.NextDouble() < nulls;
        Flags = Cells<bool>(() => random.Next(2) == 0, Missing);
        Smalls = Cells<int>(() => random.Next(8) == 0 ? int.MinValue + random.Next(5) : random.Next(-100, 100), Missing);
        Bigs = Cells<long>(() => random.NextInt64(long.MinValue, long.MaxValue), Missing);
        Singles = Cells<float>(() => random.Next(10) == 0 ? float.NaN : (float)random.NextDouble() * 1e6f, Missing);
        Numbers = Cells<double>(() => random.Next(10) == 0 ? double.NegativeInfinity : random.NextDouble() - 0.5, Missing);
        Days = Cells<DateOnly>(() => new DateOnly(1900 + random.Next(200), 1 + random.Next(12), 1 + random.Next(28)), Missing);
        Times = Cells<DateTime>(() => DateTime.UnixEpoch.AddTicks(10 * random.NextInt64(-3_000_000_000_000_000, 3_000_000_000_000_000)), Missing);
        Texts = [.. Enumerable.Range(0, rows).Select(_ => Missing() ? null : random.Next(3) == 0 ? "x" + random.Next(1000) : _words[random.Next(_words.Length)])];
        Moneys = Cells<decimal>(() => new decimal(random.Next(-2_000_000, 2_000_000)) / 100, Missing);
        Ids = [.. Enumerable.Range(0, rows).Select(i => (long)i)];
    }

    private WrittenTable(IReadOnlyList<(WrittenTable From, int Row)> rows)
    {
        T[] Taken<T>(Func<WrittenTable, T[]> column) => [.. rows.Select(r => column(r.From)[r.Row])];
        Rows = rows.Count;
        (Flags, Smalls, Bigs, Singles, Numbers) = (Taken(t => t.Flags), Taken(t => t.Smalls), Taken(t => t.Bigs), Taken(t => t.Singles), Taken(t => t.Numbers));
        (Days, Times, Texts, Moneys, Ids) = (Taken(t => t.Days), Taken(t => t.Times), Taken(t => t.Texts), Taken(t => t.Moneys), Taken(t => t.Ids));
    }

    public int Rows { get; }

    public bool?[] Flags { get; }

    public int?[] Smalls { get; }

    public long?[] Bigs { get; }

    public float?[] Singles { get; }

    public double?[] Numbers { get; }

    public DateOnly?[] Days { get; }

    public DateTime?[] Times { get; }

    public string?[] Texts { get; }

    public decimal?[] Moneys { get; }

    public long[] Ids { get; }

    public static WrittenTable Of(int seed, int rows, double nulls = 0.2) => new(seed, rows, nulls);

    /// <summary>A table of rows of others, which keep their ids.</summary>
    public static WrittenTable Of(IReadOnlyList<(WrittenTable From, int Row)> rows) => new(rows);

    /// <summary>The cell as the table should show it; null when it is missing.</summary>
    public object? this[string column, int row] => column switch
    {
        "flag" => Flags[row],
        "small" => Smalls[row],
        "big" => Bigs[row],
        "single" => Singles[row],
        "number" => Numbers[row],
        "day" => Days[row],
        "at" => Times[row],
        "text" => Texts[row],
        "money" => (double?)Moneys[row],
        _ => Ids[row],
    };

    public async Task<byte[]> WriteAsync(int groupRows, CompressionMethod method = CompressionMethod.Snappy, bool dictionary = true)
    {
        using MemoryStream file = new();
        ParquetOptions options = new() { CompressionMethod = method, DictionaryEncodingThreshold = dictionary ? 0.8 : 0 };
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(_schema, file, options))
        {
            for (int from = 0; from < Rows; from += groupRows)
            {
                int count = Math.Min(groupRows, Rows - from);
                using ParquetRowGroupWriter group = writer.CreateRowGroup();
                DataField[] fields = _schema.DataFields;
                await group.WriteAsync<bool>(fields[0], Flags.AsMemory(from, count));
                await group.WriteAsync<int>(fields[1], Smalls.AsMemory(from, count));
                await group.WriteAsync<long>(fields[2], Bigs.AsMemory(from, count));
                await group.WriteAsync<float>(fields[3], Singles.AsMemory(from, count));
                await group.WriteAsync<double>(fields[4], Numbers.AsMemory(from, count));
                await group.WriteAsync<DateOnly>(fields[5], Days.AsMemory(from, count));
                await group.WriteAsync<DateTime>(fields[6], Times.AsMemory(from, count));
                await group.WriteAsync(fields[7], Texts[from..(from + count)]);
                await group.WriteAsync<decimal>(fields[8], Moneys.AsMemory(from, count));
                await group.WriteAsync<long>(fields[9], Ids.AsMemory(from, count));
                group.CompleteValidate();
            }
        }

        return file.ToArray();
    }

    /// <summary>Fails when a cell of the batch is not the cell that was written.</summary>
    public void Check(ColumnBatch batch)
    {
        foreach (BatchColumn column in batch.Columns)
        {
            for (int i = 0; i < batch.RowCount; i++)
            {
                object? expected = this[column.Name, (int)batch.FirstRow + i];
                if (!Equals(expected, column[i]))
                {
                    Assert.Fail($"{column.Name} of row {batch.FirstRow + i} is {column[i]} and should be {expected}.");
                }

                if (column[i] is DateTime time)
                {
                    Assert.Equal(DateTimeKind.Utc, time.Kind);
                }
            }
        }
    }

    private T?[] Cells<T>(Func<T> make, Func<bool> missing)
        where T : struct => [.. Enumerable.Range(0, Rows).Select(_ => missing() ? (T?)null : make())];
}
