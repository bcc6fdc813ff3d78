namespace Lifecycle.Tracking.Tests;

public sealed class FilterParserTests
{
    [Theory]
    [InlineData("metrics.acc>0.9", "Metric acc Greater 0.9")]
    [InlineData("metric.acc >= -1", "Metric acc GreaterOrEqual -1")]
    [InlineData("metrics.acc < .5", "Metric acc Less 0.5")]
    [InlineData("metrics.acc < 5.", "Metric acc Less 5")]
    [InlineData("metrics.acc = 1e-3", "Metric acc Equal 0.001")]
    [InlineData("metrics.val.loss < 1", "Metric val.loss Less 1")]
    [InlineData("metrics.`val/loss` < 1", "Metric val/loss Less 1")]
    [InlineData("metrics.\"val/loss\" < 1", "Metric val/loss Less 1")]
    [InlineData("`metrics`.a > 1", "Metric a Greater 1")]
    [InlineData("`metrics`.1 > 1", "Metric 1 Greater 1")]
    [InlineData("params.lr = \"0.1\"", "Param lr Equal 0.1")]
    [InlineData("params.1a = 'x'", "Param 1a Equal x")]
    [InlineData("params.order = 'x'", "Param order Equal x")]
    [InlineData("params.lr like 'a'", "Param lr Like a")]
    [InlineData("params.a='x'AND params.b='y'", "(Param a Equal x AND Param b Equal y)")]
    [InlineData("params.lr = 'AND OR'", "Param lr Equal AND OR")]
    [InlineData("params.lr = 'it''s'", "Param lr Equal it's")]
    [InlineData("tags.mlflow.parentRunId = 'x'", "Tag mlflow.parentRunId Equal x")]
    [InlineData("run.run_id in ('A')", "TextAttribute run_id In A")]
    [InlineData("run_id IN ('a',)", "TextAttribute run_id In a")]
    [InlineData("attribute.run_id NOT IN ('a')", "(NOT TextAttribute run_id In a AND NOT TextAttribute run_id IsMissing )")]
    [InlineData("`run name` = 'x'", "TextAttribute run_name Equal x")]
    [InlineData("Created > 5", "NumberAttribute start_time Greater 5")]
    [InlineData("start_time > 5.5", "NumberAttribute start_time Greater 5.5")]
    [InlineData("start_time > '2026-03-01T00:00:00Z'", "NumberAttribute start_time Greater 1772323200000")]
    [InlineData("datasets.context IN ('train','test')", "Dataset context In train|test")]
    [InlineData("", "every")]
    [InlineData("   ", "every")]
    [InlineData("(metrics.a < 1)", "Metric a Less 1")]
    [InlineData("NOT metrics.a < 1", "NOT Metric a Less 1")]
    [InlineData("not not metrics.a < 1", "NOT NOT Metric a Less 1")]
    [InlineData("metrics.a < 1 OR metrics.b < 2 AND metrics.c < 3", "(Metric a Less 1 OR (Metric b Less 2 AND Metric c Less 3))")]
    [InlineData("params.lr NOT LIKE 'a'", "(NOT Param lr Like a AND NOT Param lr IsMissing )")]
    [InlineData("params.lr IN ('a')", "Param lr In a")]
    [InlineData("tags.x IS NULL", "Tag x IsMissing ")]
    [InlineData("tags.x IS NOT NULL", "NOT Tag x IsMissing ")]
    [InlineData("metrics.acc > NaN", "Metric acc Greater NaN")]
    [InlineData("metrics.acc IS NAN", "Metric acc IsNaN ")]
    [InlineData("metrics.acc < Infinity", "Metric acc Less Infinity")]
    [InlineData("metrics.acc > -Infinity", "Metric acc Greater -Infinity")]
    [InlineData("lifecycle_stage = 'active'", "TextAttribute lifecycle_stage Equal active")]
    [InlineData("metrics.a BETWEEN 0 AND 1", "(Metric a GreaterOrEqual 0 AND Metric a LessOrEqual 1)")]
    public void Accepted(string text, string meaning) => Assert.Equal(meaning, Show(RunFilter.Parse(text)));

    [Theory]
    [InlineData("metrics.acc < +1")]
    [InlineData("metrics.acc != 0x10")]
    [InlineData("metrics.acc > '0.9'")]
    [InlineData("metrics.'a' < 1")]
    [InlineData("metrics.val/loss < 1")]
    [InlineData("metrics.val-loss < 1")]
    [InlineData("metrics.a")]
    [InlineData("params.lr = 0.1")]
    [InlineData("params.lr > '1'")]
    [InlineData("run_id IN ()")]
    [InlineData("run_id IN (a)")]
    [InlineData("start_time > '5'")]
    [InlineData("dataset.profile = 'x'")]
    [InlineData("datasets.name > 'a'")]
    [InlineData("METRICS.a > 1")]
    [InlineData("foo.bar = 'x'")]
    [InlineData("1 < metrics.a")]
    [InlineData("metrics.a < metrics.b")]
    [InlineData("metrics.a <> 1")]
    [InlineData("metrics.a == 1")]
    [InlineData("metrics.a < 1; metrics.b < 2")]
    [InlineData("metrics.a < 1 -- c")]
    [InlineData("metrics.a < 1 AND")]
    [InlineData("OR metrics.a < 1")]
    [InlineData("(metrics.a < 1")]
    [InlineData("metrics.a < 1)")]
    [InlineData("foo = 'x'")]
    [InlineData("metrics. = 1")]
    [InlineData("params.a = 'x")]
    [InlineData("params.a ! 'x'")]
    [InlineData("\ud83d\ude00")]
    [InlineData("metrics")]
    public void Refused(string text) => Assert.Throws<RunFilterException>(() => RunFilter.Parse(text));

    [Fact]
    public void Depth_AndLength_AreLimited()
    {
        Assert.NotNull(RunFilter.Parse(new string('(', 63) + "metrics.a < 1" + new string(')', 63)));
        Assert.Throws<RunFilterException>(() => RunFilter.Parse(new string('(', 10_000) + "metrics.a < 1" + new string(')', 10_000)));
        Assert.Throws<RunFilterException>(() => RunFilter.Parse(string.Concat(Enumerable.Repeat("NOT ", 10_000)) + "metrics.a < 1"));
        Assert.Throws<RunFilterException>(() => RunFilter.Parse("params.a = '" + new string('x', 1_000_000) + "'"));
    }

    [Fact]
    public void Fuzzed_NeitherCrashesNorHangs()
    {
        string[] pieces = ["metrics.a", "params.b", "<", "=", "1", "'x'", "(", ")", " AND ", " OR ", "NOT ", "IN", "LIKE", "`", "\"", "'", ".", ",", "-", "e", " ", "BETWEEN", "IS", "NULL", "\0", "\u00e4"];
        ulong state = 42;
        for (int i = 0; i < 100_000; i++)
        {
            System.Text.StringBuilder text = new();
            for (int length = 1 + (i % 12); length > 0; length--)
            {
                state = (state * 6364136223846793005) + 1442695040888963407;
                text.Append(pieces[(int)((state >> 33) % (ulong)pieces.Length)]);
            }

            try
            {
                Assert.NotEmpty(Show(RunFilter.Parse(text.ToString())));
            }
            catch (RunFilterException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }
    }

    [Theory]
    [InlineData("metrics.a DESC, start_time", "Metric a True, NumberAttribute start_time False")]
    [InlineData("params.`a b` asc", "Param a b False")]
    [InlineData("", "")]
    public void Order_IsRead(string text, string meaning) =>
        Assert.Equal(meaning, string.Join(", ", RunOrder.Parse(text).Select(o => $"{o.Field} {o.Key} {o.IsDescending}")));

    [Theory]
    [InlineData("metrics.a DESC NULLS LAST")]
    [InlineData("metrics.a, b")]
    [InlineData("metrics.a down")]
    [InlineData("metrics.a/b")]
    [InlineData("foo")]
    [InlineData("metrics.a, metrics.a DESC")]
    [InlineData("metrics.a,")]
    [InlineData("datasets.name")]
    public void Order_IsRefused(string text) => Assert.Throws<RunFilterException>(() => RunOrder.Parse(text));

    private static string Show(RunFilter filter) => filter switch
    {
        EveryFilter => "every",
        NotFilter not => "NOT " + Show(not.Inner),
        JoinFilter join => $"({Show(join.Left)} {(join.IsAnd ? "AND" : "OR")} {Show(join.Right)})",
        TestFilter test => string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{test.Field} {test.Key} {test.Test} {(test.Value is string[] list ? string.Join('|', list) : test.Value)}"),
        _ => throw new InvalidOperationException(),
    };
}
