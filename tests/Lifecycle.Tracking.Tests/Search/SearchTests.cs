using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Tracking.Tests;

public sealed class SearchTests
{
    private static readonly double[] Numbers = [0, 1, 2, 0.5, -1, double.NaN, double.PositiveInfinity, double.NegativeInfinity];
    private static readonly string[] Texts = ["a", "A", "ab", "x*y", "x[y", "x?y", "it's", "\u00e4b", "10%", ""];
    private static readonly string[] Patterns = ["a", "a%", "%b", "_", "x*y", "x[%", "x?y", "%%", "", "A_", "_'%", "\u00c4b", "10%"];
    private static readonly string[] Keys = ["k", "l", "missing"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Filter_AgreesWithNaiveEvaluation()
    {
        FakeTimeProvider clock = TrackingWorkspace.Clock();
        await using TrackingWorkspace workspace = TrackingWorkspace.New(clock);
        List<Run> open = await FillAsync(workspace, clock);
        List<RunRecord> all = [.. (await workspace.Experiments.Runs.ToPageAsync(Token)).Runs];
        Assert.Equal(60, all.Count);
        IReadOnlyList<(RunFilter Filter, List<RunOrder> Orders)> cases = Case.Sample(12, 600);
        foreach ((RunFilter filter, List<RunOrder> orders) in cases)
        {
            RunPage page = await workspace.Experiments.SearchAsync([], filter, orders, false, 1000, Token);
            Assert.Equal(NaiveSearch.Search(all, filter, orders).Select(r => r.Id), page.Runs.Select(r => r.Id));
        }

        Assert.Contains(cases, c => NaiveSearch.Search(all, c.Filter, c.Orders).Count() is > 0 and < 60);
        foreach (Run run in open)
        {
            await run.DisposeAsync();
        }
    }

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

    private static async Task<List<Run>> FillAsync(TrackingWorkspace workspace, FakeTimeProvider clock)
    {
        List<Run> open = [];
        for (int i = 0; i < 60; i++)
        {
            Run run = await workspace.Experiments.StartRunAsync("e" + (i % 2), r => r.Named("run" + (i % 7)), Token);
            for (int k = 0; k < 2; k++)
            {
                if ((i + k) % 3 != 0)
                {
                    run.LogMetric(Keys[k], Numbers[((i * 5) + k) % Numbers.Length]);
                }

                if ((i + k) % 4 != 0)
                {
                    run.LogParam(Keys[k], Texts[((i * 3) + k) % Texts.Length]);
                    run.SetTag(Keys[k], Texts[((i * 7) + k) % Texts.Length]);
                }
            }

            if (i % 3 == 0)
            {
                run.LogInput(new DatasetReference(Texts[i % 3], "d" + (i % 2)), i % 2 == 0 ? "train" : "test");
            }

            clock.Advance(TimeSpan.FromMilliseconds(i % 3));
            if (i % 5 == 0)
            {
                open.Add(run);
            }
            else
            {
                await run.CompleteAsync(i % 5 == 1 ? RunStatus.Failed : RunStatus.Finished, Token);
            }
        }

        return open;
    }

    private static Gen<(RunFilter Filter, List<RunOrder> Orders)> Case =>
        from filter in Filter(3)
        from orders in Order.ListOf()
        select (filter, orders.DistinctBy(o => (o.Field, o.Key)).Take(3).ToList());

    private static Gen<RunOrder> Order =>
        from about in Gen.Elements(FilterField.Metric, FilterField.Param, FilterField.Tag, FilterField.TextAttribute, FilterField.NumberAttribute)
        from key in Key(about)
        from down in Gen.Elements(true, false)
        select new RunOrder(about, key, down);

    private static Gen<RunFilter> Filter(int depth) => depth == 0 ? Leaf : Gen.OneOf(
        Leaf,
        from left in Filter(depth - 1) from right in Filter(depth - 1) select left & right,
        from left in Filter(depth - 1) from right in Filter(depth - 1) select left | right,
        from inner in Filter(depth - 1) select !inner);

    private static Gen<RunFilter> Leaf =>
        from about in Gen.Elements(Enum.GetValues<FilterField>())
        from key in Key(about)
        from leaf in about is FilterField.Metric or FilterField.NumberAttribute ? NumberLeaf(about, key) : TextLeaf(about, key)
        select leaf;

    private static Gen<string> Key(FilterField about) => about switch
    {
        FilterField.TextAttribute => Gen.Elements(FilterFields.TextAttributes.ToArray()),
        FilterField.NumberAttribute => Gen.Elements(FilterFields.NumberAttributes.ToArray()),
        FilterField.Dataset => Gen.Elements("name", "digest", "context"),
        _ => Gen.Elements(Keys),
    };

    private static Gen<RunFilter> NumberLeaf(FilterField about, string key) =>
        from test in Gen.Elements(
            FilterTest.Equal, FilterTest.NotEqual, FilterTest.Less, FilterTest.LessOrEqual, FilterTest.Greater, FilterTest.GreaterOrEqual, FilterTest.IsMissing,
            about == FilterField.Metric ? FilterTest.IsNaN : FilterTest.IsMissing)
        from value in about == FilterField.Metric ? Gen.Elements(Numbers) : Gen.Elements(0.0, 1.0, 1_772_366_400_010, 1_772_366_400_030, double.NaN)
        select (RunFilter)new TestFilter(about, key, test, value);

    private static Gen<RunFilter> TextLeaf(FilterField field, string key) =>
        from test in Gen.Elements(FilterTest.Equal, FilterTest.NotEqual, FilterTest.Like, FilterTest.ILike, FilterTest.In, FilterTest.IsMissing)
        from text in Gen.Elements([.. Texts, "run1", "FAILED", "e0", "ada", "d1", "train", "active"])
        from pattern in Gen.Elements([.. Patterns, "run_", "F%", "%1", "mlflow%"])
        from list in Gen.Elements(Texts).ListOf()
        select (RunFilter)new TestFilter(field, key, test, test switch
        {
            FilterTest.Like or FilterTest.ILike => pattern,
            FilterTest.In => list.Append(text).ToArray(),
            _ => text,
        });
}
