using System.Text;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Tracking.Tests;

public sealed class RunComparisonTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunsThatDifferInOneFilePackageAndParam_NameExactlyThese()
    {
        using GitProgram git = new();
        using TemporaryFolder folder = new();
        git.Write("src/train.cs", "int rounds = 10;\n");
        git.Write("src/same.cs", "same\n");
        git.Commit();
        git.Write("src/same.cs", "changed in both\n");
        TrackingOptions options = CaptureTests.At(git.Root);
        options.Capture.PackageFile = folder["app.deps.json"];
        await using TrackingWorkspace workspace = TrackingWorkspace.New(options: options);
        Run first = await RunAsync("5.0.0", 10);
        git.Write("src/train.cs", "int rounds = 20;\n");
        Run second = await RunAsync("5.0.1", 20);

        RunComparison difference = await workspace.Experiments.CompareAsync(first, second, Token);
        Assert.Equal([new RunDifference("src/train.cs", null, Digest.Of("int rounds = 20;\n"u8).ToString())], difference.Code);
        Assert.Equal([new RunDifference("Microsoft.ML", "5.0.0", "5.0.1")], difference.Packages);
        Assert.Equal([new RunDifference("rounds", "10", "20")], difference.Params);
        Assert.Empty(difference.Data);
        Assert.Empty(difference.Host);
        Assert.Empty(difference.Environment);
        Assert.Empty(difference.Gaps);
        Assert.False(difference.IsSame);
        Assert.Equal(
            $"first ({first.Id}) and first ({second.Id}): 3 differences\ncode\n  src/train.cs: (none) -> {Digest.Of("int rounds = 20;\n"u8)}\npackages\n  Microsoft.ML: 5.0.0 -> 5.0.1\nparams\n  rounds: 10 -> 20\n",
            difference.ToString());
        Assert.True((await workspace.Experiments.CompareAsync(first, first, Token)).IsSame);

        async Task<Run> RunAsync(string version, int rounds)
        {
            File.WriteAllText(folder["app.deps.json"], $$$$"""{"libraries":{"Microsoft.ML/{{{{version}}}}":{"type":"package","sha512":"sha512-x"},"Other/1.0.0":{"type":"project","sha512":""}}}""");
            Run run = await workspace.Experiments.StartRunAsync("e", r => r.Named("first"), Token);
            run.LogParam("rounds", rounds);
            run.LogParam("trainer", "LightGbm");
            await run.DisposeAsync();
            return run;
        }
    }

    [Fact]
    public async Task DataSeedAndRunsWithoutRecord()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        Run first = await workspace.Experiments.StartRunAsync("e", r => r.With(new DatasetReference("mortgages", "sha256:a"), "training").Tagged("lifecycle.seed", "1"), Token);
        Run second = await workspace.Experiments.StartRunAsync("e", r => r.With(new DatasetReference("mortgages", "sha256:b"), "training").Tagged("lifecycle.seed", "2"), Token);
        RunComparison difference = await workspace.Experiments.CompareAsync(first.Id, second.Id, Token);
        Assert.Equal([new RunDifference("mortgages (training)", "sha256:a", "sha256:b")], difference.Data);
        Assert.Equal([new RunDifference("seed", "1", "2")], difference.Host);
        Assert.Equal(2, difference.Gaps.Count);
        Assert.Contains("not compared: the run " + first.Id, difference.ToString(), StringComparison.Ordinal);
        await Assert.ThrowsAsync<TrackingException>(async () => await workspace.Experiments.CompareAsync(first.Id, "nobody", Token));
    }

    [Fact]
    public void Record_HasItsGoldenBytes()
    {
        EnvironmentRecord record = Sample();
        byte[] golden = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "golden", "environment-v1.json"));
        Assert.Equal(Encoding.UTF8.GetString(golden), Encoding.UTF8.GetString(record.ToBytes()));
        EnvironmentRecord read = EnvironmentRecord.Parse(golden);
        Assert.Equal(golden, read.ToBytes());
        Assert.Equal(record.Code!.Changed, read.Code!.Changed);
        Assert.Equal(record.Packages, read.Packages);
        Assert.Equal(record.CapturedAt, read.CapturedAt);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"schema":2}""")]
    [InlineData("""{"schema":"1"}""")]
    public void OtherBytes_AreNoRecord(string text) => Assert.Throws<FormatException>(() => EnvironmentRecord.Parse(Encoding.UTF8.GetBytes(text)));

    private static EnvironmentRecord Sample() => new()
    {
        CapturedAt = new DateTimeOffset(2026, 3, 1, 12, 30, 0, 250, TimeSpan.Zero),
        Arguments = ["train", "--token=***", "a \"b\" <ü>"],
        Assemblies = new Dictionary<string, string> { ["Lifecycle.Tracking"] = "0.1.0+abc", ["A"] = "1.0.0" },
        Code = new CodeState
        {
            Commit = "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            Branch = "main",
            Repository = "https://example.org/a/b.git",
            IsDirty = true,
            Changed = [new ChangedFile("gone.cs", " D", null, null, "gone"), new ChangedFile("src/train.cs", "M ", 2, Digest.Of("x\n"u8), null)],
            Untracked = ["notes.txt"],
        },
        Host = new Dictionary<string, string> { ["os"] = "Linux", ["cores"] = "2" },
        Packages = [new PackageVersion("Microsoft.ML", "5.0.1", "sha512-x"), new PackageVersion("Own", "1.0.0", null)],
        Variables = new Dictionary<string, string> { ["TZ"] = "Europe/Berlin", ["LANG"] = "C" },
    };
}
