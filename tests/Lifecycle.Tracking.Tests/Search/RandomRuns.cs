using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Tracking.Tests;

/// <summary>Random stores of runs, random filters and orders over them.</summary>
internal static class RandomRuns
{
    private static readonly string Long = new('x', 127);
    private static readonly double[] Numbers = [0, 1, 2, 0.5, -1, double.NaN, double.PositiveInfinity, double.NegativeInfinity];

    // several share their first 128 characters; one has a surrogate pair where the index cuts
    private static readonly string[] Texts =
        ["a", "A", "ab", "x*y", "x[y", "x?y", "it's", "\u00e4b", "10%", "", Long + "ab", Long + "ac", Long + "a", Long, Long + "\ud83d\ude00z", string.Concat(Enumerable.Repeat("\ud83d\ude00", 70)), "\uffee"];

    private static readonly string[] Patterns =
        ["a", "a%", "%b", "_", "x*y", "x[%", "x?y", "%%", "", "A_", "_'%", "\u00c4b", "10%", "x%", "x%c", Long + "%", Long + "a_", Long[..64] + "%b", "\ud83d\ude00%"];

    private static readonly string[] Keys = ["k", "l", "missing"];

    /// <summary>A store of so many runs: values of all kinds, missing ones, deleted runs, several experiments, one of them deleted.</summary>
    public static async Task<List<Run>> FillAsync(TrackingWorkspace workspace, FakeTimeProvider clock, int runs, int seed)
    {
        CancellationToken token = TrackingWorkspace.Token;
        List<Run> open = [];
        List<string> deleted = [];
        Random random = new(seed);
        for (int i = 0; i < runs; i++)
        {
            Run run = await workspace.Experiments.StartRunAsync("e" + random.Next(4), r => r.Named("run" + random.Next(7)), token);
            for (int k = 0; k < 2; k++)
            {
                if (random.Next(3) > 0)
                {
                    run.LogMetric(Keys[k], Numbers[random.Next(Numbers.Length)]);
                }

                if (random.Next(4) > 0)
                {
                    run.LogParam(Keys[k], Texts[random.Next(Texts.Length)]);
                    run.SetTag(Keys[k], Texts[random.Next(Texts.Length)]);
                }
            }

            for (int n = random.Next(3); n > 0; n--)
            {
                run.LogInput(new DatasetReference(Texts[random.Next(3)], "d" + random.Next(2)), random.Next(2) == 0 ? "train" : "test");
            }

            clock.Advance(TimeSpan.FromMilliseconds(random.Next(3)));
            if (random.Next(6) == 0)
            {
                open.Add(run);
                continue;
            }

            clock.Advance(TimeSpan.FromMilliseconds(random.Next(3)));
            await run.CompleteAsync(random.Next(3) == 0 ? RunStatus.Failed : RunStatus.Finished, token);
            if (random.Next(8) == 0)
            {
                deleted.Add(run.Id);
            }
        }

        foreach (string run in deleted)
        {
            await workspace.Experiments.DeleteRunAsync(run, token);
        }

        return open;
    }

    public static Gen<(RunFilter Filter, List<RunOrder> Orders, LifecycleView View, int Page)> Case =>
        from filter in Filter(3)
        from orders in Order.ListOf()
        from view in Gen.Elements(LifecycleView.Active, LifecycleView.Active, LifecycleView.Deleted, LifecycleView.All)
        from page in Gen.Elements(1, 3, 7, 20)
        select (filter, orders.DistinctBy(o => (o.Field, o.Key)).Take(3).ToList(), view, page);

    private static Gen<RunOrder> Order =>
        from about in Gen.Elements(FilterField.Metric, FilterField.Metric, FilterField.Param, FilterField.Tag, FilterField.TextAttribute, FilterField.NumberAttribute)
        from key in Key(about)
        from down in Gen.Elements(true, false)
        select new RunOrder(about, key, down);

    private static Gen<RunFilter> Filter(int depth) => depth == 0 ? Leaf : Gen.OneOf(
        Leaf,
        Gen.Constant((RunFilter)new EveryFilter()),
        from left in Filter(depth - 1) from right in Filter(depth - 1) select left & right,
        from left in Filter(depth - 1) from right in Filter(depth - 1) select left | right,
        from inner in Filter(depth - 1) select !inner);

    public static Gen<RunFilter> Leaf =>
        from about in Gen.Elements(Enum.GetValues<FilterField>())
        from key in Key(about)
        from leaf in about is FilterField.Metric or FilterField.NumberAttribute ? NumberLeaf(about, key) : TextLeaf(about, key)
        select leaf;

    private static Gen<string> Key(FilterField about) => about switch
    {
        FilterField.TextAttribute => Gen.Elements(FilterTarget.Runs.Texts.ToArray()),
        FilterField.NumberAttribute => Gen.Elements(FilterTarget.Runs.Numbers.ToArray()),
        FilterField.Dataset => Gen.Elements("name", "digest", "context"),
        _ => Gen.Elements(Keys),
    };

    private static Gen<RunFilter> NumberLeaf(FilterField about, string key) =>
        from test in Gen.Elements(
            FilterTest.Equal, FilterTest.NotEqual, FilterTest.Less, FilterTest.LessOrEqual, FilterTest.Greater, FilterTest.GreaterOrEqual, FilterTest.IsMissing,
            about == FilterField.Metric ? FilterTest.IsNaN : FilterTest.IsMissing)
        from value in about == FilterField.Metric
            ? Gen.Elements(Numbers)
            : key == "duration_ms" ? Gen.Elements(0.0, 1.0, 1.5, double.NaN) : Gen.Elements(1_772_366_400_010, 1_772_366_400_030.5, double.NaN, double.PositiveInfinity)
        select (RunFilter)new TestFilter(about, key, test, value);

    private static Gen<RunFilter> TextLeaf(FilterField field, string key) =>
        from test in Gen.Elements(
            FilterTest.Equal, FilterTest.NotEqual, FilterTest.Like, FilterTest.ILike, FilterTest.In, FilterTest.NotLike, FilterTest.NotILike, FilterTest.NotIn, FilterTest.IsMissing)
        from text in Gen.Elements([.. Texts, "run1", "FAILED", "e0", "ada", "d1", "train", "active"])
        from pattern in Gen.Elements([.. Patterns, "run_", "F%", "%1", "mlflow%", "e%", "a_tive"])
        from list in Gen.Elements(Texts).ListOf()
        select (RunFilter)new TestFilter(field, key, test, test switch
        {
            FilterTest.Like or FilterTest.ILike or FilterTest.NotLike or FilterTest.NotILike => pattern,
            FilterTest.In or FilterTest.NotIn => list.Append(text).ToArray(),
            _ => text,
        });
}
