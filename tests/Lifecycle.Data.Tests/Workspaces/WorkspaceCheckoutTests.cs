namespace Lifecycle.Data.Tests;

/// <summary>Checkouts into a folder that holds something.</summary>
public sealed class WorkspaceCheckoutTests
{
    private static async Task<(Workspace Workspace, DatasetVersion One, DatasetVersion Two)> TwoAsync(TestWorkspace w)
    {
        w.Write("f/a.txt", "a1");
        w.Write("f/train/x", "x1");
        w.Write("f/train/deep/y", "y1");
        w.Write("f/test/z", "z1");
        DatasetVersion one = await w.Datasets.CommitAsync("f", w.Path("source", "f"));
        w.Write("f/a.txt", "a2");
        w.Write("f/train/x", "x2");
        w.Write("f/train/new", "n2");
        Directory.Delete(w.Path("source", "f", "test"), recursive: true);
        DatasetVersion two = await w.Datasets.CommitAsync("f", w.Path("source", "f"));
        return (await w.Datasets.OpenWorkspaceAsync("f", w.Path("work")), one, two);
    }

    private static Dictionary<string, string> Content(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Where(f => new FileInfo(f).LinkTarget is null).ToDictionary(f => Path.GetRelativePath(folder, f), File.ReadAllText);

    [Fact]
    public async Task Versions_FollowEachOther_WithoutAsking()
    {
        await using TestWorkspace w = new();
        (Workspace work, DatasetVersion one, DatasetVersion two) = await TwoAsync(w);
        await work.CheckoutAsync(one);
        Assert.Equal(one.Id, (await work.VersionAsync())!.Id);
        Assert.True((await work.StatusAsync()).IsClean);
        CheckoutReport report = await work.CheckoutAsync(two);
        Assert.Equal((3L, 1L, 0), (report.Written, report.Unchanged, report.Overwritten.Count));
        Assert.Equal("a2", Content(w.Path("work"))["a.txt"]);
        // files that the version does not have stay
        Assert.Equal("z1", Content(w.Path("work"))["test/z"]);
        WorkspaceStatus status = await work.StatusAsync();
        Assert.Equal(["test/z"], status.Added.Select(f => f.Path));
        Assert.Equal(two.Id, status.Version!.Id);
        Assert.DoesNotContain(await w.AuditAsync(), e => e.Action == "dataset.overwrote");
    }

    [Fact]
    public async Task Checkout_NeverOverwritesUnknownBytes()
    {
        await using TestWorkspace w = new();
        (Workspace work, DatasetVersion one, DatasetVersion two) = await TwoAsync(w);
        await work.CheckoutAsync(one);
        w.Settle();
        await work.StatusAsync();
        // the edit that DVC does not see: same length, old time
        string file = w.Path("work", "a.txt");
        DateTime written = File.GetLastWriteTimeUtc(file);
        await using (FileStream edit = new(file, FileMode.Open, FileAccess.Write))
        {
            edit.Write("me"u8);
        }

        File.SetLastWriteTimeUtc(file, written);
        await File.WriteAllTextAsync(w.Path("work", "train", "new"), "mine");
        Dictionary<string, string> before = Content(w.Path("work"));
        WorkspaceModifiedException e = await Assert.ThrowsAsync<WorkspaceModifiedException>(async () => await work.CheckoutAsync(two));
        Assert.Equal(["a.txt", "train/new"], e.Paths);
        Assert.Contains("CheckoutOptions.Overwrite", e.Message, StringComparison.Ordinal);
        Assert.Equal(before, Content(w.Path("work")));
        Assert.Equal(one.Id, (await work.VersionAsync())!.Id);

        CheckoutReport report = await work.CheckoutAsync(two, o => o.Overwrite = true);
        Assert.Equal(["a.txt", "train/new"], report.Overwritten);
        Assert.Equal("""["a.txt","train/new"]""", System.Text.Json.JsonDocument.Parse(
            Assert.Single(await w.AuditAsync(), a => a.Action == "dataset.overwrote").After!).RootElement.GetProperty("files").GetRawText());
        Assert.Equal(two.Id, (await work.VersionAsync())!.Id);
    }

    [Fact]
    public async Task BytesOfTheTarget_AreNoConflict_WhoeverWroteThem()
    {
        await using TestWorkspace w = new();
        (Workspace work, DatasetVersion one, DatasetVersion two) = await TwoAsync(w);
        await work.CheckoutAsync(one);
        await File.WriteAllTextAsync(w.Path("work", "a.txt"), "a2");
        Assert.Equal(2, (await work.CheckoutAsync(two)).Unchanged);
    }

    [Fact]
    public async Task Exact_RemovesWhatTheVersionDoesNotHave_ButNothingUnknown()
    {
        await using TestWorkspace w = new();
        (Workspace work, DatasetVersion one, DatasetVersion two) = await TwoAsync(w);
        await work.CheckoutAsync(one);
        CheckoutReport report = await work.CheckoutAsync(two, o => o.Exact = true);
        Assert.Equal(["test/z"], report.Removed);
        Assert.False(Directory.Exists(w.Path("work", "test")));
        Assert.True((await work.StatusAsync()).IsClean);

        await File.WriteAllTextAsync(w.Path("work", "mine.txt"), "mine");
        await File.WriteAllTextAsync(w.Path("work", ".lifecycleignore"), "*.log\n");
        await File.WriteAllTextAsync(w.Path("work", "left.log"), "stays");
        Directory.CreateDirectory(w.Path("work", ".git"));
        await File.WriteAllTextAsync(w.Path("work", ".git", "config"), "stays");
        File.CreateSymbolicLink(w.Path("work", "link"), "/nowhere");
        WorkspaceModifiedException e = await Assert.ThrowsAsync<WorkspaceModifiedException>(async () => await work.CheckoutAsync(one, o => o.Exact = true));
        Assert.Equal([".lifecycleignore", "link", "mine.txt"], e.Paths);
        Assert.Equal("a2", Content(w.Path("work"))["a.txt"]);

        report = await work.CheckoutAsync(one, o => o.Exact = o.Overwrite = true);
        Assert.Equal([".lifecycleignore", "link", "mine.txt", "train/new"], report.Removed);
        Assert.Equal(["a.txt", "left.log", "test/z", "train/deep/y", "train/x", ".git/config"], Content(w.Path("work")).Keys.OrderBy(k => k.StartsWith('.')).ThenBy(k => k, StringComparer.Ordinal));
        Assert.Contains("mine.txt", Assert.Single(await w.AuditAsync(), a => a.Action == "dataset.overwrote").After!, StringComparison.Ordinal);
        // without a workspace nothing is known, so nothing is removed without saying so
        await Assert.ThrowsAsync<WorkspaceModifiedException>(async () => await one.CheckoutAsync(w.Path("source", "f"), o => o.Exact = true));
    }

    [Fact]
    public async Task WhatExactRemoves_IsDurable_BeforeTheFolderIsSaidToHoldTheVersion()
    {
        await using TestWorkspace w = new();
        string[] paths = ["a", "gone/deep/b", "stays/c"];
        foreach (string path in paths.Append("stays/d"))
        {
            w.Write("f/" + path, "1");
        }

        List<string> log = [];
        using (WatchedFolder root = new(OpenFolder.Open(w.Path("source", "f")), log))
        {
            DatasetCatalog.Remove(
                root,
                [.. paths.Select(p => new PlannedFile(new DatasetFile(p, 1, Digest.Of("1"u8)), SourceFile.LookAt(w.Path("source", "f", p))))],
                new TouchedFiles());
        }

        Assert.Equal(["d"], Directory.EnumerateFiles(w.Path("source", "f"), "*", SearchOption.AllDirectories).Select(Path.GetFileName));
        string[] removals = ["remove a", "remove gone/deep/b", "remove stays/c", "remove gone/deep", "remove gone"];
        Assert.Equal(removals.Order(StringComparer.Ordinal), log.Take(removals.Length).Order(StringComparer.Ordinal));
        Assert.Equal(["flush ", "flush stays/"], log.Skip(removals.Length).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task APartOfAVersionThatWasRemoved_IsNotCommittedAsTheWhole()
    {
        await using TestWorkspace w = new();
        (Workspace work, DatasetVersion one, DatasetVersion two) = await TwoAsync(w);
        await work.CheckoutAsync(two, o => o.Include("train/**"));
        await File.WriteAllTextAsync(w.Path("work", "train", "x"), "x3");
        await w.Datasets.RemoveAsync(two, "wrong");
        DatasetException e = await Assert.ThrowsAsync<DatasetException>(async () => await work.CommitAsync());
        Assert.Contains("f@2", e.Message, StringComparison.Ordinal);
        Assert.Contains("removed", e.Message, StringComparison.Ordinal);
        Assert.Equal(one.Id, (await w.Datasets.GetAsync("f")).Id);

        // the way out
        await work.CheckoutAsync(one, o =>
        {
            o.Include("train/**");
            o.Overwrite = true;
        });
        await File.WriteAllTextAsync(w.Path("work", "train", "x"), "x3");
        Assert.Equal(["a.txt", "test/z", "train/deep/y", "train/new", "train/x"], (await (await work.CommitAsync()).ListFilesAsync()).Select(f => f.Path));
    }

    [Fact]
    public async Task Include_WritesAPart_AndCommitsCarryTheRest()
    {
        await using TestWorkspace w = new();
        (Workspace work, DatasetVersion one, _) = await TwoAsync(w);
        w.Write("f/t.csv", "n\n1\n");
        DatasetVersion three = await w.Datasets.CommitAsync("f", w.Path("source", "f"));
        CheckoutReport report = await work.CheckoutAsync(three, o => o.Include("train/**").Link(LinkKind.Reflink));
        Assert.Equal(["train/deep/y", "train/new", "train/x"], Content(w.Path("work")).Keys.Order(StringComparer.Ordinal));
        Assert.Equal(3, report.Written);
        await File.WriteAllTextAsync(w.Path("work", "outside"), "not followed");
        Assert.True((await work.StatusAsync()).IsClean);

        await File.WriteAllTextAsync(w.Path("work", "train", "x"), "x4");
        File.Delete(w.Path("work", "train", "new"));
        WorkspaceStatus status = await work.StatusAsync();
        Assert.Equal((1, 1, 0), (status.Modified.Count, status.Deleted.Count, status.Added.Count));
        DatasetVersion four = await work.CommitAsync();
        Assert.Equal(["a.txt", "t.csv", "train/deep/y", "train/x"], (await four.ListFilesAsync()).Select(f => f.Path));
        Assert.Equal("t.csv", Assert.Single(four.Tables).Path);
        Assert.Equal(1, (await four.ReadAllAsync()).RowCount);
        Assert.True((await w.Datasets.VerifyAsync(four)).IsSound);
        Assert.True((await work.StatusAsync()).IsClean);
        Assert.Equal(three.Id, four.Parent);
        // all of it again
        await work.CheckoutAsync(four);
        Assert.Equal(5, Content(w.Path("work")).Count);
        Assert.Equal(one.Name, work.Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("!x")]
    [InlineData("#x")]
    [InlineData("x\\")]
    public async Task PatternThatSaysNothing_IsRefused(string pattern)
    {
        await using TestWorkspace w = new();
        (Workspace work, DatasetVersion one, _) = await TwoAsync(w);
        await Assert.ThrowsAsync<ArgumentException>(async () => await work.CheckoutAsync(one, o => o.Include(pattern)));
        Assert.False(Directory.Exists(w.Path("work")));
    }

    [Fact]
    public async Task Checkout_LinkedParent_IsRefused()
    {
        await using TestWorkspace w = new();
        (Workspace work, DatasetVersion one, DatasetVersion two) = await TwoAsync(w);
        await work.CheckoutAsync(one);
        Directory.Delete(w.Path("work", "train"), recursive: true);
        Directory.CreateDirectory(w.Path("elsewhere"));
        Directory.CreateSymbolicLink(w.Path("work", "train"), w.Path("elsewhere"));
        foreach (bool overwrite in new[] { false, true })
        {
            UnsafePathException e = await Assert.ThrowsAsync<UnsafePathException>(async () => await work.CheckoutAsync(two, o => o.Overwrite = overwrite));
            Assert.Equal(["train/deep/y", "train/new", "train/x"], e.Paths.Select(p => p.Path));
            Assert.Equal("a1", await File.ReadAllTextAsync(w.Path("work", "a.txt")));
            Assert.Empty(Directory.EnumerateFileSystemEntries(w.Path("elsewhere")));
        }
    }

    // Between the look and the naming somebody puts a link, or other bytes, in the place: what was planned is not done.
    [Theory]
    [InlineData("link")]
    [InlineData("edit")]
    [InlineData("appear")]
    public async Task WhatChangesWhileTheCheckoutRuns_IsLeftAlone(string what)
    {
        await using TestWorkspace w = new();
        (_, DatasetVersion one, DatasetVersion two) = await TwoAsync(w);
        DatasetCatalog datasets = w.Catalog(new OpeningStore(w.Local.Blobs, () =>
        {
            switch (what)
            {
                case "link" when Directory.Exists(w.Path("work", "train")) && new FileInfo(w.Path("work", "train")).LinkTarget is null:
                    Directory.Move(w.Path("work", "train"), w.Path("moved"));
                    Directory.CreateDirectory(w.Path("elsewhere"));
                    Directory.CreateSymbolicLink(w.Path("work", "train"), w.Path("elsewhere"));
                    break;
                case "edit":
                    File.WriteAllText(w.Path("work", "a.txt"), "me");
                    break;
                case "appear":
                    File.WriteAllText(w.Path("work", "train", "new"), "me");
                    break;
            }
        }));
        Workspace work = await datasets.OpenWorkspaceAsync("f", w.Path("work"));
        await one.CheckoutAsync(w.Path("work"));
        await Assert.ThrowsAnyAsync<DatasetException>(async () => await work.CheckoutAsync((await datasets.FindAsync(two.Id))!));
        Assert.False(Directory.Exists(w.Path("elsewhere")) && Directory.EnumerateFileSystemEntries(w.Path("elsewhere")).Any());
        // the link is met before anything has its name, the other two when their turn comes
        Assert.Equal(what switch { "edit" => "me", "appear" => "a2", _ => "a1" }, await File.ReadAllTextAsync(w.Path("work", "a.txt")));
        if (what == "appear")
        {
            Assert.Equal("me", await File.ReadAllTextAsync(w.Path("work", "train", "new")));
        }

        Assert.Equal(one.Id, (await work.VersionAsync())!.Id);
        Assert.Empty(Directory.EnumerateFiles(w.Path("work"), ".tmp-*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task EmptyAndExecutableFiles_AreFilesOfTheirOwn_AndFallbacksAreTold()
    {
        await using TestWorkspace w = new();
        w.Write("f/empty", "");
        w.Write("f/plain", "1");
        File.SetUnixFileMode(w.Write("f/run", "2"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        DatasetVersion v = await w.Datasets.CommitAsync("f", w.Path("source", "f"));
        foreach (LinkKind kind in new[] { LinkKind.Reflink, LinkKind.Hardlink })
        {
            // a store that can do neither, as when a hard link has too many names already
            DatasetCatalog poor = w.Catalog(new OpeningStore(w.Local.Blobs, () => { }, canLink: false));
            CheckoutReport report = await (await poor.GetAsync("f")).CheckoutAsync(w.Path("poor-" + kind), o => o.Link(kind));
            int linked = kind == LinkKind.Hardlink ? 1 : 2;
            Assert.Equal((3L, 0L, (long)linked), (report.Written, report.Linked, report.CopiedInstead));
            Assert.Equal(Content(w.Path("source", "f")), Content(w.Path("poor-" + kind)));
            Assert.True(File.GetUnixFileMode(w.Path("poor-" + kind, "run")).HasFlag(UnixFileMode.UserExecute));

            report = await v.CheckoutAsync(w.Path("rich-" + kind), o => o.Link(kind));
            Assert.Equal(linked, report.Linked + report.CopiedInstead);
            Assert.Equal(Content(w.Path("source", "f")), Content(w.Path("rich-" + kind)));
            // over files that are there as well
            await File.WriteAllTextAsync(w.Path("rich-" + kind, "more"), "1");
            File.Delete(w.Path("rich-" + kind, "plain"));
            report = await v.CheckoutAsync(w.Path("rich-" + kind), o => o.Link(kind));
            Assert.Equal((1L, 1L), (report.Written, report.Linked + report.CopiedInstead));
        }

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await v.CheckoutAsync(w.Path("no"), o => o.Link((LinkKind)9)));
    }

    [Fact]
    public async Task SeveralNamesOfOneFile_AreReplacedAndRemoved_AndNoneIsTakenForChanged()
    {
        await using TestWorkspace w = new();
        string[] names = ["a", "b", "c", "d"];
        Array.ForEach(names, n => w.Write("f/" + n, "one"));
        DatasetVersion one = await w.Datasets.CommitAsync("f", w.Path("source", "f"));
        w.Write("f/a", "two");
        w.Write("f/b", "three");
        File.Delete(w.Path("source", "f", "c"));
        File.Delete(w.Path("source", "f", "d"));
        DatasetVersion two = await w.Datasets.CommitAsync("f", w.Path("source", "f"));
        Workspace work = await w.Datasets.OpenWorkspaceAsync("f", w.Path("work"));
        await work.CheckoutAsync(one);
        foreach (string name in names[1..])
        {
            File.Delete(w.Path("work", name));
            Assert.True(AtomicFile.TryHardlink(w.Path("work", "a"), w.Path("work", name)));
        }

        CheckoutReport report = await work.CheckoutAsync(two, o => o.Exact = true);
        Assert.Equal((2L, 2), (report.Written, report.Removed.Count));
        Assert.Equal(Content(w.Path("source", "f")), Content(w.Path("work")));
    }

    [Fact]
    public async Task FlippedBit_ReadOnlyObject_FoundOnCheckout()
    {
        await using TestWorkspace w = new();
        (Workspace work, DatasetVersion one, DatasetVersion two) = await TwoAsync(w);
        w.Write("f/train/x", new string('x', 5000));
        DatasetVersion three = await w.Datasets.CommitAsync("f", w.Path("source", "f"));
        await work.CheckoutAsync(one);
        Action back = await w.FlipAsync((await three.ListFilesAsync()).Single(f => f.Length == 5000).Digest, 4000);
        Dictionary<string, string> before = Content(w.Path("work"));
        await Assert.ThrowsAsync<BlobCorruptedException>(async () => await work.CheckoutAsync(three));
        await Assert.ThrowsAsync<BlobCorruptedException>(async () => await three.CheckoutAsync(w.Path("out")));
        Assert.Equal(before, Content(w.Path("work")));
        Assert.False(Directory.Exists(w.Path("out")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(w.Path("work"), ".tmp-*", SearchOption.AllDirectories));
        back();
        await work.CheckoutAsync(three);
        Assert.Equal(two.Id, three.Parent);
    }

    [Fact]
    public async Task WhatKilledCheckoutsLeft_IsRemovedWhenItIsOld()
    {
        await using TestWorkspace w = new();
        (Workspace work, DatasetVersion one, DatasetVersion two) = await TwoAsync(w);
        string half = w.Path($".tmp-{new string('a', 32)}");
        string young = w.Path($".tmp-{new string('b', 32)}");
        foreach (string folder in new[] { half, young })
        {
            Directory.CreateDirectory(folder);
            await File.WriteAllTextAsync(Path.Combine(folder, "x"), "1");
        }

        Directory.SetLastWriteTimeUtc(half, DateTime.UnixEpoch);
        await work.CheckoutAsync(one);
        Assert.False(Directory.Exists(half));
        Assert.True(Directory.Exists(young));
        string file = w.Path("work", "train", $".tmp-{new string('c', 32)}");
        await File.WriteAllTextAsync(file, "half");
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);
        Assert.True((await work.StatusAsync()).IsClean);
        await work.CheckoutAsync(two);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task TemporariesOfOthers_AreNotTakenForThoseOfACheckout()
    {
        await using TestWorkspace w = new();
        (Workspace work, DatasetVersion one, DatasetVersion two) = await TwoAsync(w);
        await work.CheckoutAsync(one);
        string temporary = $".tmp-{new string('c', 32)}";
        string[] kept = ["locked/" + temporary, ".dvc/tmp/" + temporary, "workspace/journal/" + temporary, "objects/loose/ab/" + temporary];
        string[] old = ["train/" + temporary, "train/deep/" + temporary];
        foreach (string path in kept.Concat(old))
        {
            string file = w.Path(["work", .. path.Split('/')]);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, "half");
            File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);
        }

        await File.WriteAllTextAsync(w.Path("work", "workspace", "lifecycle.db"), "");
        File.Copy(w.Path("lifecycle", "objects", "FORMAT"), w.Path("work", "objects", "FORMAT"));
        using (File.OpenHandle(w.Path("work", "locked", temporary), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            await work.CheckoutAsync(two);
        }

        Assert.All(kept, path => Assert.True(File.Exists(w.Path("work", path)), path));
        Assert.All(old, path => Assert.False(File.Exists(w.Path("work", path)), path));
    }

    /// <summary>A store in which something happens when a blob is opened or placed, and that may not be able to link.</summary>
    private sealed class OpeningStore(IBlobStore inner, Action opened, bool canLink = true) : IBlobStore
    {
        public ValueTask<StoredBlob> PutAsync(Stream content, BlobPutOptions? options = null, CancellationToken cancellationToken = default) =>
            inner.PutAsync(content, options, cancellationToken);

        public ValueTask<BlobBatch> BeginBatchAsync(CancellationToken cancellationToken = default) => inner.BeginBatchAsync(cancellationToken);

        public async ValueTask<Stream> OpenAsync(Digest digest, BlobOpenOptions? options = null, CancellationToken cancellationToken = default)
        {
            Stream content = await inner.OpenAsync(digest, options, cancellationToken);
            if (content.Length < 10)
            {
                opened();
            }

            return content;
        }

        public ValueTask<long?> FindAsync(Digest digest, CancellationToken cancellationToken = default) => inner.FindAsync(digest, cancellationToken);

        public IAsyncEnumerable<StoredBlob> ListAsync(CancellationToken cancellationToken = default) => inner.ListAsync(cancellationToken);

        public ValueTask<IReadOnlyList<Digest>> KeepAsync(IReadOnlyCollection<Digest> digests, CancellationToken cancellationToken = default) =>
            inner.KeepAsync(digests, cancellationToken);

        public ValueTask<LinkKind> PlaceAsync(Digest digest, string path, LinkKind link = LinkKind.Copy, CancellationToken cancellationToken = default) =>
            inner.PlaceAsync(digest, path, canLink ? link : LinkKind.Copy, cancellationToken);

        public ValueTask<bool> DeleteAsync(Digest digest, CancellationToken cancellationToken = default) => inner.DeleteAsync(digest, cancellationToken);
    }
}
