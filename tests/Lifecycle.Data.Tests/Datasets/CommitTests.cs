using System.Text;

namespace Lifecycle.Data.Tests;

public sealed class CommitTests
{
    [Fact]
    public async Task Hmda_IsWhatItIs()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("mortgages", Samples.Hmda, "first");
        Assert.Equal("mortgages@1", v.ToString());
        Assert.Equal("400548ea4f08ec2282160743f2ff08ac15196d4b11320ef1c89ca867e446bd36", v.Digest.Hex);
        Assert.Equal((1L, 234_315L, 2_380L), (v.Files, v.Bytes, v.Rows));
        Assert.Equal(
            "deny String, pirat Double, hirat Double, lvrat Double, chist Int64, mhist Int64, phist String, unemp Double, selfemp String, "
            + "insurance String, condomin String, afam String, single String, hschool String",
            v.Schema!.ToString());
        Assert.Equal(("ada", "first", null), (v.Actor, v.Message, v.Parent));
        Assert.Equal(w.Time.GetUtcNow(), v.At);
        Assert.True(v.Receipt.StoredBytes > 234_315);
        Assert.Equal((v.Id.Length, v.Number), (32, 1L));

        ColumnBatch rows = await v.ReadAllAsync();
        Assert.Equal(2_380, rows.RowCount);
        Assert.Equal(339, rows.Column<string>("afam").Values.ToArray().Count(x => x == "yes"));
        Assert.Equal(285, rows.Column<string>("deny").Values.ToArray().Count(x => x == "yes"));
        Assert.Equal(0.221000003814697, rows.Column<double>("pirat").Values.Span[0]);

        DatasetReference reference = v;
        Assert.Equal(("mortgages", v.Digest.ToString(), v.Id, "lifecycle:dataset/mortgages@1", 2_380L), (reference.Name, reference.Digest, reference.Version, reference.Uri, reference.Rows!.Value));
        LineageNode node = v;
        Assert.Equal(new LineageNode("dataset-version", v.Id), node);
    }

    [Fact]
    public async Task Wages_AreRead()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("wages", Samples.Wages);
        Assert.Equal(15_588, v.Rows);
        long rows = 0;
        await foreach (ColumnBatch batch in v.ReadRowsAsync(batchRows: 1000))
        {
            Assert.Equal(rows, batch.FirstRow);
            rows += batch.RowCount;
        }

        Assert.Equal(15_588, rows);
    }

    [Fact]
    public async Task SameBytesAgain_IsSameVersion_AndWritesNothing()
    {
        await using TestWorkspace w = new();
        DatasetVersion first = await w.Datasets.CommitAsync("m", Samples.Hmda);
        int blobs = await w.BlobsAsync();
        DatasetVersion again = await w.Datasets.CommitAsync("M", Samples.Hmda, "again");
        Assert.Equal((first.Id, first.Number, "m"), (again.Id, again.Number, again.Name));
        Assert.Equal(0, again.Receipt.StoredBytes);
        Assert.Equal(blobs, await w.BlobsAsync());
        Assert.Single(await w.AuditAsync());
        Assert.Single(await w.Datasets.VersionsAsync("m").ToListAsync());
    }

    [Fact]
    public async Task SameBytesAgain_BringBackWhatTheStoreLost()
    {
        await using TestWorkspace w = new();
        DatasetVersion first = await w.Datasets.CommitAsync("m", Samples.Hmda);
        Digest[] lost =
        [
            first.Digest, Digest.Of(Encoding.UTF8.GetBytes(first.Row.Tables!)), first.Row.Profile!.Value, (await first.ListFilesAsync())[0].Digest,
        ];
        foreach (Digest digest in lost)
        {
            Assert.True(await w.Local.Blobs.DeleteAsync(digest));
            Assert.Null(await w.Local.Blobs.FindAsync(digest));
            Assert.Equal(first.Id, (await w.Datasets.CommitAsync("m", Samples.Hmda)).Id);
            Assert.NotNull(await w.Local.Blobs.FindAsync(digest));
        }

        Assert.Empty((await w.Datasets.VerifyAsync(first)).Problems);
        Assert.Single(await w.AuditAsync());
    }

    [Fact]
    public async Task Message_HasAtMost60KiB()
    {
        await using TestWorkspace w = new();
        string file = w.Write("t.csv", "a\n1\n");
        string longest = new('\u00e9', 30 << 10);
        ArgumentException e = await Assert.ThrowsAsync<ArgumentException>(async () => await w.Datasets.CommitAsync("t", file, longest + "!"));
        Assert.Equal("message", e.ParamName);
        Assert.Contains("61440 bytes in UTF-8, not 61441", e.Message, StringComparison.Ordinal);
        Assert.Null(await w.Datasets.LatestAsync("t"));
        Assert.Equal(longest, (await w.Datasets.CommitAsync("t", file, longest)).Message);
    }

    [Fact]
    public async Task SameBytesAgain_KeepWhereTheyCameFrom()
    {
        await using TestWorkspace w = new();
        DatasetVersion raw = await w.Datasets.CommitAsync("raw", w.Write("raw.csv", "a\n0\n"));
        string file = w.Write("t.csv", "a\n1\n");
        DatasetVersion v = await w.Datasets.CommitAsync("t", file);
        LineageNode run = new(LineageNode.Run, "r1");
        for (int i = 0; i < 2; i++)
        {
            // a version does not come from itself
            Assert.Equal(v.Id, (await w.Datasets.CommitAsync("t", file, configure: c => c.DerivedFrom(raw).GeneratedBy(run).DerivedFrom(v).Tag("golden"))).Id);
            LineageGraph graph = await w.Datasets.Lineage.UpstreamOfAsync(v);
            Assert.Equal(
                [(LineageEdge.WasDerivedFrom, raw.Id), (LineageEdge.WasGeneratedBy, "r1")],
                graph.Edges.Select(e => (e.Relation, e.To.Id)).OrderBy(e => e.Relation, StringComparer.Ordinal));
            Assert.Equal("golden", Assert.Single(await w.Datasets.TagsAsync("t")).Tag);
        }
    }

    [Fact]
    public async Task OldBytesAgain_AreANewVersion()
    {
        await using TestWorkspace w = new();
        string file = w.Write("t.csv", "a,b\n1,2\n");
        DatasetVersion one = await w.Datasets.CommitAsync("t", file);
        w.Write("t.csv", "a,b\n1,2\n3,4\n");
        DatasetVersion two = await w.Datasets.CommitAsync("t", file);
        w.Write("t.csv", "a,b\n1,2\n");
        DatasetVersion three = await w.Datasets.CommitAsync("t", file);
        Assert.Equal([1L, 2, 3], new[] { one.Number, two.Number, three.Number });
        Assert.Equal(one.Digest, three.Digest);
        Assert.Equal(two.Id, three.Parent);
        Assert.Equal(["1/1", "2/2", "3/1"], (await w.Datasets.VersionsAsync("t").ToListAsync()).Select(v => $"{v.Number}/{v.Rows}"));
        Assert.Equal("t@2", (await w.Datasets.GetAsync("t", 2)).ToString());
        Assert.Equal("t@3", (await w.Datasets.GetAsync("T")).ToString());
        Assert.Equal(two.Id, (await w.Datasets.FindAsync(two.Id))!.Id);
        TreeDiff diff = await w.Datasets.DiffAsync(one, two);
        Assert.Equal("t.csv", Assert.Single(diff.Modified).Path);
        Assert.True((await w.Datasets.DiffAsync(one, three)).IsEmpty);
    }

    [Fact]
    public async Task Commit_TellsAuditAndEvents()
    {
        await using TestWorkspace w = new();
        List<LifecycleEvent> events = [];
        await using IAsyncDisposable subscription = await w.Local.Events.SubscribeAsync("test", (e, _) =>
        {
            events.Add(e);
            return ValueTask.CompletedTask;
        });
        DatasetVersion v = await w.Datasets.CommitAsync("m", w.Write("t.csv", "a\n1\n"), "why");
        await w.Local.Events.DrainAsync();
        AuditEntry entry = Assert.Single(await w.AuditAsync());
        Assert.Equal(("dataset.committed", "dataset/m", "why"), (entry.Action, entry.Subject, entry.Reason));
        Assert.Contains(v.Digest.ToString(), entry.After!, StringComparison.Ordinal);
        LifecycleEvent happened = Assert.Single(events);
        Assert.Equal(("lifecycle.dataset.committed", "dataset/m"), (happened.Name, happened.Subject));
        Assert.Equal(
            $$"""{"dataset":"m","number":1,"version":"{{v.Id}}","digest":"{{v.Digest}}","rows":1,"actor":"ada"}""", happened.Payload);
        Assert.True((await w.Local.Audit.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task Folder_IsCommittedWithItsTables()
    {
        await using TestWorkspace w = new();
        w.Write("a/x.csv", "n\n1\n2\n");
        w.Write("a/b/y.TSV", "n\tm\n1\t2\n");
        w.Write("a/readme.txt", "hello\n");
        w.Write("a/.git/config", "not data");
        Directory.CreateDirectory(w.Path("source", "a", "empty"));
        string script = w.Write("a/run.sh", "#!/bin/sh\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        DatasetVersion v = await w.Datasets.CommitAsync("mixed", w.Path("source", "a") + "/");
        IReadOnlyList<DatasetFile> files = await v.ListFilesAsync();
        Assert.Equal(["b/y.TSV", "readme.txt", "run.sh", "x.csv"], files.Select(f => f.Path));
        Assert.Equal([false, false, true, false], files.Select(f => f.IsExecutable));
        Assert.Equal(["b/y.TSV", "x.csv"], v.Tables.Select(t => t.Path).Order(StringComparer.Ordinal));
        Assert.Null(v.Rows);
        Assert.Null(v.Schema);
        Assert.Equal(2, (await v.ReadAllAsync("x.csv")).RowCount);
        DatasetException e = await Assert.ThrowsAsync<DatasetException>(async () => await v.ReadAllAsync());
        Assert.Contains("x.csv", e.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<DatasetException>(async () => await v.ReadAllAsync("readme.txt"));
        await using Stream slice = await v.OpenAsync("readme.txt", new BlobRange(1, 3));
        Assert.Equal("ell", await new StreamReader(slice).ReadToEndAsync());
        Assert.Contains("readme.txt", (await Assert.ThrowsAsync<DatasetException>(async () => await v.OpenAsync("nope"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EmptyFolder_IsTheGoldenEmptyTree()
    {
        await using TestWorkspace w = new();
        Directory.CreateDirectory(w.Path("none"));
        DatasetVersion v = await w.Datasets.CommitAsync("none", w.Path("none"));
        Assert.Equal("59a431cc71b7fd2a5317bcfa7e90a04fb6682233a560d7a6ec2d249cd69447dc", v.Digest.Hex);
        Assert.True((await w.Datasets.VerifyAsync(v)).IsSound);
        Assert.Equal(0, (await v.CheckoutAsync(w.Path("out"))).Written);
        Assert.True(Directory.Exists(w.Path("out")));
    }

    [Fact]
    public async Task Record_IsGolden()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("m", w.Write("t.csv", "a\n1\n"), "why");
        string record = Encoding.UTF8.GetString(await DatasetCatalog.ReadBlobAsync(w.Local.Blobs, v.Record, 1 << 20, default));
        string tables = v.Row.Tables!;
        Assert.Equal(
            $$"""{"format":"lifecycle.version/1","id":"{{v.Id}}","dataset":"m","number":1,"tree":"{{v.Digest}}","message":"why","actor":"ada","at":"2026-01-02T03:04:05.678+00:00","source":{"kind":"path","name":"t.csv"},"schema":"{{Digest.Of(Encoding.UTF8.GetBytes(tables))}}","profile":"{{v.Row.Profile}}"}""",
            record);
        Assert.Equal(
            """{"format":"lifecycle.schema/1","tables":[{"path":"t.csv","format":"csv","rows":1,"columns":[{"name":"a","type":"Int64","nullable":false,"classification":"None"}],"csv":{"delimiter":",","hasHeader":true}}]}""",
            tables);
    }

    [Theory]
    [InlineData("a,b\n1,2\n1,2,3\n", 3, 8)]
    [InlineData("a,b\n1,\"2\n", 2, 4)]
    public async Task BrokenCsv_IsRefused_AndLeavesNothing(string text, long row, long offset)
    {
        await using TestWorkspace w = new();
        string file = w.Write("t.csv", text);
        TableFormatException e = await Assert.ThrowsAsync<TableFormatException>(async () => await w.Datasets.CommitAsync("t", file));
        Assert.Equal(("t.csv", row, offset), (e.File, e.Row, e.Offset));
        Assert.Contains($"'t.csv' cannot be read as a table: row {row}, byte {offset}", e.Message, StringComparison.Ordinal);
        await AssertNothingAsync(w);

        DatasetVersion v = await w.Datasets.CommitAsync("t", file, configure: c => c.AllowProblems = true);
        Assert.Equal(row, Assert.Single((await w.Datasets.GetAsync("t")).Tables).FirstError!.Row);
        await Assert.ThrowsAsync<TableFormatException>(async () => await v.ReadAllAsync());
    }

    [Fact]
    public async Task InvalidUtf8_AndUtf16_AreRefused()
    {
        await using TestWorkspace w = new();
        string file = w.Write("t.csv", "");
        await File.WriteAllBytesAsync(file, [.. "a,b\n1,"u8, 0xC3, .. "\n"u8]);
        TableFormatException e = await Assert.ThrowsAsync<TableFormatException>(async () => await w.Datasets.CommitAsync("t", file));
        Assert.Equal((2L, 6L), (e.Row, e.Offset));
        await File.WriteAllTextAsync(file, "a,b\n1,2\n", Encoding.Unicode);
        Assert.Contains("UTF-8", (await Assert.ThrowsAsync<TableFormatException>(async () => await w.Datasets.CommitAsync("t", file))).Message, StringComparison.Ordinal);
        await AssertNothingAsync(w);
        DatasetVersion v = await w.Datasets.CommitAsync("t", file, configure: c => c.AllowProblems = true);
        Assert.Null(v.Schema);
        await Assert.ThrowsAsync<TableFormatException>(async () => await v.ReadAllAsync(v.Tables[0].Path));
    }

    [Fact]
    public async Task MissingFile_BadName_AreOneClearError()
    {
        await using TestWorkspace w = new();
        SourceRefusedException missing = await Assert.ThrowsAsync<SourceRefusedException>(async () => await w.Datasets.CommitAsync("t", w.Path("nope.csv")));
        Assert.Contains("there is no such file", missing.Message, StringComparison.Ordinal);
        foreach (string name in new[] { "../x", "", "a/b", ".hidden", "a b", new string('x', 129) })
        {
            await Assert.ThrowsAsync<InvalidNameException>(async () => await w.Datasets.CommitAsync(name, Samples.Hmda));
        }

        await AssertNothingAsync(w);
        await Assert.ThrowsAsync<DatasetNotFoundException>(async () => await w.Datasets.GetAsync("t"));
        Assert.Null(await w.Datasets.LatestAsync("t"));
        await w.Datasets.CommitAsync("t", Samples.Hmda);
        Assert.Contains("newest is 1", (await Assert.ThrowsAsync<DatasetNotFoundException>(async () => await w.Datasets.GetAsync("t", 7))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LinksPipesAndDevices_AreRefused()
    {
        await using TestWorkspace w = new();
        w.Write("f/a.csv", "a\n1\n");
        string link = w.Path("source", "f", "link");
        File.CreateSymbolicLink(link, Samples.Hmda);
        Assert.Contains("link", (await Assert.ThrowsAsync<SourceRefusedException>(async () => await w.Datasets.CommitAsync("t", w.Path("source", "f")))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SourceRefusedException>(async () => await w.Datasets.CommitAsync("t", link));
        File.Delete(link);
        Directory.CreateSymbolicLink(link, "/etc");
        await Assert.ThrowsAsync<SourceRefusedException>(async () => await w.Datasets.CommitAsync("t", w.Path("source", "f")));
        File.Delete(link);
        using (System.Diagnostics.Process make = System.Diagnostics.Process.Start("mkfifo", link))
        {
            await make.WaitForExitAsync();
        }

        Assert.Contains("pipe", (await Assert.ThrowsAsync<SourceRefusedException>(async () => await w.Datasets.CommitAsync("t", w.Path("source", "f")))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SourceRefusedException>(async () => await w.Datasets.CommitAsync("t", "/dev/null"));
        await AssertNothingAsync(w);
    }

    [Fact]
    public async Task Commit_NeverOpensSourceForWriting()
    {
        await using TestWorkspace w = new();
        string file = w.Write("t.csv", "a\n1\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead);
        FileStamp before = FileStamp.Of(file);
        await w.Datasets.CommitAsync("t", file);
        Assert.Equal(before, FileStamp.Of(file));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(600_000)]
    public async Task FileChangingWhileRead_IsRetriedThenRefused(int rows)
    {
        await using TestWorkspace w = new();
        string content = "a\n" + string.Concat(Enumerable.Repeat("1\n", rows));
        string file = w.Write("t.csv", content);
        int reads = 0;
        TouchingFormat touching = new(() =>
        {
            reads++;
            File.AppendAllText(file, "2\n");
        });
        await Assert.ThrowsAsync<DatasetChangedDuringCommitException>(
            async () => await w.Catalog(w.Local.Blobs, options: touching.ToOptions()).CommitAsync("t", file));
        Assert.Equal(3, reads);
        await AssertNothingAsync(w);

        TouchingFormat once = new(() =>
        {
            if (reads++ == 3)
            {
                File.WriteAllText(file, content + "2\n3\n");
            }
        });
        DatasetVersion v = await w.Catalog(w.Local.Blobs, options: once.ToOptions()).CommitAsync("t", file);
        Assert.Equal(rows + 2, v.Rows);
        Assert.Equal(5, reads);
    }

    // The same bytes back, the same length, the old time of writing: only the change time tells that they were something else meanwhile.
    [Fact]
    public async Task FileChangingWhileRead_WithItsTimeRestored_IsSeen()
    {
        await using TestWorkspace w = new();
        string file = w.Write("t.csv", "a\n1\n");
        DateTime written = File.GetLastWriteTimeUtc(file);
        TouchingFormat touching = new(() =>
        {
            File.WriteAllText(file, "a\n2\n");
            File.SetLastWriteTimeUtc(file, written);
        });
        await Assert.ThrowsAsync<DatasetChangedDuringCommitException>(
            async () => await w.Catalog(w.Local.Blobs, options: touching.ToOptions()).CommitAsync("t", file));
    }

    [Fact]
    public async Task Expect_RefusesWhatItDidNotExpect()
    {
        await using TestWorkspace w = new();
        string file = w.Write("t.csv", "a\n1\n");
        DatasetVersion one = await w.Datasets.CommitAsync("t", file, configure: c => c.Expect(null));
        w.Write("t.csv", "a\n2\n");
        await Assert.ThrowsAsync<ConcurrencyConflictException>(async () => await w.Datasets.CommitAsync("t", file, configure: c => c.Expect(null)));
        DatasetVersion two = await w.Datasets.CommitAsync("t", file, configure: c => c.Expect(one));
        w.Write("t.csv", "a\n3\n");
        await Assert.ThrowsAsync<ConcurrencyConflictException>(async () => await w.Datasets.CommitAsync("t", file, configure: c => c.Expect(one)));
        Assert.Equal(2, two.Number);
        Assert.Equal(2, (await w.Datasets.GetAsync("t")).Number);
    }

    [Fact]
    public async Task SixteenAtOnce_AllSucceedInSequence()
    {
        await using TestWorkspace w = new();
        string[] files = [.. Enumerable.Range(0, 16).Select(i => w.Write($"{i}.csv", $"a\n{i}\n"))];
        DatasetVersion[] versions = await Task.WhenAll(files.Select(f => Task.Run(async () => await w.Datasets.CommitAsync("t", f))));
        Assert.Equal(Enumerable.Range(1, 16).Select(i => (long)i), versions.Select(v => v.Number).Order());
        List<DatasetVersion> stored = await w.Datasets.VersionsAsync("t").ToListAsync();
        Assert.Equal([null, .. stored.Take(15).Select(v => v.Id)], stored.Select(v => v.Parent));
        Assert.Equal(16, (await w.AuditAsync()).Count);
        foreach (DatasetVersion v in stored)
        {
            Assert.Empty((await w.Datasets.VerifyAsync(v)).Problems);
        }
    }

    [Fact]
    public async Task SixteenOfTheSame_AreOneVersion()
    {
        await using TestWorkspace w = new();
        DatasetVersion[] versions = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () => await w.Datasets.CommitAsync("m", Samples.Hmda))));
        Assert.Single(versions.Select(v => v.Id).Distinct());
        Assert.Single(await w.Datasets.VersionsAsync("m").ToListAsync());
        Assert.Single(await w.AuditAsync());
    }

    [Fact]
    public async Task List_GivesTheNewestOfEach()
    {
        await using TestWorkspace w = new();
        await w.Datasets.CommitAsync("b", w.Write("1.csv", "a\n1\n"));
        await w.Datasets.CommitAsync("a", w.Write("1.csv", "a\n1\n"));
        await w.Datasets.CommitAsync("b", w.Write("1.csv", "a\n2\n"));
        Assert.Equal(["a@1", "b@2"], (await w.Datasets.ListAsync().ToListAsync()).Select(v => v.ToString()));
    }

    internal static async Task AssertNothingAsync(TestWorkspace w)
    {
        Assert.Empty(await w.Datasets.ListAsync().ToListAsync());
        Assert.Empty(await w.AuditAsync());
        Assert.Empty(Directory.EnumerateFiles(w.Path("lifecycle", "objects"), ".tmp-*", SearchOption.AllDirectories));
    }
}
