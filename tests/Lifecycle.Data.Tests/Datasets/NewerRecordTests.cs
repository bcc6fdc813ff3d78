using System.Text;

namespace Lifecycle.Data.Tests;

/// <summary>A version whose record has a number that this build does not know: opened by nobody, changed by nobody.</summary>
public sealed class NewerRecordTests
{
    [Fact]
    public async Task ARecordOfANewerVersion_IsOpenedByNobody_AndChangedByNobody()
    {
        await using TestWorkspace w = new();
        string file = w.Write("t.csv", "a\n1\n");
        DatasetVersion one = await w.Datasets.CommitAsync("t", file);
        w.Write("t.csv", "a\n2\n");
        DatasetVersion two = await w.Datasets.CommitAsync("t", file, configure: c => c.Tag("new"));
        await RenumberAsync(w, two, "lifecycle.version/2");
        int audited = (await w.AuditAsync()).Count;
        DatasetVersion listed = (await w.Datasets.VersionsAsync("t").ToListAsync())[1];
        Func<Task>[] calls =
        [
            async () => await listed.ListFilesAsync(),
            async () => await listed.ReadAllAsync(),
            async () => await listed.OpenAsync("t.csv"),
            async () => await (await w.Datasets.GetAsync("t")).ReadAllAsync(),
            async () => await (await w.Datasets.FindAsync(two.Id))!.ReadAllAsync(),
            async () => await (await w.Datasets.GetTaggedAsync("t", "new")).ReadAllAsync(),
            async () => await listed.CheckoutAsync(w.Path("out")),
            async () => await w.Datasets.DerivationOfAsync(listed),
            async () => await w.Datasets.TagAsync(listed, "more"),
            async () => await w.Datasets.RemoveAsync(listed, "old"),
            async () => await w.Datasets.CommitAsync("t", w.Write("t.csv", "a\n2\n")),
            async () => await w.Datasets.CommitAsync("t", w.Write("t.csv", "a\n3\n")),
        ];
        foreach (Func<Task> call in calls)
        {
            DatasetException e = await Assert.ThrowsAsync<DatasetException>(call);
            Assert.Contains("t@2 was written by a newer version", e.Message, StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(w.Path("out")));
        Assert.Equal(audited, (await w.AuditAsync()).Count);
        Assert.Equal([1L, 2], (await w.Datasets.VersionsAsync("t").ToListAsync()).Select(v => v.Number));
        await Assert.ThrowsAsync<CollectionRefusedException>(async () => await w.Local.Objects.PlanCollectionAsync());

        // the version before it is as it was
        Assert.Equal(one.Id, (await w.Datasets.GetAsync("t", 1)).Id);
        Assert.Equal(1, (await (await w.Datasets.GetAsync("t", 1)).ReadAllAsync()).RowCount);
        Assert.Contains((await w.Datasets.VerifyAsync()).Problems, p => p.Problem.Contains("newer version", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{\"format\":\"lifecycle.version/2\",\"other\":[[[1]]]}", true)]
    [InlineData("{\"format\":\"lifecycle.version/10\"}", true)]
    [InlineData("{\"format\":\"lifecycle.version/1\"}", false)]
    [InlineData("{\"format\":\"lifecycle.versions\"}", false)]
    [InlineData("{\"format\":2}", false)]
    [InlineData("{\"format\":\"lifecycle.version/2", false)]
    [InlineData("{\"format\":\"\\ud800\"}", false)]
    [InlineData("{\"format\":\"lifecycle.version/2\\ud800\"}", false)]
    [InlineData("{\"format\":\"lifecycle.version/1\",\"id\":\"\\udc00\"}", false)]
    [InlineData("[]", false)]
    [InlineData("", false)]
    public void OnlyANumberThatIsNotKnown_IsNewer(string record, bool newer)
    {
        Assert.Equal(newer, VersionRecord.IsNewer(Encoding.UTF8.GetBytes(record)));
        if (record.Contains("\\u", StringComparison.Ordinal))
        {
            Assert.Null(VersionRecord.Parse(Encoding.UTF8.GetBytes(record)));
        }
    }

    [Fact]
    public async Task ANewerRecord_IsSeenBeforeTheDataAreRead()
    {
        await using TestWorkspace w = new();
        await RenumberAsync(w, await w.Datasets.CommitAsync("t", w.Write("t.csv", "a\n1\n")), "lifecycle.version/2");
        string broken = w.Write("t.csv", "a,b\n1\n\"");
        DatasetException e = await Assert.ThrowsAsync<DatasetException>(async () => await w.Datasets.CommitAsync("t", broken));
        Assert.Contains("t@1 was written by a newer version", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ANewerRecord_ThatComesWhileACommitRuns_IsSeen()
    {
        await using TestWorkspace w = new();
        await w.Datasets.CommitAsync("t", w.Write("t.csv", "a\n1\n"));
        int writes = 0;
        WatchedDatabase database = new(w.Local.Database)
        {
            Before = async () =>
            {
                if (++writes == 1)
                {
                    await RenumberAsync(w, await w.Datasets.CommitAsync("t", w.Write("other.csv", "a\n2\n")), "lifecycle.version/2");
                }
            },
        };
        await using DatasetCatalog second = w.Catalog(w.Local.Blobs, database);
        DatasetException e = await Assert.ThrowsAsync<DatasetException>(async () => await second.CommitAsync("t", w.Write("t.csv", "a\n3\n")));
        Assert.Contains("t@2 was written by a newer version", e.Message, StringComparison.Ordinal);
        Assert.Equal(2, await w.Datasets.VersionsAsync("t").CountAsync());
    }

    [Fact]
    public async Task WithANewerRecord_TheStoreIsVerified_AndRepaired()
    {
        await using TestWorkspace w = new();
        DatasetVersion one = await w.Datasets.CommitAsync("t", w.Write("t.csv", "a\n1\n"));
        DatasetVersion two = await w.Datasets.CommitAsync("t", w.Write("t.csv", "a\n2\n"));
        await using Lifecycle.Storage.Local.LocalWorkspace copy = Lifecycle.Storage.Local.LocalWorkspace.Open(w.Path("copy"));
        await copy.Blobs.PutAsync(new MemoryStream("a\n1\n"u8.ToArray()));
        await RenumberAsync(w, two, "lifecycle.version/2");
        foreach (bool reachable in new[] { false, true })
        {
            VerificationReport report = await w.Local.Objects.VerifyAsync(v =>
            {
                if (reachable)
                {
                    v.ReachableOnly();
                }
            });
            Assert.False(report.IsSound);
            Assert.Empty(report.Damaged);
            Assert.Contains(report.Problems, p => p.StartsWith("datasets: ", StringComparison.Ordinal) && p.Contains("newer version", StringComparison.Ordinal));
        }

        Digest file = (await one.ListFilesAsync())[0].Digest;
        await w.FlipAsync(file, 1);
        RepairReport repaired = await w.Local.Objects.RepairAsync(copy.Blobs);
        Assert.Equal([file], repaired.Restored);
        Assert.Empty(repaired.After.Damaged);
        Assert.NotEmpty(repaired.After.Problems);
    }

    [Fact]
    public async Task ATreeOfANewerVersion_SaysSo()
    {
        await using TestWorkspace w = new();
        DatasetVersion one = await w.Datasets.CommitAsync("t", w.Write("t.csv", "a\n1\n"));
        Digest tree = (await w.Local.Blobs.PutAsync(new MemoryStream("lifecycle.tree/2\n= 0 0\n"u8.ToArray()))).Digest;
        await SetAsync(w, one, "digest", tree);
        DatasetVersion opened = await w.Datasets.GetAsync("t");
        foreach (Func<Task> call in new Func<Task>[] { async () => await opened.ListFilesAsync(), async () => await opened.CheckoutAsync(w.Path("out")) })
        {
            TreeFormatException e = await Assert.ThrowsAsync<TreeFormatException>(call);
            Assert.Contains("written by a newer version", e.Message, StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(w.Path("out")));
    }

    private static async Task RenumberAsync(TestWorkspace w, DatasetVersion version, string format)
    {
        string record = Encoding.UTF8.GetString(await DatasetCatalog.ReadBlobAsync(w.Local.Blobs, version.Record, 1 << 20, default));
        string newer = record.Replace(VersionRecord.CurrentFormat, format, StringComparison.Ordinal);
        Assert.NotEqual(record, newer);
        await SetAsync(w, version, "record", (await w.Local.Blobs.PutAsync(new MemoryStream(Encoding.UTF8.GetBytes(newer)))).Digest);
    }

    private static async Task SetAsync(TestWorkspace w, DatasetVersion version, string column, Digest value) => await w.Local.Database.WriteAsync(async (t, token) =>
    {
        Assert.Equal(1, await t.ExecuteAsync($"UPDATE data_version SET {column} = $value WHERE id = $id", [("$value", value.ToString()), ("$id", version.Id)], token));
        return true;
    });
}
