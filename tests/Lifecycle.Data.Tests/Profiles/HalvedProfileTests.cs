using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Lifecycle.Data.Tests;

/// <summary>A table whose columns are too many to be read together is profiled in parts; nothing of it may show.</summary>
public sealed class HalvedProfileTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task HalvedAndWhole_HaveTheSameBytes(int most)
    {
        Random random = new(7);
        StringBuilder text = new("a,b,c,d,e\n");
        for (int row = 0; row < 40_000; row++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{row},{random.NextDouble()},{random.NextDouble()},{random.Next()},{row % 7}\n");
        }

        using MemoryStream content = new(Encoding.UTF8.GetBytes(text.ToString()));
        TableSummary table = await new CsvFormat().ScanAsync(content, "t.csv");
        content.Position = 0;
        byte[] whole = ProfileJson.Write([await new NarrowFormat(5).ProfileAsync(content, table)]);
        content.Position = 0;
        Assert.Equal(whole, ProfileJson.Write([await new NarrowFormat(most).ProfileAsync(content, table)]));
    }

    private sealed class NarrowFormat(int most) : TableFormat
    {
        private readonly CsvFormat _csv = new();

        public override string Name => "narrow";

        public override bool Recognizes(string path) => true;

        public override TableScan BeginScan(string path, ProfileDepth depth = ProfileDepth.None) => _csv.BeginScan(path, depth);

        public override async IAsyncEnumerable<ColumnBatch> ReadAsync(
            Stream content, TableSummary table, IReadOnlyList<string>? columns, int batchRows, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            if ((columns ?? [.. table.Schema.Select(c => c.Name)]).Count > most)
            {
                throw new TableFormatException(table.Path, [new TableProblem(TableProblemKind.TooLarge, 0, 0, "too many columns")]);
            }

            await foreach (ColumnBatch batch in _csv.ReadAsync(content, table, columns, batchRows, cancellationToken))
            {
                yield return batch;
            }
        }
    }
}
