using System.Globalization;
using FsCheck;
using FsCheck.Xunit;
using Lifecycle.Storage.Local;
using Parquet;
using Parquet.Schema;

namespace Lifecycle.Data.Parquet.Tests;

public sealed class ProfileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lifecycle-data-parquet-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Property(MaxTest = 40)]
    public void Footer_AndFull_EqualNaive(int seed, PositiveInt rows, PositiveInt groupRows, byte nulls)
    {
        WrittenTable table = WrittenTable.Of(seed, rows.Get * 7, nulls / 255.0);
        byte[] file = table.WriteAsync(groupRows.Get * 5).GetAwaiter().GetResult();
        foreach (ProfileDepth depth in new[] { ProfileDepth.Passing, ProfileDepth.Full })
        {
            DatasetProfile profile = Profile(file, depth);
            Assert.Equal((table.Rows, depth == ProfileDepth.Full), ((int)profile.Rows, profile.IsFull));
            foreach (ColumnProfile column in profile.Columns)
            {
                object[] cells = [.. Enumerable.Range(0, table.Rows).Select(i => table[column.Name, i]).OfType<object>()];
                Assert.Equal((cells.Length, table.Rows - cells.Length), ((int)column.Count, (int)column.Nulls!));
                CheckBounds(column, cells);
                if (depth == ProfileDepth.Full)
                {
                    CheckCounts(column, cells);
                }
            }
        }
    }

    [Fact]
    public async Task Commit_KeepsTheFooter_AndProfileAsyncMakesTheRestOnce()
    {
        WrittenTable table = WrittenTable.Of(seed: 31, rows: 3000);
        string path = Path.Combine(_folder, "loans.parquet");
        await File.WriteAllBytesAsync(path, await table.WriteAsync(700));
        await using LocalWorkspace local = LocalWorkspace.Open(Path.Combine(_folder, "store"));
        DatasetOptions options = new();
        options.Formats.Add(new ParquetFormat());
        await using DatasetCatalog datasets = new(local.Database, local.Blobs, local.Objects, local.Audit, local.Events, options: options);
        DatasetVersion v = await datasets.CommitAsync("loans", path);
        DatasetProfile footer = await v.ProfileAsync(depth: ProfileDepth.Passing);
        Assert.False(footer.IsFull);
        Assert.Equal((0d, 2999d, null), (footer["id"].Minimum, footer["id"].Maximum, footer["id"].Distinct));
        Assert.Throws<DatasetException>(() => footer["id"].Quantile(.5));
        DatasetProfile full = await v.ProfileAsync();
        Assert.True(full.IsFull);
        Assert.InRange(full["id"].Quantile(.5), 1480, 1520);
        int blobs = await local.Blobs.ListAsync().CountAsync();
        Assert.Equal(full["id"].Distinct, (await (await datasets.GetAsync("loans")).ProfileAsync())["id"].Distinct);
        Assert.Equal(blobs, await local.Blobs.ListAsync().CountAsync());
        Assert.True((await datasets.VerifyAsync(v)).IsSound);

        await using DatasetCatalog thorough = new(
            local.Database, local.Blobs, local.Objects, local.Audit, local.Events, options: new DatasetOptions { Profile = ProfileDepth.Full, Formats = { new ParquetFormat() } });
        Assert.True((await (await thorough.CommitAsync("again", path)).ProfileAsync(depth: ProfileDepth.Passing)).IsFull);
    }

    [Fact]
    public async Task Bytes_AreReadAsTheirNumber()
    {
        ParquetSchema schema = new(new DataField<byte[]>("raw"), new DataField<int>("id"));
        using MemoryStream file = new();
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(schema, file))
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await group.WriteAsync(schema.DataFields[0], new byte[]?[] { [1, 2, 3], null, [], [9] });
            await group.WriteAsync<int>(schema.DataFields[1], new int[] { 1, 2, 3, 4 });
            group.CompleteValidate();
        }

        TableSummary table = Reading.Scan(file.ToArray());
        Assert.Equal("raw Int32?, id Int32", table.Schema.ToString());
        Assert.Equal(TableProblemKind.ConvertedColumn, Assert.Single(table.Problems).Kind);
        ColumnBatch rows = Assert.Single(await Reading.ReadAsync(file.ToArray()));
        Assert.Equal(["3", null, "0", "1"], Enumerable.Range(0, 4).Select(rows["raw"].Text));
        ColumnProfile raw = Profile(file.ToArray(), ProfileDepth.Full)["raw"];
        Assert.Equal((3L, 1L, 0d, 3d), (raw.Count, raw.Nulls, raw.Minimum, raw.Maximum));
    }

    private static DatasetProfile Profile(byte[] file, ProfileDepth depth)
    {
        TableScan scan = Reading.Format.BeginScan("t.parquet", depth);
        scan.Write(file);
        scan.Complete();
        return scan.ProfileAsync(() => new MemoryStream(file)).AsTask().GetAwaiter().GetResult()!;
    }

    private static void CheckBounds(ColumnProfile column, object[] cells)
    {
        switch (column.Type)
        {
            case ColumnType.Int32 or ColumnType.Int64 or ColumnType.Single or ColumnType.Double:
                // money and single are decoded or read from the footer; NaN and infinities have no part in it
                object[] finite = [.. cells.Where(c => double.IsFinite(Convert.ToDouble(c, CultureInfo.InvariantCulture)))];
                string? Tell(object? value) => value is null ? null : value is int or long
                    ? Convert.ToString(value, CultureInfo.InvariantCulture)
                    : (Convert.ToDouble(value, CultureInfo.InvariantCulture) + 0.0).ToString("R", CultureInfo.InvariantCulture);
                Assert.Equal((Tell(finite.Min()), Tell(finite.Max())), (column.MinimumText, column.MaximumText));
                break;
            case ColumnType.Date or ColumnType.DateTime:
                string format = column.Type == ColumnType.Date ? "yyyy-MM-dd" : "O";
                Assert.Equal(
                    ((cells.Min() as IFormattable)?.ToString(format, CultureInfo.InvariantCulture), (cells.Max() as IFormattable)?.ToString(format, CultureInfo.InvariantCulture)),
                    (column.MinimumText, column.MaximumText));
                break;
            default:
                Assert.Null(column.MinimumText);
                break;
        }
    }

    private static void CheckCounts(ColumnProfile column, object[] cells)
    {
        object[] keys = [.. cells.Select(c => c is double d ? d + 0.0 : c is float f ? (double)f + 0.0 : c)];
        Assert.Equal((keys.Distinct().Count(), true), ((int)column.Distinct!, column.DistinctIsExact));
        Assert.Equal(keys.CountBy(k => k).Select(k => (long)k.Value).OrderDescending().Take(64), column.Top.Select(t => t.Count));
        if (column.Type == ColumnType.String && cells.Length > 0)
        {
            int[] lengths = [.. cells.Cast<string>().Select(t => t.EnumerateRunes().Count())];
            Assert.Equal((lengths.Min(), lengths.Max()), ((int)column.Lengths!.Minimum, (int)column.Lengths.Maximum));
            Assert.Equal(cells.Cast<string>().Count(t => t is "NA"), column.SuspectedNulls);
        }

        if (column.Type is ColumnType.Single or ColumnType.Double)
        {
            Assert.Equal(keys.Cast<double>().Count(double.IsNaN), column.NotNumbers);
            Assert.Equal(keys.Cast<double>().Count(double.IsNegativeInfinity), column.NegativeInfinite);
        }
    }
}
