using System.Globalization;
using System.Text;

namespace Lifecycle.Data.Tests;

public sealed partial class DvcTransferTests
{
    private const string Config = "[core]\n    remote = store\n['remote \"store\"']\n    url = ../../remote\n";

    [Fact]
    public async Task Push_DirLast_AndFilesReallyThere()
    {
        using DvcSandbox sandbox = await ManyAsync();
        DvcRepository dvc = await sandbox.OpenAsync();
        DvcOutput output = (await dvc.ListAsync()).Single();
        string remote = Path.Combine(sandbox.Outside, "remote");

        // a file that cannot be pushed: the list of the folder must not be there
        string damaged = sandbox.Object(NaiveDvc.Md5(Encoding.UTF8.GetBytes("content 3")));
        DvcSandbox.Flip(damaged);
        DvcObjectCorruptedException error = await Assert.ThrowsAsync<DvcObjectCorruptedException>(async () => await dvc.PushAsync());
        Assert.Contains(damaged, Assert.Single(error.Objects), StringComparison.Ordinal);
        Assert.Equal(29, sandbox.Snapshot(remote).Count);
        Assert.False(File.Exists(AtRemote(remote, output.Oid!)));
        DvcSandbox.Flip(damaged);
        Assert.Equal((2, 29), await PushedAsync(dvc));
        Assert.True(File.Exists(AtRemote(remote, output.Oid!)));

        // the list alone proves nothing: its files are looked for one by one
        string gone = AtRemote(remote, NaiveDvc.Md5(Encoding.UTF8.GetBytes("content 5")));
        File.Delete(gone);
        Assert.Equal((1, 30), await PushedAsync(dvc));
        Assert.True(File.Exists(gone));
        Assert.All(sandbox.Snapshot(remote).Keys, k => Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode(Path.Combine(remote, k))));

        File.Delete(sandbox.Object(NaiveDvc.Md5(Encoding.UTF8.GetBytes("content 6"))));
        Directory.Delete(remote, recursive: true);
        Assert.Single((await Assert.ThrowsAsync<DvcObjectMissingException>(async () => await dvc.PushAsync())).Objects);
        Assert.Equal(29, sandbox.Snapshot(remote).Count);
        Assert.False(File.Exists(AtRemote(remote, output.Oid!)));
    }

    [Fact]
    public async Task Pull_Interrupted_LeavesNoFalseObject()
    {
        using DvcSandbox sandbox = await ManyAsync();
        DvcRepository dvc = await sandbox.OpenAsync();
        await dvc.PushAsync();
        string remote = Path.Combine(sandbox.Outside, "remote");
        SortedDictionary<string, string> whole = sandbox.Snapshot(".dvc/cache");
        string oid = (await dvc.ListAsync()).Single().Oid!;

        // one object of the remote is cut, another damaged, a third is gone
        string cut = AtRemote(remote, NaiveDvc.Md5(Encoding.UTF8.GetBytes("content 2")));
        string flipped = AtRemote(remote, NaiveDvc.Md5(Encoding.UTF8.GetBytes("content 4")));
        string gone = AtRemote(remote, NaiveDvc.Md5(Encoding.UTF8.GetBytes("content 9")));
        File.SetUnixFileMode(cut, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(cut, "cont");
        DvcSandbox.Flip(flipped);
        File.Move(gone, gone + "x");
        Directory.Delete(sandbox[".dvc/cache"], recursive: true);
        Directory.Delete(sandbox["d"], recursive: true);
        DvcObjectCorruptedException error = await Assert.ThrowsAsync<DvcObjectCorruptedException>(async () => await dvc.PullAsync());
        Assert.Equal(2, error.Objects.Count);
        AssertPartOf(whole, sandbox, 27);
        Assert.False(File.Exists(sandbox.Object(oid)));
        Assert.False(Directory.Exists(sandbox["d"]));
        Assert.Equal(DvcState.Missing, (await dvc.StatusAsync()).Outputs.Single().State);

        // cancelled at once, then mended: the next call goes on with what is missing
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await dvc.FetchAsync(cancellationToken: new CancellationToken(canceled: true)));
        DvcSandbox.Flip(flipped);
        File.WriteAllText(cut, "content 2");
        DvcObjectMissingException missing = await Assert.ThrowsAsync<DvcObjectMissingException>(async () => await dvc.PullAsync());
        Assert.Contains("d/f9", Assert.Single(missing.Objects), StringComparison.Ordinal);
        AssertPartOf(whole, sandbox, 29);
        Assert.False(File.Exists(sandbox.Object(oid)));
        File.Move(gone + "x", gone);
        (DvcTransfer transfer, DvcCheckoutReport checkout) = await dvc.PullAsync();
        Assert.Equal((2, 29, 30), (transfer.Copied, transfer.Present, checkout.Written));
        Assert.Equal(whole, sandbox.Snapshot(".dvc/cache"));
        Assert.True((await dvc.StatusAsync()).IsClean);
    }

    [Fact]
    public async Task Push_ReplacesADamagedObjectOfTheRemote_AndFetchOneOfTheCache()
    {
        using DvcSandbox sandbox = await ManyAsync();
        DvcRepository dvc = await sandbox.OpenAsync();
        Assert.Equal((31, 0), await PushedAsync(dvc));
        Assert.Equal((0, 31), await PushedAsync(dvc));
        string oid = NaiveDvc.Md5(Encoding.UTF8.GetBytes("content 3"));
        string list = (await dvc.ListAsync()).Single().Oid!;
        string remote = Path.Combine(sandbox.Outside, "remote");
        await Task.Delay(20); // so that the times of files move on
        DvcSandbox.Flip(AtRemote(remote, oid));
        DvcSandbox.Flip(AtRemote(remote, list));
        Assert.Equal((2, 29), await PushedAsync(dvc));
        Assert.Equal(File.ReadAllBytes(sandbox.Object(oid)), File.ReadAllBytes(AtRemote(remote, oid)));
        Assert.Equal(File.ReadAllBytes(sandbox.Object(list)), File.ReadAllBytes(AtRemote(remote, list)));
        DvcSandbox.Flip(sandbox.Object(oid));
        Assert.Single((await dvc.VerifyAsync()).Damaged);
        Assert.Equal(1, (await dvc.FetchAsync()).Copied);
        Assert.True((await dvc.VerifyAsync()).IsSound);

        // what was seen is remembered: nothing but its stamp is looked at
        string stamps = Convert.ToHexString(File.ReadAllBytes(sandbox[".dvc/tmp/lifecycle/stamps"]));
        Assert.Equal((0, 31), await PushedAsync(dvc));
        Assert.Equal(stamps, Convert.ToHexString(File.ReadAllBytes(sandbox[".dvc/tmp/lifecycle/stamps"])));
    }

    [Fact]
    public async Task APushThatEndsInTheMiddle_KeepsWhatItHasCopied()
    {
        using DvcSandbox sandbox = DvcSandbox.Empty(Config);
        string last = "";
        for (int i = 0, made = 0; made < 1001 || last.Length == 0; i++)
        {
            // the only object of its folder comes last, and that folder cannot be made
            string content = string.Create(CultureInfo.InvariantCulture, $"content {i}");
            string oid = NaiveDvc.Md5(Encoding.UTF8.GetBytes(content));
            if (!oid.StartsWith("ff", StringComparison.Ordinal) && made < 1001)
            {
                sandbox.Write(string.Create(CultureInfo.InvariantCulture, $"d/f{made++}"), content);
            }
            else if (oid.StartsWith("ff", StringComparison.Ordinal) && last.Length == 0)
            {
                sandbox.Write("d/z", content);
                last = oid;
            }
        }

        DvcRepository dvc = await sandbox.OpenAsync();
        await dvc.AddAsync("d");
        string inTheWay = Path.Combine(sandbox.Outside, "remote/files/md5/ff");
        Directory.CreateDirectory(Path.GetDirectoryName(inTheWay)!);
        await File.WriteAllBytesAsync(inTheWay, []);
        await Assert.ThrowsAsync<LifecycleStorageException>(async () => await dvc.PushAsync());
        File.Delete(inTheWay);
        string remote = Path.Combine(sandbox.Outside, "remote");
        string[] pushed = [.. sandbox.Snapshot(remote).Keys.Select(k => Path.Combine(remote, k))];
        Assert.Equal(1000, pushed.Length);

        // nor is it hashed again: its stamps are there
        DvcStamps stamps = DvcStamps.Load(sandbox[".dvc"]);
        Assert.All(pushed, p => Assert.True(stamps.TryGet(p, DvcHashKind.Md5, SourceFile.StampOf(p), out _)));
        Assert.Equal((3, 1000), await PushedAsync(dvc));
        Assert.True(File.Exists(AtRemote(remote, last)));
    }

    [Fact]
    public async Task ACheckoutThatIsRefused_RemembersWhatItHasRead()
    {
        using DvcSandbox sandbox = await ManyAsync();
        File.Delete(sandbox[".dvc/tmp/lifecycle/stamps"]);
        sandbox.Write("d/f1", "mine");
        DvcRepository dvc = await sandbox.OpenAsync(time: new Microsoft.Extensions.Time.Testing.FakeTimeProvider(TimeProvider.System.GetUtcNow().AddHours(1)));
        Assert.Equal(["d/f1"], (await Assert.ThrowsAsync<WorkspaceModifiedException>(async () => await dvc.CheckoutAsync())).Paths);
        Assert.True(DvcStamps.Load(sandbox[".dvc"]).TryGet("d/f2", DvcHashKind.Md5, SourceFile.StampOf(sandbox["d/f2"]), out Md5Hash hash));
        Assert.Equal(NaiveDvc.Md5("content 2"u8.ToArray()), hash.Hex);
    }

    [Fact]
    public async Task FlippedBit_ReadOnlyObject_FoundOnCheckout()
    {
        using DvcSandbox sandbox = await ManyAsync();
        DvcRepository dvc = await sandbox.OpenAsync();
        string[] objects = [.. sandbox.Snapshot(".dvc/cache").Keys.Select(k => Path.Combine(sandbox[".dvc/cache"], k))];
        Directory.Delete(sandbox["d"], recursive: true);
        foreach (string file in objects)
        {
            DvcSandbox.Flip(file);
            DvcObjectCorruptedException error = await Assert.ThrowsAsync<DvcObjectCorruptedException>(async () => await dvc.CheckoutAsync());
            Assert.Contains(file, Assert.Single(error.Objects), StringComparison.Ordinal);
            Assert.False(Directory.Exists(sandbox["d"]));
            Assert.Single((await dvc.VerifyAsync()).Damaged);
            DvcSandbox.Flip(file);
        }

        foreach (LinkKind link in Enum.GetValues<LinkKind>())
        {
            DvcSandbox.Flip(objects[0]);
            await Assert.ThrowsAsync<DvcObjectCorruptedException>(async () => await dvc.CheckoutAsync(options: new DvcCheckoutOptions { Link = link }));
            DvcSandbox.Flip(objects[0]);
        }

        Assert.Equal(30, (await dvc.CheckoutAsync()).Written);
        Assert.True((await dvc.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task Checkout_NeverOverwritesUnknownBytes()
    {
        using DvcSandbox sandbox = await ManyAsync();
        DvcRepository dvc = await sandbox.OpenAsync();
        sandbox.Write("d/f1", "mine");
        sandbox.Write("d/f2", "content 3"); // kept in the cache, so it may go
        sandbox.Write("d/extra", "nobody has this");
        sandbox.Write("d/in/known", "content 4");
        SortedDictionary<string, string> before = sandbox.Snapshot();
        WorkspaceModifiedException error = await Assert.ThrowsAsync<WorkspaceModifiedException>(async () => await dvc.CheckoutAsync());
        Assert.Equal(["d/f1"], error.Paths);
        Assert.Contains("Keep them with AddAsync, move them away, or say DvcCheckoutOptions.Overwrite.", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, sandbox.Snapshot());
        DvcCheckoutReport report = await dvc.CheckoutAsync(options: new DvcCheckoutOptions { Overwrite = true });
        Assert.Equal((2, 28), (report.Written, report.Unchanged));
        Assert.Equal(["d/in/known"], report.Removed);
        Assert.Equal(["d/extra"], report.Kept);
        Assert.Equal("content 1", sandbox.Read("d/f1"));
        Assert.False(Directory.Exists(sandbox["d/in"]));
        Assert.Equal("nobody has this", sandbox.Read("d/extra"));
        Assert.Equal([new DvcFileChange("d/extra", DvcFileState.Added)], (await dvc.StatusAsync()).Outputs.Single().Details);
        await dvc.CheckoutAsync(options: new DvcCheckoutOptions { Exact = true });
        Assert.True((await dvc.StatusAsync()).IsClean);

        // the bytes in the way are in the cache, but that object is damaged: the file is the last good copy
        sandbox.Write("d/f2", "content 3");
        DvcSandbox.Flip(sandbox.Object(NaiveDvc.Md5(Encoding.UTF8.GetBytes("content 3"))));
        Assert.Equal(["d/f2"], (await Assert.ThrowsAsync<WorkspaceModifiedException>(async () => await dvc.CheckoutAsync())).Paths);
        DvcSandbox.Flip(sandbox.Object(NaiveDvc.Md5(Encoding.UTF8.GetBytes("content 3"))));

        // a folder, a link, a file where a folder should be
        File.Delete(sandbox["d/f3"]);
        Directory.CreateDirectory(sandbox["d/f3"]);
        await Assert.ThrowsAsync<WorkspaceModifiedException>(async () => await dvc.CheckoutAsync());
        Directory.Delete(sandbox["d"], recursive: true);
        Directory.CreateDirectory(Path.Combine(sandbox.Outside, "elsewhere"));
        File.CreateSymbolicLink(sandbox["d"], Path.Combine(sandbox.Outside, "elsewhere"));
        await Assert.ThrowsAnyAsync<DatasetException>(async () => await dvc.CheckoutAsync());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(sandbox.Outside, "elsewhere")));
    }

    [Fact]
    public async Task WhatChangesWhileACheckoutRuns_Stays_AndIsTold()
    {
        using DvcSandbox sandbox = await ManyAsync();
        Acting time = new();
        DvcRepository dvc = await sandbox.OpenAsync(time: time);
        sandbox.Write("d/f1", "content 3");
        sandbox.Write("d/f2", "content 4");
        File.Delete(sandbox["d/f5"]);
        File.Delete(sandbox["d/f6"]);
        sandbox.Write("d/in/extra", "content 7");
        sandbox.Write("d/in/other", "content 8");

        // the second look at the clock lies behind the plan
        time.At(2, () =>
        {
            sandbox.Write("d/f1", "just now 1");
            sandbox.Write("d/f5", "just now 5");
            sandbox.Write("d/in/extra", "just now e");
        });
        WorkspaceModifiedException error = await Assert.ThrowsAsync<WorkspaceModifiedException>(async () => await dvc.CheckoutAsync());
        Assert.True(time.HasActed);
        Assert.Equal(["d/f1", "d/f5", "d/in/extra"], error.Paths);
        Assert.Contains("changed while the checkout ran", error.Message, StringComparison.Ordinal);
        Assert.Equal(("just now 1", "just now 5", "just now e"), (sandbox.Read("d/f1"), sandbox.Read("d/f5"), sandbox.Read("d/in/extra")));
        Assert.Equal(("content 2", "content 6", false), (sandbox.Read("d/f2"), sandbox.Read("d/f6"), File.Exists(sandbox["d/in/other"])));
        Assert.Equal(["d/f1", "d/f5"], (await Assert.ThrowsAsync<WorkspaceModifiedException>(async () => await dvc.CheckoutAsync())).Paths);
    }

    [Fact]
    public async Task StampsOfObjectsThatAreGone_GoInTurn_WhenThereAreMany()
    {
        using DvcSandbox sandbox = DvcSandbox.Empty();
        string there = sandbox.Write("there", "x");
        FileStamp stamp = SourceFile.StampOf(there);
        DvcStamps stamps = DvcStamps.Load(sandbox[".dvc"]);
        for (int i = 0; i < 7000; i++)
        {
            stamps.SetObject(string.Create(CultureInfo.InvariantCulture, $"/nowhere/{i}"), DvcHashKind.Md5, stamp, default);
        }

        stamps.SetObject(there, DvcHashKind.Md5, stamp, default);
        int[] left = new int[4];
        for (int save = 0; save < left.Length; save++)
        {
            await stamps.SaveAsync();
            stamps = DvcStamps.Load(sandbox[".dvc"]);
            left[save] = Enumerable.Range(0, 7000).Count(i => stamps.TryGet($"/nowhere/{i}", DvcHashKind.Md5, stamp, out _));
            Assert.True(stamps.TryGet(there, DvcHashKind.Md5, stamp, out _));
            stamps.SetObject(there, DvcHashKind.Md5, stamp, default);
        }

        // few are not looked at
        Assert.Equal([6000, 5000, 4000, 4000], left);
    }

    [Fact]
    public async Task Status_TellsMissing_Modified_NotInCache()
    {
        using DvcSandbox sandbox = await ManyAsync();
        sandbox.Write("one", "1");
        DvcRepository dvc = await sandbox.OpenAsync();
        await dvc.AddAsync("one");
        SortedDictionary<string, string> before = sandbox.Snapshot();
        File.Delete(sandbox.Object(NaiveDvc.Md5(Encoding.UTF8.GetBytes("content 1"))));
        Assert.Equal([new DvcFileChange("d/f1", DvcFileState.NotInCache)], (await dvc.StatusAsync("d")).Outputs.Single().Details);
        Assert.Equal(DvcState.NotInCache, (await dvc.StatusAsync("d.dvc")).Outputs.Single().State);
        string oid = (await dvc.ListAsync()).Single(o => o.IsFolder).Oid!;
        File.Move(sandbox.Object(oid), sandbox.Object(oid) + "x");
        Assert.Equal(DvcState.NotInCache, (await dvc.StatusAsync("d")).Outputs.Single().State);
        File.Delete(sandbox["d/f2"]);
        Assert.Equal(DvcState.Modified, (await dvc.StatusAsync("d")).Outputs.Single().State);
        File.Move(sandbox.Object(oid) + "x", sandbox.Object(oid));
        sandbox.Write("d/f3", "other");
        sandbox.Write("d/new", "other");
        Assert.Equal(
            [new("d/f1", DvcFileState.NotInCache), new("d/f2", DvcFileState.Deleted), new("d/f3", DvcFileState.Modified), new DvcFileChange("d/new", DvcFileState.Added)],
            (await dvc.StatusAsync("d")).Outputs.Single().Details);
        File.Delete(sandbox["one"]);
        Assert.Equal(DvcState.Missing, (await dvc.StatusAsync("one")).Outputs.Single().State);
        Directory.CreateDirectory(sandbox["one"]);
        Assert.Equal(DvcState.Modified, (await dvc.StatusAsync("one")).Outputs.Single().State);
        await Assert.ThrowsAsync<DatasetException>(async () => await dvc.StatusAsync("nothing"));
        Assert.NotEmpty(before);
    }

    [Fact]
    public async Task DvcItself_AcceptsOurWork()
    {
        if (!Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(p => File.Exists(Path.Combine(p, "dvc"))))
        {
            Assert.Skip("There is no dvc on PATH.");
        }

        using DvcSandbox sandbox = DvcSandbox.Empty(Config);
        sandbox.Write(".dvc/config", "[core]\n    no_scm = True\n    remote = store\n['remote \"store\"']\n    url = ../../remote\n");
        DvcRepository dvc = await sandbox.OpenAsync();
        for (int i = 0; i < 20; i++)
        {
            sandbox.Write($"d/{i % 3}/ü{i} x", $"content {i}");
        }

        await dvc.AddAsync("d");
        await dvc.PushAsync();
        Assert.Contains("up to date", Dvc(sandbox.Root, "status"), StringComparison.Ordinal);
        SortedDictionary<string, string> data = sandbox.Snapshot("d");
        Directory.Delete(sandbox["d"], recursive: true);
        Dvc(sandbox.Root, "checkout");
        Assert.Equal(data, sandbox.Snapshot("d"));
        Directory.Delete(sandbox["d"], recursive: true);
        Directory.Delete(sandbox[".dvc/cache"], recursive: true);
        Dvc(sandbox.Root, "pull");
        Assert.Equal(data, sandbox.Snapshot("d"));
        Assert.True((await dvc.StatusAsync()).IsClean);
    }

    private static string Dvc(string folder, string command)
    {
        System.Diagnostics.ProcessStartInfo start = new("dvc", command) { WorkingDirectory = folder, RedirectStandardOutput = true };
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }

    private static async Task<(int Copied, int Present)> PushedAsync(DvcRepository dvc)
    {
        DvcTransfer transfer = await dvc.PushAsync();
        return ((int)transfer.Copied, (int)transfer.Present);
    }

    private static void AssertPartOf(SortedDictionary<string, string> whole, DvcSandbox sandbox, int count)
    {
        SortedDictionary<string, string> part = sandbox.Snapshot(".dvc/cache");
        Assert.Equal(count, part.Count);
        Assert.All(part, p => Assert.Equal(whole[p.Key], p.Value));
    }

    private static string AtRemote(string remote, string oid) => Path.Combine(remote, "files", "md5", oid[..2], oid[2..]);

    private static async Task<DvcSandbox> ManyAsync()
    {
        DvcSandbox sandbox = DvcSandbox.Empty(Config);
        for (int i = 0; i < 30; i++)
        {
            sandbox.Write(string.Create(CultureInfo.InvariantCulture, $"d/f{i}"), string.Create(CultureInfo.InvariantCulture, $"content {i}"));
        }

        await (await sandbox.OpenAsync()).AddAsync("d");
        return sandbox;
    }

    /// <summary>A clock that does something when it is asked for the n-th time.</summary>
    private sealed class Acting : TimeProvider
    {
        private Action? _act;
        private int _left;

        public bool HasActed { get; private set; }

        public void At(int look, Action act) => (_left, _act) = (look, act);

        public override DateTimeOffset GetUtcNow()
        {
            if (--_left == 0)
            {
                HasActed = true;
                _act!();
            }

            return base.GetUtcNow();
        }
    }
}
