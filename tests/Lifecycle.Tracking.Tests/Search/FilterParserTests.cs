namespace Lifecycle.Tracking.Tests;

public sealed class FilterParserTests
{
    public static TheoryData<string> Lines() => [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "oracles", "mlflow-filters.tsv")).Where(l => l[0] != '#')];

    [Fact]
    public void Table_IsWhole() => Assert.Equal(77, Lines().Count);

    [Theory]
    [MemberData(nameof(Lines))]
    public void Grammar_HoldsLineByLine(string line)
    {
        string[] cells = line.Split('\t');
        string text = cells[4][1..^1];
        foreach ((FilterDialect dialect, string verdict) in new[]
        {
            (FilterDialect.Extended, cells[1]), (FilterDialect.Mlflow, cells[2]), (FilterDialect.Strict, cells[3]),
        })
        {
            if (verdict == "-")
            {
                RunFilterException refused = Assert.Throws<RunFilterException>(() => Meaning(cells[0], text, dialect));
                Assert.NotEmpty(refused.Message);
                continue;
            }

            string[] meanings = cells[5].Split(" ## ");
            Assert.Equal(dialect == FilterDialect.Extended ? meanings[0] : meanings[^1], Meaning(cells[0], text, dialect));
        }
    }

    [Theory]
    [InlineData("`metrics`.1 > 1", "Metric 1 Greater 1")]
    [InlineData("start_time > '2026-03-01T00:00:00Z'", "NumberAttribute start_time Greater 1772323200000")]
    [InlineData("not not metrics.a < 1", "NOT NOT Metric a Less 1")]
    [InlineData("metrics.a < 1 OR metrics.b < 2 AND metrics.c < 3", "(Metric a Less 1 OR (Metric b Less 2 AND Metric c Less 3))")]
    [InlineData("tags.x IS NOT NULL", "NOT Tag x IsMissing ")]
    [InlineData("metrics.acc IS NAN", "Metric acc IsNaN ")]
    [InlineData("metrics.acc < Infinity", "Metric acc Less Infinity")]
    [InlineData("metrics.acc > -Infinity", "Metric acc Greater -Infinity")]
    [InlineData("metrics.a NOT BETWEEN 0 AND 1", "(Metric a Less 0 OR Metric a Greater 1)")]
    [InlineData("params.lr NOT ILIKE 'a'", "Param lr NotILike a")]
    public void Extended_Takes(string text, string meaning) => Assert.Equal(meaning, Show(RunFilter.Parse(text)));

    [Theory]
    [InlineData("OR metrics.a < 1")]
    [InlineData("(metrics.a < 1")]
    [InlineData("metrics.a < 1)")]
    [InlineData("foo = 'x'")]
    [InlineData("metrics. = 1")]
    [InlineData("metrics.`` = 1")]
    [InlineData("params.a = 'x")]
    [InlineData("params.a ! 'x'")]
    [InlineData("\ud83d\ude00")]
    [InlineData("metrics")]
    [InlineData("params.a BETWEEN 'a' AND 'b'")]
    [InlineData("start_time LIKE '1%'")]
    public void Extended_Refuses(string text) => Assert.Throws<RunFilterException>(() => RunFilter.Parse(text));

    [Theory]
    [InlineData("metrics.loss ~ 1", FilterDialect.Mlflow, "Invalid comparator '~' not one of")]
    [InlineData("metrics.a < 1 OR metrics.b < 2", FilterDialect.Strict, "Invalid clause(s) in filter string: 'OR'")]
    [InlineData("attributes.foo = 'x'", FilterDialect.Mlflow, "Invalid attribute key 'foo' specified. Valid keys are ")]
    [InlineData("attributes.run_nme = 'x'", FilterDialect.Extended, "Invalid attribute key 'run_nme' specified. Valid keys are ")]
    public void Messages_AreMlflows(string text, FilterDialect dialect, string beginning)
    {
        RunFilterException e = Assert.Throws<RunFilterException>(() => RunFilter.Parse(text, dialect));
        Assert.StartsWith(beginning, e.Message, StringComparison.Ordinal);
        Assert.Equal(text.Contains("run_nme", StringComparison.Ordinal), e.Message.Contains("Did you mean 'run_name'?", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("params.a = 'it\\'s'", "Param a Equal it\\'s")]
    [InlineData("params.a = \"x\"\"y\"", "Param a Equal x\"\"y")]
    [InlineData("(AND metrics.a < 1 AND) OR metrics.b < 2", "(Metric a Less 1 OR Metric b Less 2)")]
    [InlineData("AND", "every")]
    public void Mlflow_IsRawAndTolerant(string text, string meaning) => Assert.Equal(meaning, Show(RunFilter.Parse(text, FilterDialect.Mlflow)));

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
        string[] pieces = ["metrics.a", "params.b", "<", "=", "1", "'x'", "(", ")", " AND ", " OR ", "NOT ", "IN", "LIKE", "`", "\"", "'", ".", ",", "-", "e", " ", "BETWEEN", "IS", "NULL", "\0", "\u00e4", "~", "-Infinity", "dataset.name", "run_id", "\ud83d"];
        ulong state = 42;
        for (int i = 0; i < 200_000; i++)
        {
            System.Text.StringBuilder text = new();
            for (int length = 1 + (i % 12); length > 0; length--)
            {
                state = (state * 6364136223846793005) + 1442695040888963407;
                text.Append(pieces[(int)((state >> 33) % (ulong)pieces.Length)]);
            }

            try
            {
                Assert.NotEmpty(Show(RunFilter.Parse(text.ToString(), (FilterDialect)(i % 3))));
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
    [InlineData("metrics.a, metrics.a DESC")]
    [InlineData("metrics.a,")]
    [InlineData("datasets.name")]
    public void Order_IsRefused(string text) => Assert.Throws<RunFilterException>(() => RunOrder.Parse(text));

    private static string Meaning(string kind, string text, FilterDialect dialect) => kind == "filter"
        ? Show(RunFilter.Parse(text, dialect))
        : string.Join(", ", RunOrder.Parse([text], dialect, FilterTarget.Runs).Select(o => $"{o.Field} {o.Key} {o.IsDescending}"));

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
