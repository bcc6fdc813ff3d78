using System.Text;

namespace Lifecycle.Data.Tests;

public sealed class DvcSettingsTests
{
    [Theory]
    [InlineData("https://h\r\nost/x")]
    [InlineData("s3://b/\u0000x")]
    [InlineData("/tmp/\u001bx")]
    [InlineData("ssh://u@h\u0085/x")]
    public async Task RemoteUrl_ControlCharacters_AreRefused(string url)
    {
        // a line of the file cannot hold a line end, so the value comes by the ways that can: quotes around the rest of the line
        using DvcSandbox sandbox = DvcSandbox.Empty();
        Assert.Throws<DvcFormatException>(() => DvcRemote.Of("r", url, sandbox[".dvc/config"], 3));
        string inOneLine = url.Replace("\r\n", "\r", StringComparison.Ordinal);
        sandbox.Write(".dvc/config", Encoding.UTF8.GetBytes($"['remote \"r\"']\n    url = \"{inOneLine}\"\n"));
        DatasetException error = await Assert.ThrowsAsync<DvcFormatException>(async () => await sandbox.OpenAsync());
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    [Fact]
    public async Task DvcConfig_SecretsNeverLogged()
    {
        const string Secret = "hunter2secret";
        using DvcSandbox sandbox = DvcSandbox.Empty($"""
            [core]
                remote = r
            ['remote "r"']
                url = https://user:{Secret}@host.example/data?token={Secret}#x
                password = {Secret}
                access_key_id = {Secret}
            ['remote "s"']
                url = s3://bucket/path
                secret_access_key = {Secret}
            [other]
                token = {Secret}
            """);
        sandbox.Write(".dvc/config.local", $"['remote \"r\"']\n    user = {Secret}\n    custom_auth_header = {Secret}\n");
        sandbox.Write("x", "x");
        DvcRepository dvc = await sandbox.OpenAsync();
        await dvc.AddAsync("x");
        List<string> told = [dvc.ToString(), .. dvc.Remotes.Values.SelectMany(r => new[] { r.ToString(), r.Place, r.Unsupported ?? "", r.Name })];
        told.Add((await Assert.ThrowsAsync<DatasetException>(async () => await dvc.PushAsync())).ToString());
        told.Add((await Assert.ThrowsAsync<DatasetException>(async () => await dvc.FetchAsync(remote: "s"))).ToString());
        told.Add((await Assert.ThrowsAsync<DatasetException>(async () => await dvc.FetchAsync(remote: "none"))).ToString());
        File.Delete(sandbox["x"]);
        Directory.Delete(sandbox[".dvc/cache"], recursive: true);
        told.Add((await Assert.ThrowsAsync<DvcObjectMissingException>(async () => await dvc.CheckoutAsync())).ToString());
        sandbox.Write(".dvc/config", $"['remote \"r\"']\n    url = https://u:{Secret}@h/\u0001\n");
        told.Add((await Assert.ThrowsAsync<DvcFormatException>(async () => await sandbox.OpenAsync())).ToString());
        sandbox.Write(".dvc/config", $"['remote \"r\"']\n    password {Secret}\n");
        told.Add((await Assert.ThrowsAsync<DvcFormatException>(async () => await sandbox.OpenAsync())).ToString());
        Assert.All(told, t => Assert.DoesNotContain(Secret, t, StringComparison.Ordinal));
        Assert.Contains("https://host.example/data", told[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheLaterFileWins_AndPathsCountFromTheirFile()
    {
        using DvcSandbox sandbox = DvcSandbox.Empty("[Core]\nRemote = 'b' # the second\n['remote \"a\"']\nurl=../here\n[cache]\ndir = ../shared\n");
        string system = sandbox.Write("outer/system", "['remote \"a\"']\nurl = /somewhere\n['remote \"b\"']\nurl = sub\n[core]\nremote = a\n");
        string global = sandbox.Write("outer/global", "# nothing\n\n[remote \"c\"]\nurl = file:///c\n");
        sandbox.Write(".dvc/config.local", "[cache]\n    type = hardlink,symlink\n");
        DvcRepository dvc = await sandbox.OpenAsync(new DvcOptions { OuterConfig = [system, global, sandbox["outer/none"]] });
        Assert.Equal(Path.Combine(sandbox.Root, "here"), dvc.Remotes["a"].Folder);
        Assert.Equal(Path.Combine(sandbox.Root, "outer", "sub"), dvc.Remotes["b"].Folder);
        Assert.Equal("/c", dvc.Remotes["c"].Folder);
        Assert.Equal(Path.Combine(sandbox.Root, "shared"), dvc.CacheFolder);
        sandbox.Write("x", "x");
        await dvc.AddAsync("x");
        await dvc.PushAsync();
        Assert.Single(sandbox.Snapshot(Path.Combine(sandbox.Root, "outer", "sub")));
        Assert.True(File.Exists(sandbox["shared/files/md5/9d/d4e461268c8034f5c8564e155c67a6"]));
        await dvc.RelinkAsync();
        Assert.Equal(FileStamp.Of(sandbox["x"]).Inode, FileStamp.Of(sandbox["shared/files/md5/9d/d4e461268c8034f5c8564e155c67a6"]).Inode);
    }

    [Fact]
    public async Task ASharedCache_IsOpenToTheGroup()
    {
        using DvcSandbox sandbox = DvcSandbox.Empty("[cache]\n    shared = group\n");
        sandbox.Write("x", "x");
        await (await sandbox.OpenAsync()).AddAsync("x");
        string file = sandbox.Object("9dd4e461268c8034f5c8564e155c67a6");
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead, File.GetUnixFileMode(file));
        Assert.True(File.GetUnixFileMode(Path.GetDirectoryName(file)!).HasFlag(UnixFileMode.SetGroup | UnixFileMode.GroupWrite));
    }

    [Fact]
    public async Task ARepositoryWithHardlinkLocks_IsOnlyRead()
    {
        using DvcSandbox sandbox = DvcSandbox.Recorded();
        sandbox.Write(".dvc/config", "[core]\n    hardlink_lock = true\n");
        DvcRepository dvc = await sandbox.OpenAsync();
        Assert.True((await dvc.StatusAsync()).IsClean);
        Assert.Contains("hardlink_lock", (await Assert.ThrowsAsync<DatasetException>(async () => await dvc.AddAsync("data"))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<DatasetException>(async () => await dvc.PushAsync());
    }

    [Fact]
    public async Task Caches_LieInsideTheRepository()
    {
        using DvcSandbox sandbox = DvcSandbox.Recorded();
        string home = Path.Combine(sandbox.Outside, "home");
        Directory.CreateDirectory(home);
        DvcRepository dvc = await sandbox.OpenAsync(time: new Later());
        await dvc.AddAsync("data");
        await dvc.StatusAsync();
        await dvc.CheckoutAsync();
        Assert.Equal(["home", "work"], Directory.EnumerateFileSystemEntries(sandbox.Outside).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        string[] ours = [.. Directory.EnumerateFiles(sandbox[".dvc/tmp"], "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(sandbox.Root, f)).Order(StringComparer.Ordinal)];
        Assert.Equal([".dvc/tmp/lifecycle/stamps", ".dvc/tmp/lock"], ours);
        Assert.Matches("^ [0-9]+\n$", sandbox.Read(".dvc/tmp/lock"));
    }

    [Fact]
    public async Task Caches_HoldNoSerializedTypes()
    {
        using DvcSandbox sandbox = DvcSandbox.Recorded();
        DvcRepository dvc = await sandbox.OpenAsync(time: new Later());
        await dvc.StatusAsync();
        byte[] stamps = File.ReadAllBytes(sandbox[".dvc/tmp/lifecycle/stamps"]);
        Assert.True(stamps.AsSpan().StartsWith("LCDVST01"u8));
        string text = Encoding.Latin1.GetString(stamps);
        Assert.All(["System.", "Lifecycle.", "$type", "pickle", "\x80\x04", "\0\x01\0\0\0\xFF\xFF\xFF\xFF"], mark => Assert.DoesNotContain(mark, text, StringComparison.Ordinal));

        // every byte is covered: whatever is flipped or cut, the file is not believed and everything is read
        long all = (await FreshAsync(sandbox)).FilesHashed;
        for (int i = 0; i < stamps.Length; i += 37)
        {
            byte[] flipped = [.. stamps];
            flipped[i] ^= 1;
            File.WriteAllBytes(sandbox[".dvc/tmp/lifecycle/stamps"], flipped);
            Assert.Equal(all, (await dvc.StatusAsync()).FilesHashed);
            File.WriteAllBytes(sandbox[".dvc/tmp/lifecycle/stamps"], stamps[..i]);
            Assert.Equal(all, (await dvc.StatusAsync()).FilesHashed);
        }

        Assert.Equal(0, (await dvc.StatusAsync()).FilesHashed);
    }

    [Fact]
    public async Task OpeningFindsTheFolderAbove_AndSaysWhenThereIsNone()
    {
        using DvcSandbox sandbox = DvcSandbox.Recorded();
        Assert.Equal(sandbox.Root, (await DvcRepository.OpenAsync(sandbox["data/sub"], new DvcOptions { OuterConfig = [] })).Root);
        Assert.Contains("dvc init", (await Assert.ThrowsAsync<DatasetException>(async () => await DvcRepository.OpenAsync(sandbox.Outside))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnOldFile_IsChangedWhereItStands()
    {
        using DvcSandbox sandbox = DvcSandbox.Empty();
        sandbox.Write("x", "xx");
        sandbox.Write("x.dvc", "# a comment\ndesc: \"what it is\"   # why\nouts:\n- path: 'x'\n  md5: 9dd4e461268c8034f5c8564e155c67a6 # old\n  size: 1\n  hash: md5\n  desc: >\n    folded\n    text\nmeta:\n  k: [1, 2]\n");
        DvcRepository dvc = await sandbox.OpenAsync();
        await dvc.AddAsync("x");
        Assert.Equal(
            "# a comment\ndesc: \"what it is\"   # why\nouts:\n- path: 'x'\n  md5: 9336ebf25087d91c818ee6e9ec29f8c1 # old\n  size: 2\n  hash: md5\n  desc: >\n    folded\n    text\nmeta:\n  k: [1, 2]\n",
            sandbox.Read("x.dvc"));

        // a file that becomes a folder: new keys stand behind the others, as DVC puts them
        File.Delete(sandbox["x"]);
        sandbox.Write("x/y", "xx");
        await dvc.AddAsync("x");
        string folder = sandbox.Read("x.dvc");
        Assert.Contains(".dir # old\n  size: 2\n  hash: md5\n  desc: >\n    folded\n    text\n  nfiles: 1\nmeta:", folder, StringComparison.Ordinal);
        Directory.Delete(sandbox["x"], recursive: true);
        sandbox.Write("x", "xx");
        await dvc.AddAsync("x");
        Assert.DoesNotContain("nfiles", sandbox.Read("x.dvc"), StringComparison.Ordinal);
        Assert.Contains("    text\nmeta:", sandbox.Read("x.dvc"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("outs:\n- md5: c4138746464d0d8f21564d44023e39bb\n  size: 1\n  path: x\n", "outs:\n- md5: 9336ebf25087d91c818ee6e9ec29f8c1\n  size: 2\n  path: x\n  hash: md5\n")]
    [InlineData("outs:\n- {md5: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, path: x}\n", "outs:\n- {md5: 9336ebf25087d91c818ee6e9ec29f8c1, path: x, size: 2, hash: md5}\n")]
    [InlineData("outs:\n- path: x\n", "outs:\n- path: x\n  md5: 9336ebf25087d91c818ee6e9ec29f8c1\n  size: 2\n  hash: md5\n")]
    [InlineData("outs:\n- path: x\n  etag: '12345'\n  size: 2", "outs:\n- path: x\n  size: 2\n  md5: 9336ebf25087d91c818ee6e9ec29f8c1\n  hash: md5\n")]
    [InlineData("outs:\n- md5:\n  path: x\n", "outs:\n- md5: 9336ebf25087d91c818ee6e9ec29f8c1\n  path: x\n  size: 2\n  hash: md5\n")]
    [InlineData("", "outs:\n- md5: 9336ebf25087d91c818ee6e9ec29f8c1\n  size: 2\n  hash: md5\n  path: x\n")]
    public async Task AnOldFile_OfAnyForm_IsChanged(string before, string after)
    {
        using DvcSandbox sandbox = DvcSandbox.Empty();
        sandbox.Write("x", "xx");
        sandbox.Write("x.dvc", before);
        await (await sandbox.OpenAsync()).AddAsync("x");
        Assert.Equal(after, sandbox.Read("x.dvc"));
        Assert.True((await (await sandbox.OpenAsync()).StatusAsync()).IsClean);
    }

    [Fact]
    public async Task AnImportThatIsAddedAgain_GetsANewStageHash()
    {
        using DvcSandbox sandbox = DvcSandbox.Recorded();
        DvcRepository dvc = await sandbox.OpenAsync();
        string recorded = sandbox.Read("imp.txt.dvc");
        await dvc.AddAsync("imp.txt");
        Assert.Equal(recorded, sandbox.Read("imp.txt.dvc"));
        sandbox.Write("imp.txt", "changed");
        await dvc.AddAsync("imp.txt");
        string md5 = NaiveDvc.Md5("changed"u8.ToArray());
        string json = $"{{\"deps\": [{{\"hash\": \"md5\", \"md5\": \"b1946ac92492d2347c6235b4d2611184\", \"path\": \"s.txt\"}}], \"outs\": [{{\"hash\": \"md5\", \"md5\": \"{md5}\", \"path\": \"imp.txt\"}}]}}";
        Assert.Equal(
            recorded.Replace("00de0d3742eea9b7d3545afae1d9be9e", NaiveDvc.Md5(Encoding.ASCII.GetBytes(json)), StringComparison.Ordinal)
                .Replace("outs:\n- md5: b1946ac92492d2347c6235b4d2611184\n  size: 6", $"outs:\n- md5: {md5}\n  size: 7", StringComparison.Ordinal),
            sandbox.Read("imp.txt.dvc"));
    }

    private static async Task<DvcStatus> FreshAsync(DvcSandbox sandbox)
    {
        File.Delete(sandbox[".dvc/tmp/lifecycle/stamps"]);
        return await (await sandbox.OpenAsync()).StatusAsync();
    }

    private sealed class Later : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddSeconds(5);
    }
}
