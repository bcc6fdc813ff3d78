using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Lifecycle.Data.Tests;

public sealed class TagTests
{
    private static async Task<(DatasetVersion One, DatasetVersion Two)> TwoAsync(TestWorkspace w)
    {
        DatasetVersion one = await w.Datasets.CommitAsync("m", w.Write("t.csv", "a\n1\n"));
        return (one, await w.Datasets.CommitAsync("m", w.Write("t.csv", "a\n2\n")));
    }

    [Fact]
    public async Task Tag_NamesAVersion_AndMovingItIsAudited()
    {
        await using TestWorkspace w = new();
        (DatasetVersion one, DatasetVersion two) = await TwoAsync(w);
        Assert.True(await w.Datasets.TagAsync(one, "golden"));
        Assert.False(await w.Datasets.TagAsync(one, "golden"));
        Assert.Equal(one.Id, (await w.Datasets.GetTaggedAsync("M", "golden")).Id);
        Assert.True(await w.Datasets.TagAsync(two, "golden"));
        Assert.Equal(two.Id, (await w.Datasets.GetTaggedAsync("m", "golden")).Id);
        Assert.Equal([("golden", 2L, "ada")], (await w.Datasets.TagsAsync("m")).Select(t => (t.Tag, t.Number, t.Actor)));
        AuditEntry[] told = [.. (await w.AuditAsync()).Where(e => e.Action == "dataset.tagged")];
        Assert.Equal(2, told.Length);
        Assert.Equal(("dataset/m", null, """{"tag":"golden","number":1}"""), (told[0].Subject, told[0].Before, told[0].After));
        Assert.Equal(("""{"tag":"golden","number":1}""", """{"tag":"golden","number":2}"""), (told[1].Before, told[1].After));
    }

    [Fact]
    public async Task Tag_WithTheCommit_IsInTheRecord_AndHoldsForUnchangedContent()
    {
        await using TestWorkspace w = new();
        DatasetVersion one = await w.Datasets.CommitAsync("m", w.Write("t.csv", "a\n1\n"), configure: c => c.Tag("a").Tag("b").Code("0123abc", dirty: true));
        string record = Encoding.UTF8.GetString(await DatasetCatalog.ReadBlobAsync(w.Local.Blobs, one.Record, 1 << 20, default));
        Assert.EndsWith($$""","code":{"commit":"0123abc","dirty":true},"profile":"{{one.Row.Profile}}","tags":["a","b"]}""", record, StringComparison.Ordinal);
        Assert.Equal(["a", "b"], (await w.Datasets.TagsAsync("m")).Select(t => t.Tag));
        DatasetVersion same = await w.Datasets.CommitAsync("m", w.Path("source", "t.csv"), configure: c => c.Tag("c"));
        Assert.Equal(one.Id, same.Id);
        Assert.Equal(one.Id, (await w.Datasets.GetTaggedAsync("m", "c")).Id);
        Assert.True((await w.Datasets.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task UnknownTag_BadTag_AreOneClearError()
    {
        await using TestWorkspace w = new();
        (DatasetVersion one, _) = await TwoAsync(w);
        await w.Datasets.TagAsync(one, "golden");
        Assert.Contains("golden", (await Assert.ThrowsAsync<DatasetNotFoundException>(async () => await w.Datasets.GetTaggedAsync("m", "silver"))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<DatasetNotFoundException>(async () => await w.Datasets.GetTaggedAsync("nope", "golden"));
        await Assert.ThrowsAsync<InvalidNameException>(async () => await w.Datasets.TagAsync(one, "a b"));
        await Assert.ThrowsAsync<InvalidNameException>(async () => await w.Datasets.CommitAsync("m", Samples.Hmda, configure: c => c.Tag("")));
        await Assert.ThrowsAsync<ArgumentException>(async () => await w.Datasets.CommitAsync("m", Samples.Hmda, configure: c => c.Code(new string('x', 129))));
    }

    [Fact]
    public async Task Remove_HidesTheVersion_AndItsNumberIsNeverGivenAgain()
    {
        await using TestWorkspace w = new();
        (DatasetVersion one, DatasetVersion two) = await TwoAsync(w);
        await w.Datasets.TagAsync(two, "golden");
        await Assert.ThrowsAsync<ArgumentException>(async () => await w.Datasets.RemoveAsync(two, " "));
        Assert.True(await w.Datasets.RemoveAsync(two, "wrong labels"));
        Assert.False(await w.Datasets.RemoveAsync(two, "again"));
        AuditEntry told = Assert.Single(await w.AuditAsync(), e => e.Action == "dataset.removed");
        Assert.Equal("wrong labels", told.Reason);
        Assert.Contains("golden", told.Before!, StringComparison.Ordinal);
        Assert.Equal(one.Id, (await w.Datasets.GetAsync("m")).Id);
        Assert.Null(await w.Datasets.FindAsync(two.Id));
        await Assert.ThrowsAsync<DatasetNotFoundException>(async () => await w.Datasets.GetAsync("m", 2));
        await Assert.ThrowsAsync<DatasetNotFoundException>(async () => await w.Datasets.GetTaggedAsync("m", "golden"));
        await Assert.ThrowsAsync<DatasetNotFoundException>(async () => await w.Datasets.TagAsync(two, "golden"));
        Assert.Equal([1L], (await w.Datasets.VersionsAsync("m").ToListAsync()).Select(v => v.Number));

        DatasetVersion three = await w.Datasets.CommitAsync("m", w.Path("source", "t.csv"), configure: c => c.Expect(one));
        Assert.Equal((3L, one.Id), (three.Number, three.Parent));
        await w.Datasets.RemoveAsync(three, "x");
        await w.Datasets.RemoveAsync(one, "x");
        Assert.Null(await w.Datasets.LatestAsync("m"));
        Assert.Equal((4L, null), ((await w.Datasets.CommitAsync("m", w.Path("source", "t.csv"))).Number, (await w.Datasets.GetAsync("m")).Parent));
        Assert.True((await w.Datasets.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task Remove_DropsTheFiles_AndKeepsTheRecord()
    {
        await using TestWorkspace w = new();
        (DatasetVersion one, DatasetVersion two) = await TwoAsync(w);
        Digest file = (await two.ListFilesAsync())[0].Digest;
        await w.Datasets.RemoveAsync(two, "x");
        HashSet<Digest> needed = [.. await new DatasetReferences(w.Local.Database, w.Local.Blobs).ReferencesAsync().ToListAsync()];
        Assert.DoesNotContain(file, needed);
        Assert.DoesNotContain(two.Digest, needed);
        Assert.Contains(two.Record, needed);
        Assert.Contains((await one.ListFilesAsync())[0].Digest, needed);
    }

    [Fact]
    [SuppressMessage("Security", "CA5351", Justification = "DVC knows files by their MD5.")]
    public async Task RecordMd5_KeepsTheMd5OfEveryFile_InTheSamePass()
    {
        await using TestWorkspace w = new();
        w.Write("f/small.txt", "hello\n");
        w.Write("f/big.bin", new string('b', 2_000_000));
        int reads = 0;
        w.Write("f/t.csv", "a\n1\n");
        DatasetVersion v = await w.Catalog(w.Local.Blobs, options: new TouchingFormat(() => reads++).ToOptions())
            .CommitAsync("f", w.Path("source", "f"), configure: c => c.RecordMd5 = true);
        Assert.Equal(1, reads);
        foreach (DatasetFile file in await v.ListFilesAsync())
        {
            object? md5 = await w.Local.Database.WriteAsync((t, token) => t.ScalarAsync(
                "SELECT md5 || ' ' || length FROM data_file_hash WHERE sha256 = $sha256", [("$sha256", file.Digest.Hex)], token));
            Assert.Equal($"{Convert.ToHexStringLower(MD5.HashData(await File.ReadAllBytesAsync(w.Path("source", "f", file.Path))))} {file.Length}", md5);
        }

        await w.Datasets.CommitAsync("g", w.Write("other.txt", "other"));
        Assert.Equal(3L, await w.Local.Database.WriteAsync((t, token) => t.ScalarAsync("SELECT count(*) FROM data_file_hash", [], token)));
    }

    [Fact]
    public async Task ExecBit_SurvivesRecommit()
    {
        await using TestWorkspace w = new();
        string run = w.Write("f/run.sh", "#!/bin/sh\n");
        File.SetUnixFileMode(run, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        DatasetVersion one = await w.Datasets.CommitAsync("f", w.Path("source", "f"));
        w.Write("f/other", "1");
        DatasetVersion two = await w.Datasets.CommitAsync("f", w.Path("source", "f"));
        Assert.True((await two.ListFilesAsync()).Single(f => f.Path == "run.sh").IsExecutable);
        File.SetUnixFileMode(run, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        DatasetVersion three = await w.Datasets.CommitAsync("f", w.Path("source", "f"));
        TreeDiff diff = await w.Datasets.DiffAsync(two, three);
        Assert.Equal("run.sh", Assert.Single(diff.ModeChanged).Path);
        Assert.Empty(diff.Modified);
        Assert.False(diff.IsEmpty);
        await two.CheckoutAsync(w.Path("out"));
        await three.CheckoutAsync(w.Path("out"));
        Assert.False(File.GetUnixFileMode(w.Path("out", "run.sh")).HasFlag(UnixFileMode.UserExecute));
        await one.CheckoutAsync(w.Path("out"));
        Assert.True(File.GetUnixFileMode(w.Path("out", "run.sh")).HasFlag(UnixFileMode.UserExecute));
    }

    [Fact]
    public async Task SameBytesAgain_IsSameVersion()
    {
        await using TestWorkspace w = new();
        DatasetVersion one = await w.Datasets.CommitAsync("m", Samples.Hmda);
        int blobs = await w.BlobsAsync();
        File.Copy(Samples.Hmda, w.Path("hmda.csv"));
        DatasetVersion again = await w.Datasets.CommitAsync("m", w.Path("hmda.csv"), "again");
        Assert.Equal(one.Id, again.Id);
        Assert.Equal((blobs, 1), (await w.BlobsAsync(), (await w.AuditAsync()).Count));
    }

    [Fact]
    public async Task Diff_TellsBytes()
    {
        await using TestWorkspace w = new();
        w.Write("f/same", "1");
        w.Write("f/gone", "12");
        w.Write("f/grown", "123");
        w.Write("f/old-name", "renamed");
        DatasetVersion one = await w.Datasets.CommitAsync("f", w.Path("source", "f"));
        File.Delete(w.Path("source", "f", "gone"));
        File.Move(w.Path("source", "f", "old-name"), w.Path("source", "f", "new-name"));
        w.Write("f/grown", "123456789");
        w.Write("f/new", "1234");
        TreeDiff diff = await w.Datasets.DiffAsync(one, await w.Datasets.CommitAsync("f", w.Path("source", "f")));
        Assert.Equal((9L + 4, 3L + 2), (diff.BytesAdded, diff.BytesRemoved));
        Assert.Equal(["new"], diff.Added.Select(f => f.Path));
        Assert.Equal(["gone"], diff.Removed.Select(f => f.Path));
        Assert.Equal(["grown"], diff.Modified.Select(f => f.Path));
        Assert.Equal([("old-name", "new-name")], diff.Renamed.Select(r => (r.From.Path, r.To.Path)));
    }

    [Fact]
    public async Task ADatasetKeepsItsName_AlsoWhenAllItsVersionsWereRemoved()
    {
        await using TestWorkspace w = new();
        string file = w.Write("t.csv", "a\n1\n");
        await w.Datasets.RemoveAsync(await w.Datasets.CommitAsync("Images", file), "wrong");
        DatasetVersion again = await w.Datasets.CommitAsync("images", file);
        Assert.Equal("Images@2", again.ToString());
        Assert.Equal("Images@2", (await w.Datasets.GetAsync("images")).ToString());
        Assert.Equal("Images", VersionRecord.Parse(await DatasetCatalog.ReadBlobAsync(w.Local.Blobs, again.Record, 1 << 20, default))!.Dataset);
        Assert.Empty((await w.Datasets.VerifyAsync(again)).Problems);
        Assert.Empty((await w.Local.Objects.VerifyAsync()).Problems);
    }

    [Fact]
    public async Task ATagThatComesWithTheRemoval_IsToldWithIt()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("t", w.Write("t.csv", "a\n1\n"), configure: c => c.Tag("early"));
        Func<Task> before = () => Task.CompletedTask;
        BeforeWrite database = new(w.Local.Database, () => before());
        await using DatasetCatalog datasets = w.Catalog(w.Local.Blobs, database);
        await datasets.TagsAsync("t");
        before = async () => await w.Datasets.TagAsync(v, "late");
        Assert.True(await datasets.RemoveAsync(v, "wrong"));
        AuditEntry told = Assert.Single(await w.AuditAsync(), e => e.Action == "dataset.removed");
        Assert.Contains("""["early","late"]""", told.Before!, StringComparison.Ordinal);
        Assert.Empty(await w.Datasets.TagsAsync("t"));
    }

    // Somebody else writes before each write.
    private sealed class BeforeWrite(LifecycleDatabase inner, Func<Task> before) : LifecycleDatabase
    {
        public override SqlDialect Dialect => inner.Dialect;

        public override string Identity => inner.Identity;

        public override string? Folder => inner.Folder;

        public override bool IsInsideWrite => inner.IsInsideWrite;

        public override System.Data.Common.DbDataSource DataSource => inner.DataSource;

        public override async ValueTask<T> WriteAsync<T>(
            Func<LifecycleTransaction, CancellationToken, ValueTask<T>> work, CommitDurability durability = CommitDurability.Flushed, CancellationToken cancellationToken = default)
        {
            await before();
            return await inner.WriteAsync(work, durability, cancellationToken);
        }

        public override ValueTask<long> BulkInsertAsync(
            LifecycleTransaction transaction, BulkInsert insert, IEnumerable<object?[]> rows, CancellationToken cancellationToken = default) =>
            inner.BulkInsertAsync(transaction, insert, rows, cancellationToken);

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

        protected override async ValueTask ApplyAsync(MigrationSet migrations, CancellationToken cancellationToken) =>
            await inner.MigrateAsync(migrations, cancellationToken);
    }
}
