using System.Text;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Tracking.Tests;

/// <summary>What a run writes down about where it comes from.</summary>
public sealed class CaptureTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_KeepsCommitChangesAndPackages()
    {
        using GitProgram git = new();
        git.Write("src/train.cs", "int rounds = 10;\n");
        git.Write("src/old.cs", "gone\n");
        git.Write("appsettings.json", "{}\n");
        git.Write(".env.local", "A=1\n");
        git.Write("big.csv", "x\n");
        git.Commit();
        git.Git("remote", "add", "origin", "https://ada:hunter2@example.org/a/b.git");
        git.Write("src/train.cs", "int rounds = 20;\n");
        git.Write("appsettings.json", "{\"Db\":\"Server=a;Password=hunter2;\"}\n");
        git.Write(".env.local", "A=2\n");
        git.Write("big.csv", new string('x', 1_048_577));
        File.Delete(git["src/old.cs"]);
        git.Write("notes.txt", "not tracked");
        await using TrackingWorkspace workspace = TrackingWorkspace.New(options: At(git.Root));
        Run run;
        await using (run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token))
        {
            run.LogMetric("a", 1);
        }

        RunRecord record = (await workspace.Experiments.GetRunAsync(run.Id, Token))!;
        Assert.Equal(git.Git("rev-parse", "HEAD").Trim(), record.Tags["mlflow.source.git.commit"]);
        Assert.Equal("main", record.Tags["mlflow.source.git.branch"]);
        Assert.Equal("true", record.Tags["mlflow.source.git.dirty"]);
        Assert.Equal("https://example.org/a/b.git", record.Tags["mlflow.source.git.repoURL"]);
        Assert.Empty(await workspace.Experiments.ProblemsAsync(run.Id, Token));

        EnvironmentRecord made = (await workspace.Experiments.EnvironmentAsync(run.Id, Token))!;
        Assert.Equal(
            [".env.local secret", "appsettings.json secret", "big.csv size", "src/old.cs gone", "src/train.cs "], made.Code!.Changed.Select(c => $"{c.Path} {c.NotKept}"));
        Assert.Equal(Digest.Of("int rounds = 20;\n"u8), made.Code.Changed[^1].Digest);
        Assert.Equal(Digest.Of("A=2\n"u8), made.Code.Changed[0].Digest);
        Assert.Equal(["notes.txt"], made.Code.Untracked);
        Assert.Contains(made.Packages, p => p.Name == "xunit.v3" && p.Sha512 is not null);
        Assert.Contains("Lifecycle.Tracking", made.Assemblies.Keys);
        Assert.Superset(new HashSet<string> { "cores", "culture", "framework", "gc", "memory_limit", "os", "rid", "time_zone" }, new HashSet<string>(made.Host.Keys));
        Assert.Equal(["lifecycle/changed/src/train.cs", "lifecycle/environment.json"], (await workspace.Experiments.ArtifactsOf(run.Id).ListAsync(null, Token)).Select(a => a.Path));
        using StreamReader reader = new(await workspace.Experiments.ArtifactsOf(run.Id).OpenAsync("lifecycle/changed/src/train.cs", null, Token));
        Assert.Equal("int rounds = 20;\n", await reader.ReadToEndAsync(Token));
        Assert.DoesNotContain("hunter2", Encoding.UTF8.GetString(made.ToBytes()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChangedFiles_AreKeptUpToTenMebibytes_OrNotAtAll()
    {
        using GitProgram git = new();
        for (int i = 0; i < 12; i++)
        {
            git.Write($"f{i:00}.txt", "x");
        }

        git.Commit();
        for (int i = 0; i < 12; i++)
        {
            git.Write($"f{i:00}.txt", new string((char)('a' + i), 1_048_576));
        }

        await using TrackingWorkspace workspace = TrackingWorkspace.New(options: At(git.Root));
        EnvironmentRecord made = await CaptureAsync(workspace);
        Assert.Equal(10, made.Code!.Changed.Count(c => c.NotKept is null));
        Assert.Equal(["f10.txt", "f11.txt"], made.Code.Changed.Where(c => c.NotKept == "size").Select(c => c.Path));

        TrackingOptions off = At(git.Root);
        off.Capture.KeepChangedFiles = false;
        await using TrackingWorkspace without = TrackingWorkspace.New(options: off);
        Assert.All((await CaptureAsync(without)).Code!.Changed, c => Assert.Equal("off", c.NotKept));
    }

    [Fact]
    public async Task TagsOfTheCaller_Stay_AndTheStoreItselfIsNoSource()
    {
        using GitProgram git = new();
        git.Write("a.txt", "x");
        git.Commit();
        await using TrackingWorkspace workspace = TrackingWorkspace.At(git["store"], options: At(git.Root));
        Run run = await workspace.Experiments.StartRunAsync("e", r => r.Tagged("mlflow.source.git.commit", "given"), Token);
        await run.DisposeAsync();
        RunRecord record = (await workspace.Experiments.GetRunAsync(run.Id, Token))!;
        Assert.Equal("given", record.Tags["mlflow.source.git.commit"]);
        Assert.Equal("false", record.Tags["mlflow.source.git.dirty"]);
        Assert.Empty((await workspace.Experiments.EnvironmentAsync(run.Id, Token))!.Code!.Untracked);
    }

    [Fact]
    public async Task FolderWithoutRepository_HasNoCode_AndOffMeansNothing()
    {
        using TemporaryFolder folder = new();
        await using TrackingWorkspace workspace = TrackingWorkspace.New(options: At(folder.Path));
        EnvironmentRecord made = await CaptureAsync(workspace);
        Assert.Null(made.Code);
        Assert.NotEmpty(made.Packages);

        TrackingOptions off = At(folder.Path);
        off.Capture.IsEnabled = false;
        await using TrackingWorkspace silent = TrackingWorkspace.New(options: off);
        await using Run run = await silent.Experiments.StartRunAsync("e", cancellationToken: Token);
        await run.CompleteAsync(cancellationToken: Token);
        Assert.Null(await silent.Experiments.EnvironmentAsync(run.Id, Token));
        Assert.DoesNotContain((await silent.Experiments.GetRunAsync(run.Id, Token))!.Tags.Keys, k => k.StartsWith("mlflow.source.git", StringComparison.Ordinal));
    }

    [Fact]
    public async Task BrokenPackageList_IsAProblem_TheRestIsKept()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["app.deps.json"], "{ not json");
        TrackingOptions options = At(folder.Path);
        options.Capture.PackageFile = folder["app.deps.json"];
        await using TrackingWorkspace workspace = TrackingWorkspace.New(options: options);
        Run run = await workspace.Experiments.StartRunAsync("e", r => r.Strict(), Token);
        await run.DisposeAsync();
        Assert.Equal("capture", Assert.Single(run.Problems).Reason);
        Assert.Equal("capture", Assert.Single(await workspace.Experiments.ProblemsAsync(run.Id, Token)).Reason);
        EnvironmentRecord made = (await workspace.Experiments.EnvironmentAsync(run.Id, Token))!;
        Assert.Empty(made.Packages);
        Assert.NotEmpty(made.Host);
        Assert.Equal(RunStatus.Finished, (await workspace.Experiments.GetRunAsync(run.Id, Token))!.Status);
    }

    [Fact]
    public async Task StoreThatFails_IsAProblem_TheRunGoesOn()
    {
        using TemporaryFolder folder = new();
        await using TrackingWorkspace workspace = TrackingWorkspace.New(options: At(folder.Path), faults: FaultPlan.FailAt(1, "blobs.begin"));
        Run run = await workspace.Experiments.StartRunAsync("e", r => r.Strict(), Token);
        run.LogMetric("a", 1);
        await run.DisposeAsync();
        RunProblem problem = Assert.Single(run.Problems);
        Assert.Equal("capture", problem.Reason);
        RunRecord record = (await workspace.Experiments.GetRunAsync(run.Id, Token))!;
        Assert.Equal((RunStatus.Finished, 1.0), (record.Status, record.Metrics["a"].Value));
    }

    [Fact]
    public async Task StoreThatHangs_HoldsTheEndNoLongerThanItsTimeout()
    {
        using TemporaryFolder folder = new();
        TrackingOptions options = At(folder.Path);
        options.EndTimeout = TimeSpan.FromMilliseconds(200);
        FaultPlan faults = FaultPlan.HangAt(1, "blobs.begin");
        await using TrackingWorkspace workspace = TrackingWorkspace.New(options: options, faults: faults);
        Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
        await faults.Reached.WaitAsync(Token);
        await run.CompleteAsync(RunStatus.Failed, Token);
        Assert.Equal(("ended", "environment"), run.Problems.Select(p => (p.Reason, p.Subject)).Single());
        Assert.Equal(RunStatus.Failed, (await workspace.Experiments.GetRunAsync(run.Id, Token))!.Status);
    }

    [Fact]
    public async Task ManyRunsAtOnce_AllGetTheirRecord()
    {
        using TemporaryFolder folder = new();
        await using TrackingWorkspace workspace = TrackingWorkspace.New(options: At(folder.Path));
        List<Run> runs = [];
        for (int i = 0; i < 50; i++)
        {
            runs.Add(await workspace.Experiments.StartRunAsync("e", cancellationToken: Token));
        }

        foreach (Run run in runs)
        {
            await run.DisposeAsync();
            Assert.NotNull(await workspace.Experiments.EnvironmentAsync(run.Id, Token));
        }
    }

    [Fact]
    public async Task MessageOfAnException_IsKeptWithoutSecrets()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
        await run.FailAsync(new InvalidOperationException("No login at Server=db;Password=hunter2; for ada. " + new string('x', 5_000)), Token);
        string message = (await workspace.Experiments.GetRunAsync(run.Id, Token))!.Tags["lifecycle.exception.message"];
        Assert.StartsWith("No login at Server=db;Password=***; for ada. xxx", message, StringComparison.Ordinal);
        Assert.Equal(1_001, message.Length);
    }

    [Fact]
    public void Variables_AreThoseAllowed_WithoutSecrets()
    {
        const string plain = "LIFECYCLE_CAPTURE_TEST", secret = "LIFECYCLE_CAPTURE_TOKEN";
        Environment.SetEnvironmentVariable(plain, "https://ada:hunter2@example.org");
        Environment.SetEnvironmentVariable(secret, "hunter2");
        try
        {
            Assert.Equal(("https://***@example.org", "***"), (HostFacts.Variables(["LIFECYCLE_CAPTURE*"])[plain], HostFacts.Variables(["LIFECYCLE_CAPTURE*"])[secret]));
            Assert.DoesNotContain(plain, HostFacts.Variables([]).Keys);
            Assert.DoesNotContain("PATH", HostFacts.Variables([]).Keys);
        }
        finally
        {
            Environment.SetEnvironmentVariable(plain, null);
            Environment.SetEnvironmentVariable(secret, null);
        }
    }

    [Fact]
    public void WholeEnvironment_IsRefused()
    {
        TrackingOptions options = new();
        options.Capture.EnvironmentNames.Add("*");
        Assert.Contains("EnvironmentNames", options.Broken(), StringComparison.Ordinal);
    }

    internal static TrackingOptions At(string folder) => new() { Capture = { WorkTree = folder }, EndTimeout = TimeSpan.FromSeconds(60) };

    private static async Task<EnvironmentRecord> CaptureAsync(TrackingWorkspace workspace)
    {
        Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
        await run.DisposeAsync();
        return (await workspace.Experiments.EnvironmentAsync(run.Id, Token))!;
    }
}
