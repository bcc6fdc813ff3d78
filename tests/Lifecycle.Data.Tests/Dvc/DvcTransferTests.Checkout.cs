using System.Globalization;
using System.Text;

namespace Lifecycle.Data.Tests;

/// <content>What a checkout does to files, links and folders.</content>
public sealed partial class DvcTransferTests
{
    [Theory]
    [InlineData("link")]
    [InlineData("file")]
    [InlineData("nothing")]
    public async Task AFolderThatBecameSomethingElse_IsNotToldAsEmptied(string what)
    {
        using DvcSandbox sandbox = await ManyAsync();
        Acting time = new();
        DvcRepository dvc = await sandbox.OpenAsync(time: time);
        sandbox.Write("d/in/extra", "content 7");
        string moved = Path.Combine(sandbox.Outside, "moved");
        time.At(2, () =>
        {
            Directory.Move(sandbox["d/in"], moved);
            switch (what)
            {
                case "link":
                    File.CreateSymbolicLink(sandbox["d/in"], moved);
                    break;
                case "file":
                    sandbox.Write("d/in", "just now");
                    break;
                default:
                    break;
            }
        });
        if (what == "nothing")
        {
            Assert.Equal(["d/in/extra"], (await dvc.CheckoutAsync()).Removed);
        }
        else
        {
            Assert.Equal(["d/in/extra"], (await Assert.ThrowsAsync<WorkspaceModifiedException>(async () => await dvc.CheckoutAsync())).Paths);
        }

        Assert.True(time.HasActed);
        Assert.Equal("content 7", File.ReadAllText(Path.Combine(moved, "extra")));
    }

    [Theory]
    [InlineData(LinkKind.Copy)]
    [InlineData(LinkKind.Hardlink)]
    public async Task AWorkTreeThatIsAnotherFileSystemThanDotDvc_IsStillWrittenByRenames(LinkKind link)
    {
        using TinyDisk disk = TinyDisk.Mount(8);
        using DvcSandbox sandbox = await ManyAsync();
        DvcRepository dvc = await sandbox.OpenAsync();
        Directory.Delete(sandbox["d"], recursive: true);
        Directory.Delete(sandbox[".dvc/tmp"], recursive: true);
        Directory.CreateSymbolicLink(sandbox[".dvc/tmp"], disk.Folder.Path);
        string twin = Path.Combine(sandbox.Outside, "twin");
        Assert.True(AtomicFile.TryHardlink(sandbox.Write("d/f1", "content 3"), twin));

        // one that was killed left this
        File.SetLastWriteTimeUtc(sandbox.Write("d/.tmp-0123456789abcdef0123456789abcdef", "half"), DateTime.UnixEpoch);
        DvcCheckoutReport report = await dvc.CheckoutAsync(options: new DvcCheckoutOptions { Link = link });
        Assert.Equal((30, 0), (report.Written, report.Linked));
        Assert.Equal("content 1", sandbox.Read("d/f1"));
        Assert.Equal("content 3", File.ReadAllText(twin));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(sandbox["d"]), f => !Path.GetFileName(f).StartsWith('f'));
        Assert.True((await dvc.StatusAsync()).IsClean);
    }

    [Fact]
    public async Task WhatACheckoutWritesUnderATemporaryName_IsNoData()
    {
        using DvcSandbox sandbox = await ManyAsync();
        DvcRepository dvc = await sandbox.OpenAsync();
        string oid = (await dvc.ListAsync()).Single().Oid!;
        string half = sandbox.Write("d/.tmp-0123456789abcdef0123456789abcdef", "half");
        Assert.True((await dvc.StatusAsync()).IsClean);
        Assert.Equal(oid, (await dvc.AddAsync("d")).Output.Oid);
        DvcCheckoutReport report = await dvc.CheckoutAsync(options: new DvcCheckoutOptions { Exact = true });
        Assert.Equal((30L, 0), (report.Unchanged, report.Removed.Count));
        Assert.True(File.Exists(half));

        // a name that only looks like one is data like any other
        sandbox.Write("d/.tmp-x", "x");
        Assert.Equal(31L, (await dvc.AddAsync("d")).Output.Files);
    }

    [Fact]
    public async Task OfDvc2_AFileWithOtherLineEnds_IsNeverTakenForItsTwinInTheCache()
    {
        using DvcSandbox sandbox = DvcSandbox.Empty();
        string twin = Legacy(sandbox, "a\nb\n");
        string other = Legacy(sandbox, "other\n");
        string list = NaiveDvc.Dir(new Dictionary<string, string> { ["x"] = other });
        string folder = Legacy(sandbox, list, ".dir");
        sandbox.Write("same.dvc", $"outs:\n- md5: {twin}\n  size: 4\n  path: same\n");
        sandbox.Write("exec.dvc", $"outs:\n- md5: {twin}\n  size: 4\n  isexec: true\n  path: exec\n");
        sandbox.Write("d.dvc", $"outs:\n- md5: {folder}\n  size: 6\n  nfiles: 1\n  path: d\n");
        foreach (string file in new[] { "same", "exec", "d/x", "d/extra" })
        {
            sandbox.Write(file, "a\r\nb\r\n");
        }

        DvcRepository dvc = await sandbox.OpenAsync();
        Assert.Equal(0, (await dvc.RelinkAsync("same", LinkKind.Hardlink)).Written);
        Assert.Equal(1, (await dvc.CheckoutAsync("same")).Unchanged);
        Assert.Equal(["exec"], (await Assert.ThrowsAsync<WorkspaceModifiedException>(async () => await dvc.CheckoutAsync("exec"))).Paths);
        Assert.Equal(["d/x"], (await Assert.ThrowsAsync<WorkspaceModifiedException>(async () => await dvc.CheckoutAsync("d"))).Paths);
        File.Delete(sandbox["d/x"]);
        DvcCheckoutReport report = await dvc.CheckoutAsync("d");
        Assert.Equal(["d/extra"], report.Kept);
        Assert.Empty(report.Removed);
        Assert.All(new[] { "same", "exec", "d/extra" }, f => Assert.Equal("a\r\nb\r\n", sandbox.Read(f)));

        // with the very bytes of the object all is as with DVC 3
        foreach (string file in new[] { "same", "exec", "d/x", "d/extra" })
        {
            sandbox.Write(file, "a\nb\n");
        }

        Assert.Equal(1, (await dvc.RelinkAsync("same", LinkKind.Hardlink)).Written);
        Assert.Equal(1, (await dvc.CheckoutAsync("exec")).Written);
        Assert.Equal(["d/extra"], (await dvc.CheckoutAsync("d")).Removed);
        Assert.Equal("other\n", sandbox.Read("d/x"));
    }

    private static string Legacy(DvcSandbox sandbox, string content, string suffix = "")
    {
        string oid = NaiveDvc.Md5(Encoding.UTF8.GetBytes(content)) + suffix;
        sandbox.Write($".dvc/cache/{oid[..2]}/{oid[2..]}", content);
        return oid;
    }

    [Theory]
    [InlineData(LinkKind.Hardlink)]
    [InlineData(LinkKind.Reflink)]
    public async Task Relink_KeepsEveryByte_AndChangedFilesStay(LinkKind link)
    {
        using DvcSandbox sandbox = await ManyAsync();
        DvcRepository dvc = await sandbox.OpenAsync();
        sandbox.Write("d/f1", "mine");
        SortedDictionary<string, string> before = sandbox.Snapshot("d");
        DvcCheckoutReport report = await dvc.RelinkAsync(link: link);
        Assert.Equal(29, report.Written);
        Assert.Equal(before, sandbox.Snapshot("d"));
        Assert.Equal(link == LinkKind.Hardlink, FileStamp.Of(sandbox["d/f2"]).Inode == FileStamp.Of(sandbox.Object(NaiveDvc.Md5(Encoding.UTF8.GetBytes("content 2")))).Inode);
        Assert.Equal(link == LinkKind.Hardlink ? 29 : report.Linked, report.Linked);
    }

    [Fact]
    public async Task FilesThatAreLinksToOneObject_AreReplacedTogether_AndLinkedAgain()
    {
        using DvcSandbox sandbox = await ManyAsync();
        DvcRepository dvc = await sandbox.OpenAsync();
        sandbox.Write("d/f1", "content 2");
        sandbox.Write("d/f3", "content 2");
        await dvc.AddAsync("d");
        string linked = sandbox.Read("d.dvc");
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(30, (await dvc.RelinkAsync("d", LinkKind.Hardlink)).Linked);
            Assert.Equal(FileStamp.Of(sandbox["d/f1"]).Inode, FileStamp.Of(sandbox["d/f2"]).Inode);
        }

        foreach (string name in new[] { "d/f1", "d/f2", "d/f3" })
        {
            File.Delete(sandbox[name]);
            sandbox.Write(name, "other");
        }

        await dvc.AddAsync("d");
        string other = sandbox.Read("d.dvc");
        await dvc.RelinkAsync("d", LinkKind.Hardlink);
        sandbox.Write("d.dvc", linked);
        Assert.Equal(3, (await dvc.CheckoutAsync("d", new DvcCheckoutOptions { Link = LinkKind.Hardlink })).Written);
        sandbox.Write("d.dvc", other);
        Assert.Equal(3, (await dvc.CheckoutAsync("d")).Written);
        Assert.Equal("other", sandbox.Read("d/f3"));
    }

    [Fact]
    public async Task ALinkIntoTheCache_IsTheFile_AsDvcMayHaveLinkedIt()
    {
        using DvcSandbox sandbox = await ManyAsync();
        DvcRepository dvc = await sandbox.OpenAsync();
        File.Delete(sandbox["d/f1"]);
        File.CreateSymbolicLink(sandbox["d/f1"], sandbox.Object(NaiveDvc.Md5(Encoding.UTF8.GetBytes("content 1"))));
        Assert.True((await dvc.StatusAsync()).IsClean);
        Assert.Equal(0, (await dvc.AddAsync("d")).NewObjects);
        Assert.Equal(30, (await dvc.CheckoutAsync()).Unchanged);
        File.Delete(sandbox["d/f2"]);
        File.CreateSymbolicLink(sandbox["d/f2"], "/etc/hostname");
        Assert.Equal([new DvcFileChange("d/f2", DvcFileState.Modified)], (await dvc.StatusAsync()).Outputs.Single().Details);
    }
}
