using System.Text;

namespace Lifecycle.Tracking.Tests;

public sealed class LongValueTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task LongValue_IsWhole()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        await using Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
        string text = string.Concat(Enumerable.Range(0, 9000).Select(i => $"{i}, äöü "));
        Assert.True(text.Length > 65_536);
        string key = new('ä', 250);
        run.LogParam("columns", text);
        run.LogParam("columns", text);
        run.LogParam(key, text);
        run.SetTag("note/long", text + "!");
        await run.FlushAsync(Token);
        RunRecord record = (await workspace.Experiments.GetRunAsync(run.Id, Token))!;
        Assert.Equal($"{text[..200]} … [{text.Length} chars in artifact lifecycle/long/param/columns]", record.Params["columns"]);
        Assert.EndsWith($" … [{text.Length + 1} chars in artifact lifecycle/long/tag/note/long]", record.Tags["note/long"], StringComparison.Ordinal);
        Assert.Equal(text, await ReadAsync(run, "lifecycle/long/param/columns"));
        Assert.Equal(text + "!", await ReadAsync(run, "lifecycle/long/tag/note/long"));
        Assert.Equal(text, await ReadAsync(run, record.Params[key].Split("in artifact ")[1].TrimEnd(']')));
        Assert.Empty(run.Problems);
        run.LogParam("columns", text + "?");
        Assert.Equal("param-changed", run.Problems.Single().Reason);
    }

    [Fact]
    public async Task LongestValue_GoesThroughTheJournal()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New(options: new TrackingOptions { Journal = { FirstSegmentBytes = 16 * 1024 } });
        await using Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
        string text = new('x', 16 * 1024 * 1024);
        run.LogParam("all", text);
        run.LogMetric("after", 1);
        await run.FlushAsync(Token);
        Assert.Equal(text.Length, (await ReadAsync(run, "lifecycle/long/param/all")).Length);
        Assert.Equal(1, (await workspace.Experiments.GetRunAsync(run.Id, Token))!.Metrics["after"].Value);
        Assert.Empty(run.Problems);
    }

    private static async Task<string> ReadAsync(Run run, string path)
    {
        await using Stream stream = await run.Artifacts.OpenAsync(path, cancellationToken: Token);
        using StreamReader reader = new(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(Token);
    }
}
