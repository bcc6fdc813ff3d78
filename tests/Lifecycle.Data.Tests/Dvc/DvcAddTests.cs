using System.Diagnostics;
using System.Text;
using Lifecycle.Statistics;

namespace Lifecycle.Data.Tests;

public sealed class DvcAddTests
{
    [Fact]
    public async Task ACancel_BetweenTheTwoFiles_LeavesNoneAlone()
    {
        using DvcSandbox sandbox = DvcSandbox.Empty();
        DvcRepository dvc = await sandbox.OpenAsync();
        for (int i = 0; i < 5; i++)
        {
            string name = $"f{i}.txt";
            sandbox.Write(name, "content " + i);
            using CancellationTokenSource stop = new();
            bool ended = false;
            Task watching = Task.Run(() =>
            {
                while (!File.Exists(sandbox[name + ".dvc"]) && !Volatile.Read(ref ended))
                {
                    Thread.Yield();
                }

                stop.Cancel();
            });
            await dvc.AddAsync(name, stop.Token);
            Volatile.Write(ref ended, true);
            await watching;
            Assert.Contains($"/{name}\n", sandbox.Read(".gitignore"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task GeneratedTrees_EqualANaiveWriter_AndCheckOutEqual()
    {
        using DvcSandbox sandbox = DvcSandbox.Empty();
        DvcRepository dvc = await sandbox.OpenAsync();
        RandomStream random = new(829);
        string[] names = ["a", "b.txt", "sub-x", "sub", "ü", "日本", "\ue000", "😀", "with space", "#x", "-d", "it's", "1e5", "q\"q", "tab\tx", "true"];
        for (int i = 0; i < (Depth.IsFull ? 200 : 60); i++)
        {
            string output = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"t{i}/{names[random.NextBelow(names.Length)]}");
            Dictionary<string, byte[]> files = [];
            for (int n = random.NextBelow(8); n >= 0; n--)
            {
                string path = string.Join('/', Enumerable.Range(0, 1 + random.NextBelow(3)).Select(_ => names[random.NextBelow(names.Length)]));
                if (!files.Keys.Any(k => k.StartsWith(path + "/", StringComparison.Ordinal) || path.StartsWith(k + "/", StringComparison.Ordinal)))
                {
                    byte[] bytes = new byte[random.NextBelow(3000)];
                    NaiveDvc.Fill(random, bytes);
                    files[path] = bytes;
                    sandbox.Write(output + "/" + path, bytes);
                }
            }

            SortedDictionary<string, string> before = sandbox.Stamps(output);
            DvcAddition addition = await dvc.AddAsync(output);
            string list = NaiveDvc.Dir(files.ToDictionary(f => f.Key, f => NaiveDvc.Md5(f.Value)));
            string oid = NaiveDvc.Md5(Encoding.ASCII.GetBytes(list)) + ".dir";
            Assert.Equal(oid, addition.Output.Oid);
            Assert.Equal(list, File.ReadAllText(sandbox.Object(oid)));
            Assert.All(files.Values, f => Assert.Equal(f, File.ReadAllBytes(sandbox.Object(NaiveDvc.Md5(f)))));
            string name = output[(output.IndexOf('/', StringComparison.Ordinal) + 1)..];
            Assert.Equal(
                $"outs:\n- md5: {oid}\n  size: {files.Values.Sum(f => f.Length)}\n  nfiles: {files.Count}\n  hash: md5\n  path: {NaiveDvc.Scalar(name)}\n", sandbox.Read(output + ".dvc"));
            Assert.Equal(before, sandbox.Stamps(output));
            SortedDictionary<string, string> content = sandbox.Snapshot(output);
            Directory.Delete(sandbox[output], recursive: true);
            await dvc.CheckoutAsync(output);
            Assert.Equal(content, sandbox.Snapshot(output));
        }

        Assert.True((await dvc.StatusAsync()).IsClean);
        Assert.True((await dvc.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task AnEmptyFolder_AnEmptyFile_ABigFile()
    {
        using DvcSandbox sandbox = DvcSandbox.Empty();
        DvcRepository dvc = await sandbox.OpenAsync();
        Directory.CreateDirectory(sandbox["none"]);
        Assert.Equal("d751713988987e9331980363e24189ce.dir", (await dvc.AddAsync("none")).Output.Oid);
        Assert.Equal("outs:\n- md5: d751713988987e9331980363e24189ce.dir\n  size: 0\n  nfiles: 0\n  hash: md5\n  path: none\n", sandbox.Read("none.dvc"));
        sandbox.Write("void", "");
        await dvc.AddAsync("void");
        Assert.Equal("outs:\n- md5: d41d8cd98f00b204e9800998ecf8427e\n  size: 0\n  hash: md5\n  path: void\n", sandbox.Read("void.dvc"));
        byte[] big = new byte[(33 << 20) + 7];
        NaiveDvc.Fill(new RandomStream(1), big.AsSpan(0, 100_000));
        sandbox.Write("big", big);
        DvcAddition addition = await dvc.AddAsync("big");
        Assert.Equal(NaiveDvc.Md5(big), addition.Output.Oid);
        Assert.Equal(big, File.ReadAllBytes(sandbox.Object(addition.Output.Oid!)));
        Directory.Delete(sandbox["none"]);
        File.Delete(sandbox["big"]);
        await dvc.CheckoutAsync();
        Assert.Equal(big, File.ReadAllBytes(sandbox["big"]));
        Assert.True(Directory.Exists(sandbox["none"]));
        Assert.True((await dvc.StatusAsync()).IsClean);
    }

    [Theory]
    [InlineData("nothing", "there is no such file")]
    [InlineData("../outside", "outside of the repository")]
    [InlineData(".", "it is the repository itself")]
    [InlineData("data.dvc", "names like this belong to DVC")]
    [InlineData("dvc.yaml", "names like this belong to DVC")]
    [InlineData(".dvc/config", "lies in .dvc")]
    [InlineData(".git/hooks", "lies in .dvc, .git or .hg")]
    [InlineData("data/sub", "it lies in 'data', an output of 'data.dvc'")]
    [InlineData("model.bin", "it is an output of 'dvc.lock' already")]
    [InlineData("above", "lies in it; remove that file first")]
    [InlineData("linked", "links are not followed")]
    [InlineData("linkedfolder/x", "'linkedfolder' is a link")]
    [InlineData("withlink", "links are not followed")]
    [InlineData("withrule", "a rule at once")]
    [InlineData("skipped.tmp", "a .dvcignore says")]
    [InlineData("tracked", "Git tracks it already")]
    [InlineData("trackedfolder", "Git tracks it already")]
    [InlineData("pipe", "a device, a pipe or a socket")]
    [InlineData("other", "tells of something else")]
    [InlineData("ignored", "a .dvcignore says that it is to be ignored")]
    [InlineData("described", "tells of no output")]
    public async Task WhatCannotBeAdded_IsRefused_AndNothingIsWritten(string path, string reason)
    {
        using DvcSandbox sandbox = DvcSandbox.Recorded();
        sandbox.Write("above/in/x", "x");
        sandbox.Write("above/in.dvc", "outs:\n- md5: 9dd4e461268c8034f5c8564e155c67a6\n  size: 1\n  hash: md5\n  path: in\n");
        File.CreateSymbolicLink(sandbox["linked"], sandbox["s.txt"]);
        Directory.CreateSymbolicLink(sandbox["linkedfolder"], sandbox["od"]);
        Directory.CreateDirectory(sandbox["withlink"]);
        File.CreateSymbolicLink(sandbox["withlink/l"], sandbox["s.txt"]);
        sandbox.Write("withrule/a/.dvcignore", "x");
        sandbox.Write("skipped.tmp", "x");
        sandbox.Write(".dvcignore", "*.tmp\nignored.dvc\n");
        sandbox.Write("tracked", "x");
        sandbox.Write("trackedfolder/a/b", "x");
        sandbox.Write("ignored", "x");
        sandbox.Write("ignored.dvc", "outs:\n- md5: 9dd4e461268c8034f5c8564e155c67a6\n  size: 1\n  hash: md5\n  path: ignored\n  desc: mine\n");
        sandbox.Write("described", "x");
        sandbox.Write("described.dvc", "desc: what this once was\n");
        sandbox.Write("other", "x");
        sandbox.Write("other.dvc", "outs:\n- md5: 9dd4e461268c8034f5c8564e155c67a6\n  size: 1\n  hash: md5\n  path: another\n");
        Directory.CreateDirectory(sandbox[".git"]);
        File.WriteAllBytes(sandbox[".git/index"], NaiveDvc.GitIndex(2, ["a", "tracked", "trackedfolder/a/b", "z"]));
        Process.Start("mkfifo", sandbox["pipe"]).WaitForExit();
        string pipe = sandbox["pipe"];
        if (path != "pipe")
        {
            File.Delete(pipe);
        }

        DvcRepository dvc = await sandbox.OpenAsync();
        SortedDictionary<string, string>? before = path == "pipe" ? null : sandbox.Snapshot();
        SourceRefusedException error = await Assert.ThrowsAsync<SourceRefusedException>(async () => await dvc.AddAsync(path));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        if (before is not null)
        {
            Assert.Equal(before, sandbox.Snapshot());
        }
    }

    [Fact]
    public async Task AnIndexOfGitOfVersion3_IsRead_AndOneOfVersion4_IsAWarning()
    {
        using DvcSandbox sandbox = DvcSandbox.Empty();
        sandbox.Write("x", "x");
        sandbox.Write(".git/index", NaiveDvc.GitIndex(3, ["a", "x"]));
        DvcRepository dvc = await sandbox.OpenAsync();
        await Assert.ThrowsAsync<SourceRefusedException>(async () => await dvc.AddAsync("x"));
        sandbox.Write(".git/index", NaiveDvc.GitIndex(4, ["a", "x"]));
        Assert.Contains("versions 2 and 3", Assert.Single((await dvc.AddAsync("x")).Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "/a\\[b\\]\\*\\!\\#\\?\n")]
    [InlineData("x", "x\n/a\\[b\\]\\*\\!\\#\\?\n")]
    [InlineData("/a\\[b\\]\\*\\!\\#\\?", "/a\\[b\\]\\*\\!\\#\\?")]
    [InlineData("y\r\n/a\\[b\\]\\*\\!\\#\\?\r\n", "y\r\n/a\\[b\\]\\*\\!\\#\\?\r\n")]
    public async Task TheLineInGitignore_IsEscaped_AndStandsOnce(string before, string after)
    {
        using DvcSandbox sandbox = DvcSandbox.Empty();
        if (before.Length > 0)
        {
            sandbox.Write("d/.gitignore", before);
        }

        sandbox.Write("d/a[b]*!#?", "x");
        DvcRepository dvc = await sandbox.OpenAsync();
        await dvc.AddAsync("d/a[b]*!#?");
        await dvc.AddAsync("d/a[b]*!#?");
        Assert.Equal(after, sandbox.Read("d/.gitignore"));
    }

    [Fact]
    public async Task AGitignoreThatIsNotUtf8_KeepsEveryByte()
    {
        using DvcSandbox sandbox = DvcSandbox.Empty();
        byte[] before = [(byte)'f', 0xFC, (byte)'r', (byte)'\n', (byte)'/', (byte)'x', 0xFF];
        sandbox.Write(".gitignore", before);
        sandbox.Write("x", "x");
        DvcRepository dvc = await sandbox.OpenAsync();
        await dvc.AddAsync("x");
        await dvc.AddAsync("x");
        Assert.Equal([.. before, .. "\n/x\n"u8], File.ReadAllBytes(sandbox[".gitignore"]));
    }

    [Fact]
    public async Task WithoutGit_NoGitignoreIsWritten()
    {
        using DvcSandbox sandbox = DvcSandbox.Empty("[core]\n    no_scm = True\n");
        sandbox.Write("x", "x");
        await (await sandbox.OpenAsync()).AddAsync("x");
        Assert.False(File.Exists(sandbox[".gitignore"]));
    }

    [Fact]
    public async Task ExecBit_SurvivesRecommit()
    {
        using DvcSandbox sandbox = DvcSandbox.Recorded();
        DvcRepository dvc = await sandbox.OpenAsync();
        string recorded = sandbox.Read("e.sh.dvc");
        await dvc.AddAsync("e.sh");
        Assert.Equal(recorded, sandbox.Read("e.sh.dvc"));
        sandbox.Write("e.sh", "#!/bin/sh\necho\n");
        await dvc.AddAsync("e.sh");
        Assert.Contains("  isexec: true\n", sandbox.Read("e.sh.dvc"), StringComparison.Ordinal);
        Assert.True(File.GetUnixFileMode(sandbox["e.sh"]).HasFlag(UnixFileMode.UserExecute));
        File.Delete(sandbox["e.sh"]);
        await dvc.CheckoutAsync("e.sh");
        Assert.True(File.GetUnixFileMode(sandbox["e.sh"]).HasFlag(UnixFileMode.UserExecute));
        await dvc.AddAsync("data");
        Assert.True(File.GetUnixFileMode(sandbox["data/run.sh"]).HasFlag(UnixFileMode.UserExecute));
        await dvc.CheckoutAsync("data");
        Assert.True(File.GetUnixFileMode(sandbox["data/run.sh"]).HasFlag(UnixFileMode.UserExecute));
    }

    [Fact]
    public async Task AFileThatChangesWhileItIsRead_IsReadAgain_ThenRefused()
    {
        using DvcSandbox sandbox = DvcSandbox.Empty();
        string path = sandbox.Write("x", new string('a', 5_000_000));
        DvcRepository dvc = await sandbox.OpenAsync();
        bool stop = false;
        Task touching = Task.Run(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                using FileStream file = new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
                file.WriteByte(1);
            }
        });
        try
        {
            await Assert.ThrowsAsync<DatasetChangedDuringCommitException>(async () => await dvc.AddAsync("x"));
        }
        finally
        {
            Volatile.Write(ref stop, true);
            await touching;
        }

        Assert.DoesNotContain(sandbox.Snapshot().Keys, k => k.StartsWith(".dvc/cache/", StringComparison.Ordinal));
        DvcAddition addition = await dvc.AddAsync("x");
        Assert.Equal(NaiveDvc.Md5(File.ReadAllBytes(path)), addition.Output.Oid);
    }

    [Fact]
    public async Task OneChangedFile_HashesExactlyOne_AndASameLengthEditWithItsTimeRestored_IsSeen()
    {
        using DvcSandbox sandbox = DvcSandbox.Empty();
        for (int i = 0; i < 50; i++)
        {
            string file = sandbox.Write($"d/f{i}", $"content {i}");
        }

        // stamps are believed two seconds after the last change
        DvcRepository dvc = await sandbox.OpenAsync(time: new Later());
        Assert.Equal(50, (await dvc.AddAsync("d")).FilesRead);
        Assert.Equal(0, (await dvc.StatusAsync()).FilesHashed);
        string edited = sandbox["d/f7"];
        DateTime time = File.GetLastWriteTimeUtc(edited);
        File.WriteAllText(edited, "CONTENT 7");
        File.SetLastWriteTimeUtc(edited, time);
        DvcStatus status = await dvc.StatusAsync();
        Assert.Equal(1, status.FilesHashed);
        Assert.Equal([new DvcFileChange("d/f7", DvcFileState.Modified)], status.Outputs.Single().Details);
        Assert.Equal(1, (await dvc.AddAsync("d")).FilesRead);
        Assert.True((await dvc.StatusAsync()).IsClean);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Add_ReplacesADamagedObject_ByTheBytesInHand(bool isKnown)
    {
        using DvcSandbox sandbox = DvcSandbox.Empty();
        byte[] big = new byte[3 << 20];
        sandbox.Write("d/big", big);
        sandbox.Write("d/small", "content");
        DvcRepository dvc = await sandbox.OpenAsync(time: isKnown ? new Later() : null);
        string list = (await dvc.AddAsync("d")).Output.Oid!;
        Assert.Equal((isKnown ? 0L : 2L, 0L), await AddedAsync(dvc));
        await Task.Delay(20); // so that the times of files move on
        DvcSandbox.Flip(sandbox.Object(NaiveDvc.Md5(big)), 2 << 20);
        DvcSandbox.Flip(sandbox.Object(NaiveDvc.Md5("content"u8.ToArray())));
        DvcSandbox.Flip(sandbox.Object(list));
        Assert.Equal((2L, 2L), await AddedAsync(dvc));
        Assert.True((await dvc.VerifyAsync()).IsSound);
    }

    private static async Task<(long Read, long Objects)> AddedAsync(DvcRepository dvc)
    {
        DvcAddition addition = await dvc.AddAsync("d");
        return (addition.FilesRead, addition.NewObjects);
    }

    [Fact]
    public async Task AFileThatWasYoungWhenItWasRead_IsReadAgain_HoweverLongTheReadingTook()
    {
        using DvcSandbox sandbox = DvcSandbox.Empty();
        sandbox.Write("d/x", "x");
        DvcRepository dvc = await sandbox.OpenAsync(time: new Running());
        await dvc.AddAsync("d");
        Assert.Equal(1, (await dvc.StatusAsync()).FilesHashed);
    }

    // An hour goes by between two looks at the clock.
    private sealed class Running : TimeProvider
    {
        private int _looks;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddHours(_looks++);
    }

    private sealed class Later : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddSeconds(5);
    }

    [Fact]
    public async Task Checkout_ThatIsRefused_MakesNoFolder()
    {
        using DvcSandbox sandbox = DvcSandbox.Empty();
        Directory.CreateDirectory(sandbox["a"]);
        sandbox.Write("b", "committed");
        DvcRepository dvc = await sandbox.OpenAsync();
        await dvc.AddAsync("a");
        await dvc.AddAsync("b");
        Directory.Delete(sandbox["a"]);
        File.Delete(sandbox["b"]);
        sandbox.Write("b", "mine");
        await Assert.ThrowsAsync<WorkspaceModifiedException>(async () => await dvc.CheckoutAsync());
        Assert.False(Directory.Exists(sandbox["a"]));
        Assert.Equal("mine", sandbox.Read("b"));
        await dvc.CheckoutAsync(options: new DvcCheckoutOptions { Overwrite = true });
        Assert.True(Directory.Exists(sandbox["a"]));
        Assert.Equal("committed", sandbox.Read("b"));
    }
}
