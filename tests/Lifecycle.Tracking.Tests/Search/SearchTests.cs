namespace Lifecycle.Tracking.Tests;

public sealed class SearchTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CSharpAndText_FindTheSame()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        foreach ((string name, double auc, string trainer) in new[] { ("one", 0.95, "LightGbm"), ("two", 0.92, "FastTree"), ("three", 0.5, "LightGbm"), ("four", 0.97, "LightGbm") })
        {
            await workspace.Experiments.RunAsync(
                "mortgage",
                run =>
                {
                    run.LogMetric("auc", auc);
                    run.LogParam("trainer", trainer);
                    return Task.CompletedTask;
                },
                r => r.Named(name), Token);
        }

        double least = 0.9;
        RunPage page = await workspace.Experiments.Runs.In("mortgage")
            .Where(r => r.Metric("auc") > least && (r.Param("trainer") == "LightGbm" || r.Tag("owner") == "nobody"))
            .OrderByDescending(r => r.Metric("auc")).Take(20).ToPageAsync(Token);
        Assert.Equal(["four", "one"], page.Runs.Select(r => r.Name));
        RunPage text = await workspace.Experiments.SearchAsync("mortgage", "metrics.auc > 0.9 AND params.trainer = 'LightGbm'", "metrics.auc DESC", cancellationToken: Token);
        Assert.Equal(page.Runs.Select(r => r.Id), text.Runs.Select(r => r.Id));
        RunPage named = await workspace.Experiments.Runs.In("mortgage")
            .Where(r => r.Metric("auc").Between(0.92, 0.96) && r.Param("trainer").Like("%Tree") && r.Tag("owner").IsMissing && r.Status.In("FINISHED", "FAILED"))
            .ToPageAsync(Token);
        Assert.Equal("two", named.Runs.Single().Name);
        RunQuery all = from r in workspace.Experiments.Runs orderby r.Param("trainer"), r.Metric("auc") descending select r;
        Assert.Equal(["two", "four", "one", "three"], (await all.ToPageAsync(Token)).Runs.Select(r => r.Name));
        RunQuery query = from r in workspace.Experiments.Runs
                         where !(r.Metric("auc") >= 0.95) || r.Name.In("one")
                         orderby r.Name
                         select r;
        Assert.Equal(["one", "three", "two"], (await query.ToPageAsync(Token)).Runs.Select(r => r.Name));
        RunPage first = await workspace.Experiments.Runs.OrderBy(r => r.Metric("auc")).Take(3).ToPageAsync(Token);
        Assert.True(first.HasMore);
        Assert.Equal(["three", "two", "one"], first.Runs.Select(r => r.Name));
        Assert.False((await workspace.Experiments.Runs.Take(4).ToPageAsync(Token)).HasMore);
        await Assert.ThrowsAsync<TrackingException>(async () => await workspace.Experiments.SearchAsync("typo", cancellationToken: Token));
    }

    [Theory]
    [InlineData(" AND ")]
    [InlineData(" OR ")]
    public async Task LongestFilters_AreAnswered(string word)
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        await workspace.Experiments.RunAsync(
            "e",
            run =>
            {
                run.LogMetric("a", 1);
                return Task.CompletedTask;
            },
            cancellationToken: Token);
        string text = string.Join(word, Enumerable.Repeat("metrics.a=1", 3900));
        Assert.Single((await workspace.Experiments.SearchAsync("e", text, cancellationToken: Token)).Runs);
        RunFilter right = RunFields.All.Metric("a") == 1;
        for (int i = 0; i < 2000; i++)
        {
            right = word == " OR " ? (RunFields.All.Metric("a") == 1) | right : (RunFields.All.Metric("a") == 1) & right;
        }

        Assert.Single((await workspace.Experiments.Runs.Where(right).ToPageAsync(Token)).Runs);
        string[] many = [.. Enumerable.Range(0, 40_000).Select(i => "r" + i)];
        Assert.Empty((await workspace.Experiments.Runs.Where(r => r.Id.In(many)).ToPageAsync(Token)).Runs);
        Assert.Throws<RunFilterException>(() => RunFields.All.Name.Like(new string('%', 10_001)));
    }
}
