using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Tracking.Tests;

/// <summary>Filters in C# and as text, columns, and what a NaN matches.</summary>
public sealed class SearchTextTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CSharpAndText_GiveTheSamePages()
    {
        FakeTimeProvider clock = TrackingWorkspace.Clock();
        await using TrackingWorkspace workspace = TrackingWorkspace.New(clock);
        List<Run> open = await RandomRuns.FillAsync(workspace, clock, 50, 6);
        int cases = 0;
        foreach ((RunFilter filter, List<RunOrder> orders, LifecycleView view, int size) in RandomRuns.Case.Sample(12, 400))
        {
            if (Text(filter) is not { } text)
            {
                continue;
            }

            Assert.Equal(FilterText.Of(filter), FilterText.Of(RunFilter.Parse(text)));
            if (++cases > 60)
            {
                continue;
            }

            RunQuery query = workspace.Experiments.Runs.Where(filter).In(view).Take(size).Reading(RunColumns.Info);
            foreach (RunOrder order in orders)
            {
                RunField field = order.Field switch
                {
                    FilterField.Metric => RunFields.All.Metric(order.Key),
                    FilterField.NumberAttribute => new NumberField(order.Key),
                    _ => new TextField(order.Field, order.Key),
                };
                query = order.IsDescending ? query.OrderByDescending(_ => field) : query.OrderBy(_ => field);
            }

            RunSearch search = new()
            {
                Filter = text, OrderBy = [.. orders.Select(o => Field(o.Field, o.Key) + (o.IsDescending ? " DESC" : ""))], View = view, Max = size, Columns = RunColumns.Info,
            };
            string? token = null;
            do
            {
                RunPage ours = await query.After(token).ToPageAsync(Token);
                RunPage theirs = await workspace.Experiments.SearchAsync(search with { PageToken = token }, Token);
                Assert.Equal(ours.Runs.Select(r => r.Id), theirs.Runs.Select(r => r.Id));
                Assert.Equal(ours.NextPageToken, theirs.NextPageToken);
                token = ours.NextPageToken;
            }
            while (token is not null);
        }

        Assert.True(cases > 60);
        foreach (Run run in open)
        {
            await run.DisposeAsync();
        }
    }

    [Fact]
    public async Task Columns_SayWhatIsRead()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        await workspace.Experiments.RunAsync(
            "e",
            run =>
            {
                run.LogMetric("a", 1);
                run.LogMetric("b", double.NaN);
                run.LogParam("p", "x");
                run.LogParam("q", "y");
                run.SetTag("t", "z");
                run.LogInput(new DatasetReference("d", "1"), "train");
                return Task.CompletedTask;
            },
            cancellationToken: Token);
        RunRecord all = (await workspace.Experiments.Runs.ToPageAsync(Token)).Runs[0];
        Assert.Equal((2, 2, "z", 1), (all.Metrics.Count, all.Params.Count, all.Tags["t"], all.Inputs.Count));
        RunRecord info = (await workspace.Experiments.Runs.Reading(RunColumns.Info).ToPageAsync(Token)).Runs[0];
        Assert.Equal((0, 0, 0, 0), (info.Metrics.Count, info.Params.Count, info.Tags.Count, info.Inputs.Count));
        Assert.Equal((all.Id, all.Name, all.Experiment, all.Status, all.StartedAt, all.EndedAt), (info.Id, info.Name, info.Experiment, info.Status, info.StartedAt, info.EndedAt));
        RunRecord some = (await workspace.Experiments.Runs.Reading(RunColumns.Info.WithMetrics("b", "none").WithParams().WithInputs()).ToPageAsync(Token)).Runs[0];
        Assert.Equal(double.NaN, some.Metrics["b"].Value);
        Assert.Equal((1, 2, 0, 1), (some.Metrics.Count, some.Params.Count, some.Tags.Count, some.Inputs.Count));
        RunRecord tags = (await workspace.Experiments.Runs.Reading(RunColumns.Info.WithTags("t")).ToPageAsync(Token)).Runs[0];
        Assert.Equal("z", tags.Tags.Single().Value);
    }

    [Fact]
    public async Task Search_NaN_MatchesOnlyNotEqual()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        await workspace.Experiments.RunAsync(
            "e",
            run =>
            {
                run.LogMetric("m", double.NaN);
                return Task.CompletedTask;
            },
            cancellationToken: Token);
        foreach ((string filter, int found) in new[]
        {
            ("metrics.m < 1", 0), ("metrics.m >= 0", 0), ("metrics.m = 0", 0), ("metrics.m = NaN", 0), ("metrics.m != 0", 1), ("metrics.m != NaN", 1), ("metrics.m IS NAN", 1),
            ("metrics.m NOT BETWEEN 5 AND 6", 0), ("NOT metrics.m BETWEEN 5 AND 6", 1), ("metrics.m IS NOT NAN", 0), ("metrics.m IS NULL", 0), ("metrics.other != 1", 0),
            ("NOT (metrics.other > 1)", 1),
        })
        {
            Assert.Equal((filter, found), (filter, (await workspace.Experiments.SearchAsync("e", filter, cancellationToken: Token)).Runs.Count));
        }
    }

    // The filter as a person would write it; null when it has a part that no text says.
    private static string? Text(RunFilter filter)
    {
        switch (filter)
        {
            case NotFilter not:
                return Text(not.Inner) is { } inner ? $"NOT ({inner})" : null;
            case JoinFilter join:
                return Text(join.Left) is { } left && Text(join.Right) is { } right ? $"({left}) {(join.IsAnd ? "and" : "OR")} ({right})" : null;
            case TestFilter test:
                string field = Field(test.Field, test.Key);
                return test.Test switch
                {
                    FilterTest.IsMissing => field + " IS NULL",
                    FilterTest.IsNaN => field + " is nan",
                    FilterTest.In => $"{field} IN ({string.Join(", ", ((string[])test.Value!).Select(Quoted))})",
                    FilterTest.NotIn => $"{field} NOT IN ({string.Join(",", ((string[])test.Value!).Select(Quoted))},)",
                    FilterTest.Like or FilterTest.ILike => $"{field} {test.Test} {Quoted((string)test.Value!)}",
                    FilterTest.NotLike or FilterTest.NotILike => $"{field} NOT {test.Test.ToString()[3..]} {Quoted((string)test.Value!)}",
                    _ => $"{field} {CellSql.Operator(test.Test).Replace("<>", "!=", StringComparison.Ordinal)} {(test.Value is double number ? number.ToString("R", CultureInfo.InvariantCulture) : Quoted((string)test.Value!))}",
                };
            default:
                return null;
        }
    }

    private static string Field(FilterField field, string key) => field switch
    {
        FilterField.Metric => $"metrics.`{key}`",
        FilterField.Param => $"params.{key}",
        FilterField.Tag => $"tags.\"{key}\"",
        FilterField.Dataset => $"datasets.{key}",
        _ => key,
    };

    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
