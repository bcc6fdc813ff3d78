using System.Text;

namespace Lifecycle.Tracking.Tests;

public sealed class PageTokenTests
{
    // base64url of {"v":1,"fingerprint":"7dc94f8a2de0d6f8","segment":0,"keys":[0,0.93,1772366400000],"id":"0192"}
    private const string Golden = "eyJ2IjoxLCJmaW5nZXJwcmludCI6IjdkYzk0ZjhhMmRlMGQ2ZjgiLCJzZWdtZW50IjowLCJrZXlzIjpbMCwwLjkzLDE3NzIzNjY0MDAwMDBdLCJpZCI6IjAxOTIifQ";

    private static readonly SortKind[] Kinds = [SortKind.Whole, SortKind.Real, SortKind.Whole, SortKind.Text];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Bytes_AreGolden()
    {
        Assert.Equal(Golden, PageToken.Write("7dc94f8a2de0d6f8", [0L, 0.93, 1_772_366_400_000L, "0192"]));
        Assert.Equal([0L, 0.93, 1_772_366_400_000L, "0192"], PageToken.Read(Golden, "7dc94f8a2de0d6f8", Kinds).Values);
        string infinite = PageToken.Write("f", [0L, double.NegativeInfinity, 5L, "x"]);
        Assert.Equal(double.NegativeInfinity, PageToken.Read(infinite, "f", Kinds).Values[1]);
    }

    [Fact]
    public void Fingerprint_IsGolden() => Assert.Equal(
        "433dda48ac8cc4a8", PageToken.Fingerprint("runs", "1", LifecycleView.Active, RunFilter.Parse("metrics.a > 0.5"), RunOrder.Parse("metrics.a DESC")));

    [Fact]
    public void Broken_Cut_Forged_AreRefused()
    {
        for (int length = 0; length < Golden.Length - 1; length++)
        {
            Assert.Throws<PageTokenException>(() => PageToken.Read(Golden[..length], "7dc94f8a2de0d6f8", Kinds));
        }

        Assert.Equal("Invalid page token, could not base64-decode", Assert.Throws<PageTokenException>(() => PageToken.Read("zzz", "f", Kinds)).Message);
        foreach (string json in new[]
        {
            "[]", "1", "{}", "{\"offset\":-1}", "{\"offset\":\"x\"}", "{\"offset\":1.5}", "{\"offset\":null}", "{\"v\":2,\"fingerprint\":\"f\",\"segment\":0,\"keys\":[],\"id\":\"\"}",
            "{\"v\":1,\"fingerprint\":\"g\",\"segment\":0,\"keys\":[0,0.5,5],\"id\":\"x\"}", "{\"v\":1,\"fingerprint\":\"f\",\"segment\":0,\"keys\":[0,0.5],\"id\":\"x\"}",
            "{\"v\":1,\"fingerprint\":\"f\",\"segment\":1,\"keys\":[0,0.5,5],\"id\":\"x\"}", "{\"v\":1,\"fingerprint\":\"f\",\"segment\":0,\"keys\":[0,\"a\",5],\"id\":\"x\"}",
            "{\"v\":1,\"fingerprint\":\"f\",\"segment\":0,\"keys\":[0,0.5,null],\"id\":\"x\"}", "{\"v\":1,\"fingerprint\":7,\"segment\":0,\"keys\":[],\"id\":\"\"}", "{",
        })
        {
            string token = Convert.ToBase64String(Encoding.UTF8.GetBytes(json));
            Assert.StartsWith("Invalid page token", Assert.Throws<PageTokenException>(() => PageToken.Read(token, "f", Kinds)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task OffsetOfMlflow_IsTaken_ForeignTokensAreNot()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        for (int i = 0; i < 7; i++)
        {
            await workspace.Experiments.RunAsync("e", run => Task.CompletedTask, r => r.Named("r" + i), Token);
        }

        RunSearch search = new() { OrderBy = ["run_name"], Max = 3 };
        RunPage first = await workspace.Experiments.SearchAsync(search, Token);
        Assert.Equal(["r0", "r1", "r2"], first.Runs.Select(r => r.Name));
        RunPage offset = await workspace.Experiments.SearchAsync(
            search with { PageToken = Convert.ToBase64String("{\"offset\": 3}"u8) }, Token);
        RunPage second = await workspace.Experiments.SearchAsync(search with { PageToken = first.NextPageToken }, Token);
        Assert.Equal(["r3", "r4", "r5"], second.Runs.Select(r => r.Name));
        Assert.Equal(second.Runs.Select(r => r.Id), offset.Runs.Select(r => r.Id));
        Assert.Equal(second.NextPageToken, offset.NextPageToken);
        RunPage last = await workspace.Experiments.SearchAsync(search with { PageToken = second.NextPageToken }, Token);
        Assert.Equal(("r6", false), (last.Runs.Single().Name, last.HasMore));
        Assert.Null((await workspace.Experiments.SearchAsync(search with { Max = 7 }, Token)).NextPageToken);
        foreach (RunSearch other in new[]
        {
            search with { OrderBy = ["run_name DESC"] }, search with { Filter = "run_name != 'x'" }, search with { View = LifecycleView.All }, search with { ExperimentIds = ["1"] },
        })
        {
            await Assert.ThrowsAsync<PageTokenException>(async () => await workspace.Experiments.SearchAsync(other with { PageToken = first.NextPageToken }, Token));
        }

        RunFilterException e = await Assert.ThrowsAsync<RunFilterException>(async () => await workspace.Experiments.SearchAsync(search with { Max = 50_001 }, Token));
        Assert.StartsWith("Invalid value 50001 for parameter 'max_results' supplied:", e.Message, StringComparison.Ordinal);
        Assert.Empty((await workspace.Experiments.SearchAsync(search with { ExperimentIds = [] }, Token)).Runs);
        Assert.Empty((await workspace.Experiments.SearchAsync(search with { ExperimentIds = ["77", "x"] }, Token)).Runs);
    }
}
