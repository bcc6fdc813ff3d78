using System.Text;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.Data.Tests;

public sealed class RegistrationTests
{
    [Fact]
    public async Task AddDatasets_GivesACatalogThatWorks_AndTwiceIsOnce()
    {
        string folder = Directory.CreateTempSubdirectory("lifecycle-data-").FullName;
        try
        {
            ServiceCollection services = new();
            services.AddModelLifecycleCore().UseLocalStorage(Path.Combine(folder, "lifecycle")).AddDatasets(d => d.Formats.Add(new Lines())).AddDatasets();
            await using (ServiceProvider provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true }))
            {
                DatasetCatalog datasets = provider.GetRequiredService<DatasetCatalog>();
                DatasetVersion v = await datasets.CommitAsync("m", Samples.Hmda);
                Assert.Equal(2380, v.Rows);
                Assert.Same(datasets.Lineage, provider.GetRequiredService<DatasetLineage>());
                Assert.Equal("datasets", Assert.Single(provider.GetServices<IBlobReferenceSource>()).Name);

                string lines = Path.Combine(folder, "t.lines");
                await File.WriteAllTextAsync(lines, "a\nb\n");
                DatasetVersion own = await datasets.CommitAsync("own", lines);
                Assert.Equal(2, own.Rows);
                Assert.Equal("b", (await own.ReadAllAsync())["line"].Text(1));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A format of a user: every line is a row.</summary>
    private sealed class Lines : TableFormat
    {
        public override string Name => "lines";

        public override bool Recognizes(string path) => path.EndsWith(".lines", StringComparison.Ordinal);

        public override TableScan BeginScan(string path, ProfileDepth depth = ProfileDepth.None) => new Counting(path);

        public override async IAsyncEnumerable<ColumnBatch> ReadAsync(
            Stream content, TableSummary table, IReadOnlyList<string>? columns, int batchRows,
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            string[] lines = (await new StreamReader(content, Encoding.UTF8).ReadToEndAsync(cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            yield return new ColumnBatch([new BatchColumn<string>(table.Schema[0], lines)]);
        }

        private sealed class Counting(string path) : TableScan
        {
            private long _rows;

            public override void Write(ReadOnlySpan<byte> bytes) => _rows += bytes.Count((byte)'\n');

            public override TableSummary Complete() => new(path, "lines", _rows, new TableSchema(new TableColumn("line", ColumnType.String)), null, []);
        }
    }
}
