using Lifecycle.Storage.Local;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.Data.Parquet.Tests;

public sealed class DatasetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lifecycle-data-parquet-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task ACommittedFile_IsATableOfTheVersion_AndReadAllAsyncGivesItsRows()
    {
        WrittenTable table = WrittenTable.Of(seed: 21, rows: 700);
        string path = Path.Combine(_folder, "loans.parquet");
        await File.WriteAllBytesAsync(path, await table.WriteAsync(250));
        await using ServiceProvider provider = Provider();
        DatasetVersion version = await provider.GetRequiredService<DatasetCatalog>().CommitAsync("loans", path);
        Assert.Equal(700, version.Rows);
        Assert.Equal(WrittenTable.Names, version.Schema!.Select(c => c.Name));
        Assert.Equal("parquet", Assert.Single(version.Tables).Format);
        Assert.Equal(TableProblemKind.ConvertedColumn, Assert.Single(version.Tables[0].Problems).Kind);

        ColumnBatch all = await version.ReadAllAsync();
        Assert.Equal(700, all.RowCount);
        table.Check(all);
        ColumnBatch two = await version.ReadAllAsync(columns: ["id", "text"]);
        Assert.Equal(["id", "text"], two.Columns.Select(c => c.Name));
        table.Check(two);

        DatasetVersion later = await provider.GetRequiredService<DatasetCatalog>().GetAsync("loans");
        table.Check(await later.ReadAllAsync());
    }

    [Fact]
    public async Task ASplit_TakesEveryRowOnce()
    {
        WrittenTable table = WrittenTable.Of(seed: 22, rows: 400);
        string path = Path.Combine(_folder, "loans.pq");
        await File.WriteAllBytesAsync(path, await table.WriteAsync(150));
        await using ServiceProvider provider = Provider();
        DatasetVersion version = await provider.GetRequiredService<DatasetCatalog>().CommitAsync("loans", path);
        DatasetSplit split = await version.SplitAsync(s => s.By("id").Into(("train", 0.7), ("test", 0.3)));
        ColumnBatch train = await split["train"].ReadAllAsync();
        ColumnBatch test = await split["test"].ReadAllAsync();
        Assert.Equal(table.Ids, train.Column<long>("id").Values.ToArray().Concat(test.Column<long>("id").Values.ToArray()).Order());
    }

    [Fact]
    public async Task ABrokenFile_IsRefused_OrKeptWithItsProblem()
    {
        byte[] file = await WrittenTable.Of(seed: 23, rows: 30).WriteAsync(30);
        string path = Path.Combine(_folder, "cut.parquet");
        await File.WriteAllBytesAsync(path, file[..^20]);
        await using ServiceProvider provider = Provider();
        DatasetCatalog datasets = provider.GetRequiredService<DatasetCatalog>();
        TableFormatException refused = await Assert.ThrowsAsync<TableFormatException>(async () => await datasets.CommitAsync("cut", path));
        Assert.Contains("cut.parquet", refused.Message, StringComparison.Ordinal);
        Assert.Contains("PAR1", refused.Message, StringComparison.Ordinal);

        DatasetVersion kept = await datasets.CommitAsync("cut", path, configure: o => o.AllowProblems = true);
        Assert.Equal(TableProblemKind.Damaged, kept.Tables[0].FirstError!.Kind);
        await Assert.ThrowsAsync<TableFormatException>(async () => await kept.ReadAllAsync());
    }

    [Fact]
    public async Task AFileWithoutRows_HasItsColumns()
    {
        string path = Path.Combine(_folder, "none.parquet");
        await File.WriteAllBytesAsync(path, await WrittenTable.Of(seed: 24, rows: 0).WriteAsync(10));
        await using ServiceProvider provider = Provider();
        DatasetVersion version = await provider.GetRequiredService<DatasetCatalog>().CommitAsync("none", path);
        Assert.Equal(0, version.Rows);
        Assert.Equal(WrittenTable.Names, (await version.ReadAllAsync()).Columns.Select(c => c.Name));
    }

    private ServiceProvider Provider()
    {
        ServiceCollection services = new();
        services.AddModelLifecycleCore().UseLocalStorage(Path.Combine(_folder, "store")).AddParquet().AddDatasets().AddParquet();
        ServiceProvider provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
        Assert.Single(provider.GetRequiredService<Microsoft.Extensions.Options.IOptions<DatasetOptions>>().Value.Formats, f => f is ParquetFormat);
        return provider;
    }
}
