using System.Diagnostics;
using System.Globalization;
using System.Text;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Data.Tests;

/// <summary>Repositories that somebody made to do harm.</summary>
public sealed partial class DvcHostileTests
{
    private static readonly string[] BadPaths =
    [
        "../x", "../../x", "a/../../x", "/etc/x", "/", "//host/share/x", ".", "..", "a/..", "a//b", "a/", "/a", "", "a/./b", "./a", "a/../b",
        ".git/config", "sub/.git/hooks/post-checkout", ".dvc/config", "sub/.dvc/tmp/lock", ".DVC/config", ".Git/x", ".hg/hgrc", "a\0b",
        new string('a', 256), "x/" + new string('é', 130), string.Join('/', Enumerable.Repeat("abcdefgh", 500)),
    ];

    private static readonly string[] BadOutputs =
    [
        "../x", "../../x", "a/../../x", "/etc/x", "..", ".git/config", ".git", ".dvc/config", ".dvc/tmp/lock", ".DVC/config", "sub/.git/hooks/x", "\"a\\0b\"",
        "s3://bucket/x", "https://host/x", new string('a', 300),
    ];

    [Fact]
    public async Task Lists_WithBadPaths_AreRefused_BeforeTheFirstByte()
    {
        int count = 0;
        foreach (string path in BadPaths)
        {
            using DvcSandbox sandbox = DvcSandbox.Empty();
            string list = NaiveDvc.Dir(new Dictionary<string, string> { ["good"] = NaiveDvc.Md5("good"u8.ToArray()), [path] = NaiveDvc.Md5("bad"u8.ToArray()) });
            await AssertRefusedAsync(sandbox, list, path);
            count++;
        }

        // two paths that cannot both be: twice, a file that is a folder of another
        string[] pairs = ["a\na", "a\na/b", "a/b\na", "x/y/z\nx/y"];
        foreach (string pair in pairs)
        {
            using DvcSandbox sandbox = DvcSandbox.Empty();
            string list = "[" + string.Join(", ", pair.Split('\n').Select(p => $"{{\"md5\": \"{NaiveDvc.Md5("good"u8.ToArray())}\", \"relpath\": \"{p}\"}}")) + "]";
            await AssertRefusedAsync(sandbox, list, pair);
            count++;
        }

        Assert.True(count > 30);
    }

    [Fact]
    public async Task Lists_AreRefusedTogether_WithEveryBadPath()
    {
        using DvcSandbox sandbox = DvcSandbox.Empty();
        string list = NaiveDvc.Dir(new Dictionary<string, string> { ["../a"] = NaiveDvc.Md5([1]), ["/b"] = NaiveDvc.Md5([1]), ["good"] = NaiveDvc.Md5([1]) });
        Put(sandbox, list);
        UnsafePathException error = await Assert.ThrowsAsync<UnsafePathException>(async () => await (await sandbox.OpenAsync()).CheckoutAsync());
        Assert.Equal(["d/../a", "d//b"], error.Paths.Select(p => p.Path));
    }

    [Fact]
    public async Task Outputs_OutsideOfTheRepository_AreListed_AndNeverWritten()
    {
        foreach (string path in BadOutputs)
        {
            using DvcSandbox sandbox = DvcSandbox.Empty();
            sandbox.Write(".dvc/cache/files/md5/9d/d4e461268c8034f5c8564e155c67a6", "x");
            sandbox.Write("x.dvc", $"outs:\n- md5: 9dd4e461268c8034f5c8564e155c67a6\n  size: 1\n  hash: md5\n  path: {path}\n");
            DvcRepository dvc = await sandbox.OpenAsync();
            SortedDictionary<string, string> before = sandbox.Snapshot(sandbox.Outside);
            DvcOutputStatus status = (await dvc.StatusAsync()).Outputs.Single();
            Assert.Equal(DvcState.Unsupported, status.State);
            Assert.StartsWith("not supported: ", status.Output.Unsupported, StringComparison.Ordinal);
            await Assert.ThrowsAsync<UnsafePathException>(async () => await dvc.CheckoutAsync());
            Assert.Equal(before, sandbox.Snapshot(sandbox.Outside));
            await using TestWorkspace w = new();
            await Assert.ThrowsAnyAsync<DatasetException>(async () => await w.Datasets.ImportAsync("d", dvc, "x.dvc"));
        }
    }

    [Fact]
    public async Task WhatCannotBeDone_IsSaid_AndTheRestWorks()
    {
        using DvcSandbox sandbox = DvcSandbox.Recorded();
        sandbox.Write("cloud.dvc", "outs:\n- md5: 9dd4e461268c8034f5c8564e155c67a6\n  size: 1\n  version_id: abc\n  path: cloud\n");
        sandbox.Write("files.dvc", "outs:\n- path: files\n  files:\n  - relpath: a\n    md5: 9dd4e461268c8034f5c8564e155c67a6\n");
        sandbox.Write("etag.dvc", "outs:\n- etag: '\"AbCdEf\"'\n  size: 1\n  path: etag\n");
        sandbox.Write("hash.dvc", "outs:\n- md5: 9dd4e461268c8034f5c8564e155c67a6\n  hash: blake3\n  path: hash\n");
        DvcRepository dvc = await sandbox.OpenAsync();
        DvcStatus status = await dvc.StatusAsync();
        Assert.Equal(4, status.Outputs.Count(o => o.State == DvcState.Unsupported));
        Assert.True(status.IsClean);
        DvcCheckoutReport report = await dvc.CheckoutAsync();
        Assert.Equal(4, report.Skipped.Count);
        Assert.Contains("not supported: hash 'blake3'", string.Join('\n', report.Skipped), StringComparison.Ordinal);
        Assert.Equal(17, report.Unchanged);
    }

    [Fact]
    public async Task ANameThatDoesNotFitTheBytes_IsFound()
    {
        using DvcSandbox sandbox = DvcSandbox.Empty();
        Put(sandbox, "[]");
        string file = Directory.EnumerateFiles(sandbox[".dvc/cache/files"], "*.dir", SearchOption.AllDirectories).Single();
        File.WriteAllText(file, "[ ]");
        DvcRepository dvc = await sandbox.OpenAsync();
        await Assert.ThrowsAsync<DvcObjectCorruptedException>(async () => await dvc.CheckoutAsync());
        await Assert.ThrowsAsync<DvcObjectCorruptedException>(async () => { Directory.CreateDirectory(sandbox["d"]); await dvc.StatusAsync(); });
        Assert.Single((await dvc.VerifyAsync()).Damaged);
    }

    [Theory]
    [InlineData("outs:\n- md5: ab\n  path: x\n", 2, 8)]
    [InlineData("outs:\n- md5: xyz\n  path: x\n", 2, 8)]
    [InlineData("outs:\n- md5: ../../etc/passwd\n  path: x\n", 2, 8)]
    [InlineData("outs:\n- md5: [a]\n  path: x\n", 2, 8)]
    [InlineData("outs:\n- md5: abcd\n", 2, 3)]
    [InlineData("outs:\n- x\n", 2, 3)]
    [InlineData("outs: x\n", 1, 7)]
    [InlineData("- outs\n", 1, 1)]
    [InlineData("outs:\n- md5: abcd\n  size: -1\n  path: x\n", 3, 9)]
    [InlineData("outs:\n- md5: abcd\n  size: many\n  path: x\n", 3, 9)]
    [InlineData("deps:\n- md5: zz\n  path: x\n", 2, 8)]
    public async Task AFileThatIsNone_IsToldWithItsPlace(string text, int line, int column)
    {
        using DvcSandbox sandbox = DvcSandbox.Empty();
        sandbox.Write("in/x.dvc", text);
        DvcFormatException error = await Assert.ThrowsAsync<DvcFormatException>(async () => await (await sandbox.OpenAsync()).ListAsync());
        Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"in/x.dvc:{line}:{column}: "), error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("schema: '3.0'\nstages: {}\n", "newer version")]
    [InlineData("schema: '2.0'\nstages: []\n", "'stages' is a list of keys")]
    [InlineData("schema: '2.0'\nstages:\n  a: x\n", "a stage is a list of keys")]
    public async Task ALockThatIsNone_IsRefused(string text, string reason)
    {
        using DvcSandbox sandbox = DvcSandbox.Empty();
        sandbox.Write("dvc.lock", text);
        Assert.Contains(reason, (await Assert.ThrowsAsync<DvcFormatException>(async () => await (await sandbox.OpenAsync()).ListAsync())).Message, StringComparison.Ordinal);
    }

    // In 64 MiB of memory: huge, deep, endless, and the smallest of each.
    [Fact]
    public async Task HugeAndDeepFiles_AreRefused_InLittleMemory()
    {
        using TemporaryFolder folder = new();
        Dictionary<string, Func<string>> corpus = new()
        {
            ["deep-flow.dvc"] = () => new string('[', 1_000_000),
            ["deep-map.dvc"] = () => string.Concat(Enumerable.Range(0, 2000).Select(i => new string(' ', i) + "a:\n")),
            ["deep-sequence.dvc"] = () => string.Concat(Enumerable.Repeat("- ", 200_000)),
            ["too-big.dvc"] = () => new string('#', (16 << 20) + 1),
            ["one-scalar.dvc"] = () => "outs: " + new string('x', 15 << 20),
            ["one-comment.dvc"] = () => "outs:\n#" + new string('x', 15 << 20),
            ["many-values.dvc"] = () => "outs:\n" + string.Concat(Enumerable.Repeat("- a\n", 2_000_000)),
            ["many-keys.dvc"] = () => string.Concat(Enumerable.Range(0, 900_000).Select(i => i.ToString(CultureInfo.InvariantCulture) + ": 1\n")),
            ["quoted.dvc"] = () => "outs: \"" + string.Concat(Enumerable.Repeat("\\x41", 3 << 20)),
            ["laughs.dvc"] = () => "a: &a [x,x]\nb: &b [*a,*a]\nouts: *b\n",
            ["anchors.dvc"] = () => string.Concat(Enumerable.Range(0, 300_000).Select(i => $"k{i}: &a{i} x\n")),
            ["documents.dvc"] = () => string.Concat(Enumerable.Repeat("--- a\n", 1_000_000)),
            ["open-quote.dvc"] = () => "outs: '" + string.Concat(Enumerable.Repeat("x\n", 1_000_000)),
            ["block.dvc"] = () => "outs: |\n" + string.Concat(Enumerable.Repeat("  xxxxxxxxxxxxxxx\n", 900_000)),
            ["tabs.dvc"] = () => new string('\t', 1_000_000) + "a",
            ["nul.dvc"] = () => "outs:\0",
            ["deep.dir"] = () => new string('[', 5_000_000),
            ["deep-skip.dir"] = () => "[{\"other\": " + new string('[', 100_000),
            ["long-key.dir"] = () => "[{\"" + new string('k', 8 << 20),
            ["no-end.dir"] = () => "[" + string.Concat(Enumerable.Repeat("{\"md5\": \"a5e54d1fd7bb69a228ef0dcd2431367e\", \"relpath\": \"x\"}, ", 100_000)),
            ["surrogates.dir"] = () => "[{\"md5\": \"a5e54d1fd7bb69a228ef0dcd2431367e\", \"relpath\": \"\\udc00\\ud800\"}]",
            ["numbers.dir"] = () => "[" + string.Concat(Enumerable.Repeat("1,", 3_000_000)),
        };
        foreach ((string name, Func<string> make) in corpus)
        {
            File.WriteAllText(folder[name], make());
        }

        File.WriteAllBytes(folder["not-utf8.dvc"], [.. "outs:\n- path: "u8, 0xC3, 0x28]);
        File.WriteAllBytes(folder["not-utf8.dir"], [.. "[{\"relpath\": \""u8, 0xFF, .. "\"}]"u8]);
        File.WriteAllBytes(folder["utf16.dvc"], Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("outs: []")).ToArray());
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(DvcHostileTests).Assembly.Location);
        }

        start.ArgumentList.Add(folder.Path);
        start.Environment["LIFECYCLE_CHILD"] = DvcChild.ReadAll;
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x4000000";
        using Process child = Process.Start(start)!;
        Task<string> errors = child.StandardError.ReadToEndAsync();
        string output = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        Assert.True(child.ExitCode == 0, output + await errors);
        Assert.Equal(corpus.Count + 3, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.All(output.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.EndsWith(" refused", line, StringComparison.Ordinal));
    }

    private static async Task AssertRefusedAsync(DvcSandbox sandbox, string list, string path)
    {
        Put(sandbox, list);
        SortedDictionary<string, string> before = sandbox.Snapshot(sandbox.Outside);
        DvcRepository dvc = await sandbox.OpenAsync();
        DatasetException error = await Assert.ThrowsAnyAsync<DatasetException>(async () => await dvc.CheckoutAsync());
        Assert.True(error is UnsafePathException or DvcFormatException, $"{path}: {error.Message}");
        Assert.False(Directory.Exists(sandbox["d"]));
        SortedDictionary<string, string> after = sandbox.Snapshot(sandbox.Outside);
        Assert.Equal(before, new SortedDictionary<string, string>(after.Where(f => !f.Key.Contains(".dvc/tmp/", StringComparison.Ordinal)).ToDictionary(), StringComparer.Ordinal));
        await using TestWorkspace w = new();
        await Assert.ThrowsAnyAsync<DatasetException>(async () => await w.Datasets.ImportAsync("d", dvc, "d"));
        Assert.Equal(0, await w.BlobsAsync());
    }

    // A folder output whose list has these bytes, with the objects it may name.
    private static void Put(DvcSandbox sandbox, string list)
    {
        foreach (byte[] content in new[] { "good"u8.ToArray(), "bad"u8.ToArray(), [1] })
        {
            string md5 = NaiveDvc.Md5(content);
            sandbox.Write($".dvc/cache/files/md5/{md5[..2]}/{md5[2..]}", content);
        }

        string oid = NaiveDvc.Md5(Encoding.UTF8.GetBytes(list)) + ".dir";
        sandbox.Write($".dvc/cache/files/md5/{oid[..2]}/{oid[2..]}", list);
        sandbox.Write("d.dvc", $"outs:\n- md5: {oid}\n  size: 1\n  nfiles: 1\n  hash: md5\n  path: d\n");
    }

    [Fact]
    public async Task AFolderThatMayNotBeListed_IsAnError_NotAFolderWithoutFiles()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has threads that are another user for files.");
        using DvcSandbox sandbox = DvcSandbox.Empty();
        sandbox.Write("d/open/x", "x");
        sandbox.Write("d/closed/y", "y");
        sandbox.Write("side/closed/z", "z");
        DvcRepository dvc = await sandbox.OpenAsync();
        await dvc.AddAsync("d");
        await dvc.AddAsync("side/closed/z");
        string shard = Path.GetDirectoryName(sandbox.Object(NaiveDvc.Md5("y"u8.ToArray())))!;
        await AssertClosedAsync(sandbox["side/closed"], ".dvcignore", async () => await dvc.ListAsync());
        await AssertClosedAsync(sandbox["d/closed"], ".dvcignore", async () => await dvc.StatusAsync("d"));
        DvcWorkTree tree = new(sandbox.Root, dvc.CacheFolder);
        await AssertClosedAsync(sandbox["d/closed"], ".dvcignore", async () =>
        {
            await Task.CompletedTask;
            tree.Files("d", isStrict: true, out _, CancellationToken.None);
        });
        await AssertClosedAsync(shard, "read and enter", async () => await dvc.VerifyAsync());
        Assert.True((await dvc.VerifyAsync()).IsSound);
    }

    private static async Task AssertClosedAsync(string folder, string advice, Func<Task> act)
    {
        UnixFileMode mode = File.GetUnixFileMode(folder);
        File.SetUnixFileMode(folder, UnixFileMode.None);
        Task done = Task.CompletedTask;
        try
        {
            // root may list everything, but not a thread of root that gave the files of root up; what is tested ends before it waits for anything
            Thread thread = new(() =>
            {
                _ = SetFileUser(65_534);
                done = act();
                _ = SetFileUser(0);
            });
            thread.Start();
            thread.Join();
        }
        finally
        {
            File.SetUnixFileMode(folder, mode);
        }

        LifecycleStorageException error = await Assert.ThrowsAsync<LifecycleStorageException>(() => done);
        Assert.Contains($"'{folder}' may not be listed", error.Message, StringComparison.Ordinal);
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
    }

    [System.Runtime.InteropServices.LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial int SetFileUser(uint user);
}
