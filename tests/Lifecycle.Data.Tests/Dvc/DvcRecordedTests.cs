namespace Lifecycle.Data.Tests;

/// <summary>The repository that DVC itself made.</summary>
public sealed class DvcRecordedTests
{
    // What `dvc add` made; the others came from import-url, a pipeline and DVC 2.
    private static readonly string[] Added = ["2024-01-01", "data", "e.sh", "s.txt"];

    [Fact]
    public async Task Opens_ListsEverything_AndIsClean()
    {
        using DvcSandbox sandbox = DvcSandbox.Recorded();
        DvcRepository dvc = await sandbox.OpenAsync();
        IReadOnlyList<DvcOutput> outputs = await dvc.ListAsync();
        Assert.Equal(["2024-01-01", "data", "e.sh", "imp.txt", "m.json", "model.bin", "od", "old", "s.txt"], outputs.Select(o => o.Path).Order(StringComparer.Ordinal));
        Assert.All(outputs, o => Assert.Null(o.Unsupported));
        Assert.Equal(["old"], outputs.Where(o => o.HashKind == DvcHashKind.Md5Dos2Unix).Select(o => o.Path));
        Assert.Equal(["imp.txt"], outputs.Where(o => o.IsImport).Select(o => o.Path));
        Assert.Equal(["m.json", "model.bin", "od"], outputs.Where(o => o.Stage == "train").Select(o => o.Path).Order(StringComparer.Ordinal));
        Assert.Equal(["m.json"], outputs.Where(o => !o.IsCached).Select(o => o.Path));
        Assert.Equal((21, 9), outputs.Where(o => o.Path == "data").Select(o => ((int)o.Size!, (int)o.Files!)).Single());
        SortedDictionary<string, string> before = sandbox.Snapshot();
        DvcStatus status = await dvc.StatusAsync();
        Assert.True(status.IsClean);
        Assert.All(status.Outputs, o => Assert.Equal((DvcState.Unchanged, 0), (o.State, o.Details.Count)));
        Assert.Equal(before, sandbox.Snapshot());
        DvcVerification verification = await dvc.VerifyAsync();
        Assert.True(verification.IsSound);
        Assert.Equal(before.Keys.Count(k => k.StartsWith(".dvc/cache/", StringComparison.Ordinal) && !k.Contains("/runs/", StringComparison.Ordinal)), verification.Objects);
    }

    [Fact]
    public async Task EveryOutput_ChecksOutEqual()
    {
        using DvcSandbox sandbox = DvcSandbox.Recorded();
        SortedDictionary<string, string> before = sandbox.Snapshot();
        UnixFileMode mode = File.GetUnixFileMode(sandbox["e.sh"]);
        foreach (string output in new[] { "2024-01-01", "data", "e.sh", "imp.txt", "model.bin", "od", "old", "s.txt" })
        {
            if (Directory.Exists(sandbox[output]))
            {
                Directory.Delete(sandbox[output], recursive: true);
            }
            else
            {
                File.Delete(sandbox[output]);
            }
        }

        DvcRepository dvc = await sandbox.OpenAsync();
        Assert.Equal(8, (await dvc.StatusAsync()).Outputs.Count(o => o.State == DvcState.Missing));
        DvcCheckoutReport report = await dvc.CheckoutAsync();
        Assert.Equal((17, 0), (report.Written, report.Unchanged));
        Assert.Equal(before, sandbox.Snapshot());
        Assert.Equal(mode & UnixFileMode.UserExecute, File.GetUnixFileMode(sandbox["e.sh"]) & UnixFileMode.UserExecute);
        Assert.True((await dvc.StatusAsync()).IsClean);
        Assert.Equal(17, (await dvc.CheckoutAsync()).Unchanged);
    }

    [Fact]
    public async Task Add_MakesTheBytesOfDvc()
    {
        foreach (string output in Added)
        {
            using DvcSandbox sandbox = DvcSandbox.Recorded();
            SortedDictionary<string, string> expected = sandbox.Snapshot();
            string line = "/" + output + "\n";
            string ignored = sandbox.Read(".gitignore");
            Assert.Contains(line, ignored, StringComparison.Ordinal);

            // as it was before: no file, no line, no object of this output
            File.Delete(sandbox[output + ".dvc"]);
            sandbox.Write(".gitignore", ignored.Replace(line, "", StringComparison.Ordinal));
            Directory.Delete(sandbox[".dvc/cache/files"], recursive: true);
            DvcRepository dvc = await sandbox.OpenAsync();
            SortedDictionary<string, string> source = sandbox.Stamps(output);
            DvcAddition addition = await dvc.AddAsync(output);
            Assert.Empty(addition.Warnings);
            Assert.Equal(source, sandbox.Stamps(output));
            SortedDictionary<string, string> actual = sandbox.Snapshot();
            Assert.Equal(expected[output + ".dvc"], actual[output + ".dvc"]);
            Assert.Equal(ignored.Replace(line, "", StringComparison.Ordinal) + line, sandbox.Read(".gitignore"));
            string[] objects = [.. actual.Keys.Where(k => k.StartsWith(".dvc/cache/files/", StringComparison.Ordinal))];
            Assert.Equal(output == "data" ? 10 : 1, objects.Length);
            Assert.All(objects, o =>
            {
                Assert.Equal(expected[o], actual[o]);
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode(sandbox[o]));
            });
            Assert.Equal(expected.Keys.Where(k => !k.StartsWith(".dvc/cache/files/", StringComparison.Ordinal)), actual.Keys.Where(k => !k.StartsWith(".dvc/cache/files/", StringComparison.Ordinal)));
            Assert.Equal(DvcState.Unchanged, (await dvc.StatusAsync(output)).Outputs.Single().State);

            // once more: nothing is written
            SortedDictionary<string, string> stamps = sandbox.Stamps(output + ".dvc");
            Assert.Equal(0, (await dvc.AddAsync(output)).NewObjects);
            Assert.Equal(stamps, sandbox.Stamps(output + ".dvc"));
            Assert.Equal(actual, sandbox.Snapshot());
        }
    }

    [Fact]
    public void TheStageHashOfTheRecordedImport_IsComputedEqual()
    {
        using DvcSandbox sandbox = DvcSandbox.Recorded();
        DvcNode root = DvcFileReader.Read(File.ReadAllBytes(sandbox["imp.txt.dvc"]), "imp.txt.dvc")!;
        Assert.Equal("00de0d3742eea9b7d3545afae1d9be9e", DvcFileWriter.StageMd5(root));
        Assert.Equal(root.FindText("md5"), DvcFileWriter.StageMd5(root));
    }

    [Fact]
    public async Task PushedAndPulled_EveryOutputIsThere_AlsoThatOfDvc2()
    {
        using DvcSandbox sandbox = DvcSandbox.Recorded();
        sandbox.Write(".dvc/config", "[core]\n    remote = store\n['remote \"store\"']\n    url = ../../remote\n");
        DvcRepository dvc = await sandbox.OpenAsync();
        DvcTransfer pushed = await dvc.PushAsync();
        Assert.Equal(0, pushed.Present);
        SortedDictionary<string, string> cache = sandbox.Snapshot(".dvc/cache");
        foreach ((string name, string bytes) in sandbox.Snapshot(Path.Combine(sandbox.Outside, "remote")))
        {
            Assert.Equal(cache[name], bytes);
        }

        Directory.Delete(sandbox[".dvc/cache"], recursive: true);
        SortedDictionary<string, string> before = sandbox.Snapshot();
        Directory.Delete(sandbox["old"], recursive: true);
        Directory.Delete(sandbox["data"], recursive: true);
        (DvcTransfer pulled, _) = await dvc.PullAsync();
        Assert.Equal(pushed.Copied, pulled.Copied);
        Assert.Equal(before, new SortedDictionary<string, string>(sandbox.Snapshot().Where(f => !f.Key.StartsWith(".dvc/cache/", StringComparison.Ordinal)).ToDictionary(), StringComparer.Ordinal));
        Assert.True((await dvc.StatusAsync()).IsClean);
        Assert.True((await dvc.VerifyAsync()).IsSound);
        Assert.Equal(0, (await dvc.PushAsync()).Copied);
    }
}
