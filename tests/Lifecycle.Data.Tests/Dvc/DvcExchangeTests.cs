using Lifecycle.Storage.Local;

namespace Lifecycle.Data.Tests;

public sealed class DvcExchangeTests
{
    [Theory]
    [InlineData("data.dvc", "data", 9, 21)]
    [InlineData("data", "data", 9, 21)]
    [InlineData("e.sh.dvc", "e.sh", 1, 10)]
    [InlineData("old.dvc", "old", 2, 13)]
    [InlineData("od", "od", 1, 1)]
    public async Task Import_MakesAVersion_OfTheVeryBytes(string path, string output, int count, int bytes)
    {
        using DvcSandbox sandbox = DvcSandbox.Recorded();
        await using TestWorkspace w = new();
        DvcRepository dvc = await sandbox.OpenAsync();
        SortedDictionary<string, string> before = sandbox.Snapshot();
        DateTime untouched = Directory.GetLastWriteTimeUtc(sandbox.Root);
        DatasetVersion version = await w.Datasets.ImportAsync("d", dvc, path, "from the old place");
        Assert.Equal(untouched, Directory.GetLastWriteTimeUtc(sandbox.Root));
        Assert.Equal(before, sandbox.Snapshot());
        Assert.Equal((count, bytes), (version.Files, version.Bytes));
        foreach (DatasetFile file in await version.ListFilesAsync())
        {
            await using Stream content = await version.OpenAsync(file.Path);
            byte[] read = new byte[file.Length];
            await content.ReadExactlyAsync(read);
            Assert.Equal(File.ReadAllBytes(sandbox[Directory.Exists(sandbox[output]) ? output + "/" + file.Path : output]), read);
            Assert.Equal(output == "e.sh", file.IsExecutable);
        }

        AuditEntry entry = (await w.AuditAsync())[^1];
        Assert.Equal("dataset.imported", entry.Action);
        Assert.True((await w.Datasets.VerifyAsync(version)).IsSound);
        Assert.Equal(version.Id, (await w.Datasets.ImportAsync("d", dvc, path)).Id);
        Assert.Equal(count == 2 ? 0 : (await version.ListFilesAsync()).Select(f => f.Digest).Distinct().Count(), await CountAsync(w, "md5"));
        Assert.Equal(count == 2 ? 2 : 0, await CountAsync(w, "md5_dos2unix"));
    }

    [Fact]
    public async Task Export_MakesTheBytesOfDvc_AndSaysWhatIsLost()
    {
        using DvcSandbox sandbox = DvcSandbox.Recorded();
        await using TestWorkspace w = new();
        DatasetVersion version = await w.Datasets.CommitAsync("d", sandbox["data"]);
        DvcRepository dvc = await sandbox.OpenAsync();
        SortedDictionary<string, string> before = sandbox.Snapshot();
        DvcExport export = await version.ExportAsync(dvc, "copy/data");
        Assert.Equal(["run.sh"], export.LostExecutable);
        Assert.Equal("f9e9b48d157b253a5d8394eaf38a5404.dir", export.Output.Oid);
        Assert.Equal(0, export.NewObjects);
        SortedDictionary<string, string> after = sandbox.Snapshot();
        Assert.Equal(["copy/.gitignore", "copy/data.dvc"], after.Keys.Except(before.Keys));
        Assert.Equal(sandbox.Read("data.dvc"), sandbox.Read("copy/data.dvc"));
        Assert.Equal("/data\n", sandbox.Read("copy/.gitignore"));
        Assert.Equal("dataset.exported", (await w.AuditAsync())[^1].Action);
        Assert.Equal(DvcState.Missing, (await dvc.StatusAsync("copy/data")).Outputs.Single().State);
        await dvc.CheckoutAsync("copy/data");
        Assert.Equal(sandbox.Snapshot("data"), sandbox.Snapshot("copy/data"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Export_ReplacesADamagedObject(bool isKnown)
    {
        using DvcSandbox sandbox = DvcSandbox.Recorded();
        await using TestWorkspace w = new();
        DvcRepository dvc = await sandbox.OpenAsync();
        DatasetVersion version = isKnown ? await w.Datasets.ImportAsync("d", dvc, "data") : await w.Datasets.CommitAsync("d", sandbox["data"]);
        DvcSandbox.Flip(sandbox.Object(NaiveDvc.Md5(File.ReadAllBytes(sandbox["data/run.sh"]))));
        Assert.Equal(1, (await version.ExportAsync(dvc, "copy/data")).NewObjects);
        Assert.Empty((await dvc.VerifyAsync()).Damaged);
    }

    [Fact]
    public async Task Export_IntoAnEmptyRepository_HashesOnlyWhatIsNotKnown()
    {
        using DvcSandbox recorded = DvcSandbox.Recorded();
        using DvcSandbox empty = DvcSandbox.Empty();
        await using TestWorkspace w = new();
        DatasetVersion version = await w.Datasets.ImportAsync("d", await recorded.OpenAsync(), "data");
        long known = await CountAsync(w, "md5");
        DvcRepository dvc = await empty.OpenAsync();
        DvcExport export = await version.ExportAsync(dvc, "data");
        Assert.Equal(known, export.NewObjects);
        Assert.Equal(recorded.Read("data.dvc"), empty.Read("data.dvc"));
        SortedDictionary<string, string> objects = recorded.Snapshot(".dvc/cache/files");
        foreach ((string name, string bytes) in empty.Snapshot(".dvc/cache/files"))
        {
            Assert.Equal(objects[name], bytes);
        }

        DatasetVersion one = await w.Datasets.CommitAsync("one", w.Write("big.bin", new string('x', 600_000)));
        export = await one.ExportAsync(dvc, "raw/big.bin");
        Assert.False(export.Output.IsFolder);
        Assert.Equal(known + 1, await CountAsync(w, "md5"));
        Assert.True((await dvc.VerifyAsync()).IsSound);
        await dvc.CheckoutAsync();
        Assert.True((await dvc.StatusAsync()).IsClean);
        Assert.Equal(0, (await one.ExportAsync(dvc, "raw/big.bin")).NewObjects);
        await Assert.ThrowsAsync<SourceRefusedException>(async () => await one.ExportAsync(dvc, "data/in"));
        await Assert.ThrowsAsync<SourceRefusedException>(async () => await one.ExportAsync(dvc, ".dvc/x"));
    }

    [Fact]
    public async Task Import_MissingOrDamagedObjects_StoreNothing()
    {
        using DvcSandbox sandbox = DvcSandbox.Recorded();
        sandbox.Write(".dvc/config", "[core]\n remote = far\n['remote \"far\"']\n url = s3://bucket/x\n");
        await using TestWorkspace w = new();
        DvcRepository dvc = await sandbox.OpenAsync();
        DvcSandbox.Flip(sandbox.Object("8277e0910d750195b448797616e091ad"));
        Assert.Single((await Assert.ThrowsAsync<DvcObjectCorruptedException>(async () => await w.Datasets.ImportAsync("d", dvc, "data"))).Objects);
        File.Delete(sandbox.Object("8277e0910d750195b448797616e091ad"));
        File.Delete(sandbox.Object("0cc175b9c0f1b6a831c399e269772661"));
        DvcObjectMissingException error = await Assert.ThrowsAsync<DvcObjectMissingException>(async () => await w.Datasets.ImportAsync("d", dvc, "data"));
        Assert.Equal(2, error.Objects.Count);
        Assert.Contains("8277e0910d750195b448797616e091ad of data/del\u007f.txt", error.Message, StringComparison.Ordinal);
        Assert.Contains("'far'", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, await w.BlobsAsync());
        Assert.Null(await w.Datasets.LatestAsync("d"));
        await Assert.ThrowsAsync<DatasetException>(async () => await w.Datasets.ImportAsync("d", dvc, "m.json"));
        await Assert.ThrowsAsync<DatasetException>(async () => await w.Datasets.ImportAsync("d", dvc, "nowhere"));
        await Assert.ThrowsAsync<DatasetException>(async () => await w.Datasets.ImportAsync("d", dvc, "dvc.lock"));
    }

    [Fact]
    public async Task Import_CancelledAfterTheCommit_IsDone()
    {
        using DvcSandbox sandbox = DvcSandbox.Recorded();
        await using TestWorkspace w = new();
        using CancellationTokenSource stop = new();
        WatchedDatabase database = new(w.Local.Database);
        await using DatasetCatalog catalog = w.Catalog(w.Local.Blobs, database);
        database.Committed = () =>
        {
            using System.Data.Common.DbConnection connection = w.Local.Database.DataSource.OpenConnection();
            using System.Data.Common.DbCommand command = connection.CreateCommand();
            command.CommandText = "SELECT count(*) FROM data_version";
            if ((long)command.ExecuteScalar()! > 0)
            {
                stop.Cancel();
            }
        };
        DatasetVersion version = await catalog.ImportAsync("d", await sandbox.OpenAsync(), "data", cancellationToken: stop.Token);
        Assert.True(stop.IsCancellationRequested);
        Assert.Equal(version.Id, (await w.Datasets.GetAsync("d")).Id);
        Assert.InRange(await CountAsync(w, "md5"), 1, 9);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Export_CancelledOrFailingAfterItsFilesAreWritten_IsDone_AndAudited(bool isCancelled)
    {
        using DvcSandbox sandbox = DvcSandbox.Empty();
        await using TestWorkspace w = new();
        using CancellationTokenSource stop = new();
        WatchedDatabase database = new(w.Local.Database);
        await using DatasetCatalog catalog = w.Catalog(w.Local.Blobs, database);
        DatasetVersion version = await catalog.CommitAsync("d", w.Write("t.csv", "a\n1\n"));
        int writes = 0;
        database.Before = async () =>
        {
            if (writes++ == 0 && !isCancelled)
            {
                throw new LifecycleStorageException("database", "write", "x", "The disk is full.");
            }

            await stop.CancelAsync();
        };
        DvcExport export = await version.ExportAsync(await sandbox.OpenAsync(), "raw/t.csv", stop.Token);
        Assert.Equal((2, true), (writes, stop.IsCancellationRequested));
        Assert.Contains(export.Output.Oid!, sandbox.Read("raw/t.csv.dvc"), StringComparison.Ordinal);
        Assert.Equal("/t.csv\n", sandbox.Read("raw/.gitignore"));
        Assert.Equal("dataset.exported", (await w.AuditAsync())[^1].Action);
        Assert.Equal(isCancelled ? 1 : 0, await CountAsync(w, "md5"));
    }

    private static async Task<long> CountAsync(TestWorkspace w, string column)
    {
        await using System.Data.Common.DbConnection connection = await w.Local.Database.DataSource.OpenConnectionAsync();
        await using System.Data.Common.DbCommand command = connection.CreateCommand();
        command.CommandText = column == "md5" ? "SELECT count(md5) FROM data_file_hash" : "SELECT count(md5_dos2unix) FROM data_file_hash";
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
