using System.Runtime.CompilerServices;
using System.Text;

namespace Lifecycle.Data.Tests;

public sealed class CsvBoundsTests
{
    [Theory]
    [InlineData('\t', "t.tsv")]
    [InlineData(';', "t.csv")]
    public async Task AHeaderBeyondTheSample_StillTellsTheDelimiter(char delimiter, string path)
    {
        string[] names = [.. Enumerable.Range(0, 4000).Select(i => $"a_long_name_of_column_{i}")];
        string text = string.Join(delimiter, names) + "\n" + string.Join(delimiter, names.Select((_, i) => $"{i},5")) + "\n";
        Assert.True(text.IndexOf('\n', StringComparison.Ordinal) > CsvDelimiter.SampleBytes);
        TableSummary table = await new CsvFormat().ScanAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), path);
        Assert.Equal((4000, 1L), (table.Schema.Count, table.Rows));
    }

    [Theory]
    [InlineData("4,x,y\n")]
    [InlineData("4,\"x\n")]
    [InlineData("x,y\n")]
    public async Task RowsBeforeABadOne_AreHandedOut(string bad)
    {
        CsvFormat format = new();
        TableSummary table = await format.ScanAsync(new MemoryStream("a,b\n1,2\n2,3\n3,4\n"u8.ToArray()), "t.csv");
        MemoryStream content = new(Encoding.UTF8.GetBytes("a,b\n1,2\n2,3\n3,4\n" + bad + "5,6\n"));
        List<long> rows = [];
        await Assert.ThrowsAsync<TableFormatException>(async () =>
        {
            await foreach (ColumnBatch batch in format.ReadAsync(content, table, null, 8192))
            {
                rows.AddRange(batch.Column<long>("a").Values.ToArray());
            }
        });
        Assert.Equal([1, 2, 3], rows);
    }

    [Fact]
    public void AProfileOfLongTexts_KeepsTheirBeginnings()
    {
        BatchTally tally = new(0, new TableColumn("t", ColumnType.String, false));
        List<WeakReference> texts = AddLong(tally);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        // the last one is remembered whole, because the next is often the same
        Assert.InRange(texts.Count(t => t.IsAlive), 0, 1);
        Assert.Equal(20, tally.Complete().Top.Count);
    }

    [Fact]
    public void TheTallyOfAColumn_LendsItsRoom()
    {
        TableColumn column = new("t", ColumnType.Double, false);
        _ = new BatchTally(0, column);
        long before = GC.GetAllocatedBytesForCurrentThread();
        _ = new BatchTally(1, column);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 65_535);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<WeakReference> AddLong(BatchTally tally)
    {
        List<WeakReference> references = [];
        for (int i = 0; i < 20; i++)
        {
            string text = new((char)('a' + i), 100_000);
            references.Add(new WeakReference(text));
            tally.Add(BatchColumn.Of<string>("t", new[] { text, text }));
        }

        return references;
    }
}
