using System.Text;

namespace Lifecycle.Data.Tests;

public sealed class CsvFormatTests
{
    private static async Task<TableSummary> ScanAsync(byte[] bytes, CsvOptions? options = null) =>
        await new CsvFormat(options).ScanAsync(new MemoryStream(bytes), "t.csv");

    private static Task<TableSummary> ScanAsync(string text, CsvOptions? options = null) => ScanAsync(Encoding.UTF8.GetBytes(text), options);

    private static async Task<ColumnBatch> ReadAsync(string text, CsvOptions? options = null, int batchRows = 100)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        CsvFormat format = new(options);
        TableSummary table = await ScanAsync(bytes, options);
        List<ColumnBatch> batches = [];
        await foreach (ColumnBatch batch in format.ReadAsync(new MemoryStream(bytes), table, null, batchRows))
        {
            Assert.Equal(table.Schema, batch.Schema);
            batches.Add(batch);
        }

        return ColumnBatch.Concat(batches);
    }

    [Theory]
    [InlineData("x\ntrue\nFALSE\n", ColumnType.Boolean, false)]
    [InlineData("x\nyes\nno\n", ColumnType.String, false)]
    [InlineData("x\n1\n-2\n0\n", ColumnType.Int64, false)]
    [InlineData("x\n\"5\"\n\"2\"\n", ColumnType.Int64, false)]
    [InlineData("x\n9223372036854775807\n", ColumnType.Int64, false)]
    [InlineData("x\n9223372036854775808\n", ColumnType.String, false)]
    [InlineData("x\n1.5\n99999999999999999999\n", ColumnType.String, false)]
    [InlineData("x\n1\n2.5\n", ColumnType.Double, false)]
    [InlineData("x\n1e3\n.5\n-0\n3.\n", ColumnType.Double, false)]
    [InlineData("x\ninf\n-Infinity\n1\n", ColumnType.Double, false)]
    [InlineData("x\n1e999\n", ColumnType.String, false)]
    [InlineData("x\n+5\n", ColumnType.String, false)]
    [InlineData("x\n 5\n", ColumnType.String, false)]
    [InlineData("x\n1,5\n", ColumnType.String, false)]
    [InlineData("x\n00.5\n", ColumnType.String, false)]
    [InlineData("x\n-012\n", ColumnType.String, false)]
    [InlineData("x\n2024-02-29\n", ColumnType.Date, false)]
    [InlineData("x\n2023-02-29\n", ColumnType.String, false)]
    [InlineData("x\n0000-01-01\n", ColumnType.String, false)]
    [InlineData("x\n2024-01-01\n2024-01-01T10:00:00Z\n", ColumnType.DateTime, false)]
    [InlineData("x\n2024-01-01 10:00\n", ColumnType.DateTime, false)]
    [InlineData("x\n2024-01-01T10:00:00.1234567+02:00\n", ColumnType.DateTime, false)]
    [InlineData("x\n2024-01-01T25:00\n", ColumnType.String, false)]
    [InlineData("x\n1\nNA\n", ColumnType.Int64, true)]
    [InlineData("x\n1\nNaN\n", ColumnType.Int64, true)]
    [InlineData("x\n1.5\nNaN\n", ColumnType.Double, false)]
    [InlineData("x\n1.5\nNULL\n", ColumnType.Double, true)]
    [InlineData("x\nNaN\n", ColumnType.Double, false)]
    [InlineData("x\nNA\n", ColumnType.String, false)]
    [InlineData("x\na\nNA\n", ColumnType.String, false)]
    [InlineData("x,y\na,\nb,\n", ColumnType.String, false)]
    [InlineData("x\n\"\"\na\n", ColumnType.String, false)]
    [InlineData("x\n\"\"\n1\n", ColumnType.Int64, true)]
    [InlineData("x\ntrue\n1\n", ColumnType.String, false)]
    public async Task Types(string text, ColumnType type, bool nullable)
    {
        TableSummary table = await ScanAsync(text, text.StartsWith("x\n1,5", StringComparison.Ordinal) ? new CsvOptions { Delimiter = ';' } : null);
        Assert.Equal((type, nullable), (table.Schema[0].Type, table.Schema[0].Nullable));
        Assert.Empty(table.Problems);
    }

    [Fact]
    public async Task ZipCodes_StayText()
    {
        ColumnBatch rows = await ReadAsync("zip,n\n02134,1\n10001,2\n");
        Assert.Equal(["02134", "10001"], rows.Column<string>("zip").Values.ToArray());
    }

    [Fact]
    public async Task Namibia_IsNotNull()
    {
        ColumnBatch rows = await ReadAsync("country,n\nDE,1\nNA,NA\nZA,3\n");
        Assert.Equal(["DE", "NA", "ZA"], rows.Column<string>("country").Values.ToArray());
        Assert.False(rows["country"].IsNull(1));
        Assert.True(rows["n"].IsNull(1));
    }

    [Fact]
    public async Task Nulls_Empties_AndNaN_AreKeptApart()
    {
        ColumnBatch rows = await ReadAsync("t,d\n,1.5\n\"\",NaN\na,\n", batchRows: 1);
        Assert.Equal([null, "", "a"], Enumerable.Range(0, 3).Select(rows["t"].Text));
        Assert.Equal(["1.5", "NaN", null], Enumerable.Range(0, 3).Select(rows["d"].Text));
    }

    [Fact]
    public async Task OwnNulls_HoldInEveryColumn()
    {
        ColumnBatch rows = await ReadAsync("t,n\n-,1\nNA,-\n", new CsvOptions { Nulls = ["-"] });
        Assert.Equal([null, "NA"], Enumerable.Range(0, 2).Select(rows["t"].Text));
        Assert.Equal(["1", null], Enumerable.Range(0, 2).Select(rows["n"].Text));
    }

    [Fact]
    public async Task Values_AreWhatTheTextSays()
    {
        ColumnBatch rows = await ReadAsync("b,i,d,day,at,s\nTRUE,-7,0.1,2024-02-29,2024-01-01T10:00:00.5+02:00,é\n");
        Assert.True(rows.Column<bool>("b").Values.Span[0]);
        Assert.Equal(-7, rows.Column<long>("i").Values.Span[0]);
        Assert.Equal(0.1, rows.Column<double>("d").Values.Span[0]);
        Assert.Equal(new DateOnly(2024, 2, 29), rows.Column<DateOnly>("day").Values.Span[0]);
        Assert.Equal(new DateTime(2024, 1, 1, 8, 0, 0, 500, DateTimeKind.Utc), rows.Column<DateTime>("at").Values.Span[0]);
        Assert.Equal("é", rows.Column<string>("s").Values.Span[0]);
    }

    [Theory]
    [InlineData("a;b\n1,5;2\n3,5;4\n", ';')]
    [InlineData("a\tb\n1\t2\n", '\t')]
    [InlineData("a|b\n1|2\n", '|')]
    [InlineData("\"x,y,z\"|b\n1|2\n", '|')]
    [InlineData("a\n1\n", ',')]
    public async Task Delimiter_IsFound(string text, char delimiter) => Assert.Equal(delimiter, (await ScanAsync(text)).Csv!.Delimiter);

    [Fact]
    public async Task ByteOrderMark_IsSkipped()
    {
        TableSummary table = await ScanAsync([0xEF, 0xBB, 0xBF, .. "name,n\nx,1\n"u8]);
        Assert.Equal("name", table.Schema[0].Name);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Utf16_IsRefusedWithAdvice(bool bigEndian)
    {
        UnicodeEncoding encoding = new(bigEndian, byteOrderMark: true);
        TableSummary table = await ScanAsync([.. encoding.GetPreamble(), .. encoding.GetBytes("a,b\n1,2\n")]);
        Assert.Contains("save it as UTF-8", table.FirstError!.Message, StringComparison.Ordinal);
        Assert.Empty(table.Schema);
    }

    [Fact]
    public async Task Nul_IsAProblemWithItsPlace()
    {
        TableSummary table = await ScanAsync("a,b\n1,2\n3,\0\n");
        Assert.Equal((TableProblemKind.Encoding, 3L, 10L), (table.FirstError!.Kind, table.FirstError.Row, table.FirstError.Offset));
    }

    [Fact]
    public async Task RaggedRow_NamesRowByteAndCounts()
    {
        TableSummary table = await ScanAsync("a,b\n1,2\n1,2,3\n4\n");
        TableProblem problem = table.FirstError!;
        Assert.Equal((TableProblemKind.RaggedRow, 3L, 8L, 2, 3), (problem.Kind, problem.Row, problem.Offset, problem.ExpectedFields, problem.FoundFields));
        Assert.Equal(2, table.Problems.Count);
        Assert.Equal(3, table.Rows);
        TableFormatException e = await Assert.ThrowsAsync<TableFormatException>(() => ReadAsync("a,b\n1,2\n1,2,3\n4\n"));
        Assert.Equal((3L, 8L, 2, 3), (e.Row, e.Offset, e.ExpectedFields, e.FoundFields));
    }

    [Fact]
    public async Task OpenQuote_IsAProblem()
    {
        TableSummary table = await ScanAsync("a,b\n1,\"2\n3,4\n");
        Assert.Equal((TableProblemKind.OpenQuote, 2L, 4L), (table.FirstError!.Kind, table.FirstError.Row, table.FirstError.Offset));
    }

    [Fact]
    public async Task QuotedNewlines_CountAsOneRow()
    {
        ColumnBatch rows = await ReadAsync("a,b\n\"x\ny\",1\nz,2\n");
        Assert.Equal(2, rows.RowCount);
        Assert.Equal("x\ny", rows["a"].Text(0));
    }

    [Fact]
    public async Task EmptyLines_AreSkipped_ButAreNullsInOneColumn()
    {
        Assert.Equal(2, (await ReadAsync("a,b\n\n1,2\n\n3,4\n\n")).RowCount);
        Assert.Equal(["1", null, "2"], Enumerable.Range(0, 3).Select((await ReadAsync("a\n1\n\n2\n"))["a"].Text));
    }

    [Fact]
    public async Task HeaderNames_AreMadeUnique_AndRowsAreRead()
    {
        TableSummary table = await ScanAsync(",a,a,a_2\n1,2,3,4\n");
        Assert.Equal(["c1", "a", "a_2", "a_2_2"], table.Schema.Select(c => c.Name));
        Assert.All(table.Problems, p => Assert.Equal(TableProblemKind.HeaderName, p.Kind));
        Assert.Null(table.FirstError);
        Assert.Equal("3", (await ReadAsync(",a,a,a_2\n1,2,3,4\n"))["a_2"].Text(0));
    }

    [Fact]
    public async Task WithoutHeader_ColumnsAreNumbered()
    {
        ColumnBatch rows = await ReadAsync("1,x\n2,y\n", new CsvOptions { HasHeader = false });
        Assert.Equal(["c1", "c2"], rows.Schema.Select(c => c.Name));
        Assert.Equal(2, rows.RowCount);
    }

    [Fact]
    public async Task EmptyFile_IsAProblem() => Assert.Equal(TableProblemKind.Empty, (await ScanAsync("")).FirstError!.Kind);

    [Fact]
    public async Task InvalidUtf8_IsFoundWhereverBuffersEnd()
    {
        byte[] good = Encoding.UTF8.GetBytes("a,b\nß€😀,1\n");
        foreach (int position in Enumerable.Range(4, 9))
        {
            byte[] bad = [.. good];
            bad[position] = 0xFF;
            for (int cut = 0; cut <= bad.Length; cut++)
            {
                List<TableProblem> problems = [];
                CsvBlocks feed = new(new CsvOptions { Delimiter = ',' }, 1 << 20, b => problems.AddRange(b.BadBytes), problems.Add);
                byte[] padding = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("x,y\n", CsvDelimiter.SampleBytes / 4)));
                feed.Write(padding);
                feed.Write(bad.AsSpan(0, cut));
                feed.Write(bad.AsSpan(cut));
                feed.Complete();
                Assert.Contains(problems, p => p.Kind == TableProblemKind.Encoding && p.Offset <= padding.Length + position && p.Offset > padding.Length + position - 4);
            }
        }
    }

    [Fact]
    public void GoodUtf8_CutAnywhere_IsNoProblem()
    {
        byte[] good = Encoding.UTF8.GetBytes("ß€😀é,1\n");
        byte[] padding = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("x,y\n", CsvDelimiter.SampleBytes / 4)));
        for (int first = 0; first <= good.Length; first++)
        {
            for (int second = first; second <= good.Length; second++)
            {
                CsvBlocks feed = new(new CsvOptions(), 1 << 20, b => Assert.Empty(b.BadBytes), p => Assert.Fail($"{first} {second}: {p}"));
                feed.Write(padding);
                feed.Write(good.AsSpan(0, first));
                feed.Write(good.AsSpan(first, second - first));
                feed.Write(good.AsSpan(second));
                feed.Complete();
            }
        }
    }

    [Fact]
    public void Delimiter_MustBeOneAsciiCharacter() => Assert.Throws<ArgumentException>(() => new CsvFormat(new CsvOptions { Delimiter = '"' }));

    [Fact]
    public async Task ColumnsAndBatchSize_AreKept()
    {
        byte[] bytes = Encoding.UTF8.GetBytes("a,b,c\n" + string.Concat(Enumerable.Range(0, 1000).Select(i => $"{i},{i * 2},x{i}\n")));
        CsvFormat format = new();
        TableSummary table = await ScanAsync(bytes);
        List<ColumnBatch> batches = [];
        await foreach (ColumnBatch batch in format.ReadAsync(new MemoryStream(bytes), table, ["c", "a"], 300))
        {
            batches.Add(batch);
        }

        Assert.Equal([300, 300, 300, 100], batches.Select(b => b.RowCount));
        Assert.Equal([0L, 300, 600, 900], batches.Select(b => b.FirstRow));
        Assert.Equal(["c", "a"], batches[0].Schema.Select(c => c.Name));
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => (long)i), ColumnBatch.Concat(batches).Column<long>("a").Values.ToArray());
        await Assert.ThrowsAsync<UnknownColumnException>(async () => await format.ReadAsync(new MemoryStream(bytes), table, ["d"], 300).GetAsyncEnumerator().MoveNextAsync());
    }
}
