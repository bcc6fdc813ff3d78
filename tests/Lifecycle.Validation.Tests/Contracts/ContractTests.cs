using Lifecycle.Statistics;

namespace Lifecycle.Validation.Tests.Contracts;

/// <summary>Verdicts, severities, stages, shares and what is undefined.</summary>
public class ContractTests
{
    private static ColumnBatch Numbers(params double[] values) => new([BatchColumn.Of<double>("x", values)]);

    private static ContractFinding Find(Action<TableColumnRules> rules, params double[] values) =>
        Assert.Single(DataContract.ForColumns("t").Column("x", rules).Check(Numbers(values)).Findings);

    [Fact]
    public void ThereAre36Expectations()
    {
        string[] kinds = [.. ExpectationKinds.OfColumns, .. ExpectationKinds.OfRows];
        Assert.Equal(36, kinds.Distinct().Count());
        Type[] types = [.. typeof(Expectation).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Expectation)) && !t.IsAbstract)];
        Assert.Equal(36, types.Length);
        Assert.All(types, t => Assert.True(t.IsSealed));
    }

    [Theory]
    [InlineData(0.9, 1, Verdict.Pass)]
    [InlineData(0.9, 2, Verdict.Fail)]
    [InlineData(0.7, 3, Verdict.Pass)]
    [InlineData(1, 0, Verdict.Pass)]
    [InlineData(1, 1, Verdict.Fail)]
    [InlineData(0, 10, Verdict.Pass)]
    public void Mostly_AllowsTheFloorOfItsShare(double mostly, int bad, Verdict expected)
    {
        ContractFinding finding = Find(c => c.Between(0, 1, mostly: mostly), [.. Enumerable.Range(0, 10).Select(i => i < bad ? 2.0 : 0.5)]);
        Assert.Equal((expected, bad, 10), (finding.Verdict, (int)finding.Unexpected, (int)finding.Evaluated));
        Assert.Equal(bad / 10.0, finding.Share);
    }

    [Fact]
    public void NothingJudged_IsUndefined_AndNoPass()
    {
        ContractFinding finding = Find(c => c.Between(0, 1), double.NaN, double.NaN);
        Assert.Equal((Verdict.Fail, UndefinedReason.NoRows), (finding.Verdict, finding.Value!.Value.Reason));
        Assert.Null(finding.Share);
        ContractFinding nowhere = Find(c => c.Between(0, 1).Where(_ => false), 0.5);
        Assert.Equal((Verdict.Fail, UndefinedReason.NoRows), (nowhere.Verdict, nowhere.Value!.Value.Reason));
    }

    [Fact]
    public void EmptySource_FailsUnlessAllowed()
    {
        ColumnContract contract = DataContract.ForColumns("t").Column("x", c => c.Required().As(Severity.Warning));
        ContractResult empty = contract.Check(Numbers());
        Assert.Equal((Verdict.Fail, 11), (empty.Verdict, empty.ExitCode));
        Assert.Contains("AllowEmpty", empty.ToString(), StringComparison.Ordinal);
        Assert.Equal(Verdict.Fail, contract.Check((ColumnBatch[])[]).Verdict);
        ContractResult allowed = contract.AllowEmpty().Check(Numbers());
        Assert.Equal((Verdict.Pass, 0, Verdict.Skipped), (allowed.Verdict, allowed.ExitCode, allowed.Findings[0].Verdict));
        Assert.Equal(Verdict.Pass, DataContract.For<Line>("t").Column(l => l.X, c => c.Required()).AllowEmpty().Check([]).Verdict);
        Assert.Equal(Verdict.Fail, DataContract.ForColumns("t").Rows(r => r.Count(atLeast: 1)).AllowEmpty().Check(Numbers()).Verdict);
    }

    [Fact]
    public void OnlyErrorsBreakAContract()
    {
        ColumnContract warned = DataContract.ForColumns("t").Column("x", c => c.Between(0, 1).As(Severity.Warning).Required());
        ContractResult result = warned.Check(Numbers(5));
        Assert.Equal((Verdict.Pass, Verdict.Fail), (result.Verdict, result.Findings[0].Verdict));
        result.EnsurePassed();
        ContractBrokenException broken = Assert.Throws<ContractBrokenException>(() => warned.Check(Numbers(double.NaN, 3)).EnsurePassed());
        Assert.Equal(ExitCode.ContractBroken, broken.ExitCode);
        Assert.Contains("x required", broken.Message, StringComparison.Ordinal);
        Assert.Contains("row 0", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALabelMayBeAbsentWhenServing()
    {
        ColumnContract contract = DataContract.ForColumns("t").Column("x", c => c.Required()).Column("label", c => c.In("good", "bad").When(Stage.Training));
        Assert.Equal(Verdict.Pass, contract.Check(Numbers(1), new ContractOptions { Stage = Stage.Serving }).Verdict);
        ContractResult training = contract.Check(Numbers(1), new ContractOptions { Stage = Stage.Training });
        Assert.Equal((Verdict.Fail, UndefinedReason.MissingMetric), (training.Verdict, training.Findings[1].Value!.Value.Reason));
        Assert.Contains("there is no column 'label'", training.Findings[1].Message, StringComparison.Ordinal);
        Assert.Equal(Verdict.Fail, contract.Check(Numbers(1)).Verdict);
        ColumnContract onlyTraining = DataContract.ForColumns("t").Column("label", c => c.Required().When(Stage.Training));
        Assert.Equal(Verdict.Inconclusive, onlyTraining.Check(Numbers(1), new ContractOptions { Stage = Stage.Serving }).Verdict);
    }

    [Fact]
    public void Columns_AreHeldAgainstTheDeclaredOnes()
    {
        ColumnBatch ab = new([BatchColumn.Of<int>("a", new int[1]), BatchColumn.Of<int>("b", new int[1])]);
        ColumnContract a = DataContract.ForColumns("t").Column("a"), ba = DataContract.ForColumns("t").Column("b").Column("a"), abc = DataContract.ForColumns("t").Column("a").Column("b").Column("c");
        Assert.Equal(Verdict.Pass, a.Rows(r => r.ColumnsExist()).Check(ab).Verdict);
        Assert.Equal(Verdict.Fail, abc.Rows(r => r.ColumnsExist()).Check(ab).Verdict);
        Assert.Equal(Verdict.Fail, a.Rows(r => r.NoUnknownColumns()).Check(ab).Verdict);
        Assert.Equal(Verdict.Pass, abc.Rows(r => r.NoUnknownColumns()).Check(ab).Verdict);
        Assert.Equal(Verdict.Pass, ba.Rows(r => r.ColumnsExactly()).Check(ab).Verdict);
        Assert.Equal(Verdict.Fail, a.Rows(r => r.ColumnsExactly()).Check(ab).Verdict);
        ContractResult ordered = ba.Rows(r => r.ColumnsExactly(ordered: true)).Check(ab);
        Assert.Equal(Verdict.Fail, ordered.Verdict);
        Assert.Contains("column 1 is 'a', not 'b'", ordered.Findings[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AllViolations_InOnePass()
    {
        int reads = 0;
        IEnumerable<Line> Once()
        {
            reads++;
            return Line.Some(1, 6_000).Select(l => l);
        }

        ContractResult result = DataContract.For<Line>("t")
            .Column(l => l.X, c => c.Required().Between(0, 5).MeanBetween(100))
            .Column(l => l.S, c => c.In("good").NoPadding().Unique())
            .Rows(r => r.LessOrEqual(l => l.X, l => l.Y).Count(atMost: 10))
            .Check(Once());
        Assert.Equal((1, 8), (reads, result.Findings.Count));
        Assert.All(result.Findings, f => Assert.Equal(Verdict.Fail, f.Verdict));
        Assert.Equal(6, result.Findings.Count(f => f.Rows.Count == 100));
    }

    [Fact]
    public void PredicateException_IsAFinding()
    {
        Line[] lines = Line.Some(3, 5_000);
        DataContract<Line> contract = DataContract.For<Line>("t")
            .Column(l => l.Id, c => c.Satisfies(i => i == 4_321 ? throw new FormatException("no such id") : true, "known"))
            .Column(l => l.L, c => c.Between(0, double.MaxValue))
            .Column(l => l.S!.Length, c => c.Between(0, 100), "length");
        ContractResult result = contract.Check(lines);
        Assert.Equal((Verdict.Fail, UndefinedReason.Error, 4_321L), (result.Findings[0].Verdict, result.Findings[0].Value!.Value.Reason, result.Findings[0].ErrorRow));
        Assert.Contains("row 4,321: FormatException: no such id", result.Findings[0].Message, StringComparison.Ordinal);
        Assert.Equal((Verdict.Pass, 5_000), (result.Findings[1].Verdict, (int)result.Findings[1].Evaluated));
        Assert.Equal(Array.FindIndex(lines, l => l.S is null), (int)result.Findings[2].ErrorRow!.Value);
        Assert.Equal(lines.Count(l => l.S is null), result.Findings[2].Unexpected);
        ContractFinding where = Assert.Single(DataContract.ForColumns("t").Column("x", c => c.Required().Where(r => r.Number("y") > 0)).Check(Numbers(1, 2)).Findings);
        Assert.Equal((Verdict.Fail, 0L), (where.Verdict, where.ErrorRow));
        Assert.Contains("y", where.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_AreKeptOnRequestOnly()
    {
        ColumnContract contract = DataContract.ForColumns("t").Column("x", c => c.Between(0, 1));
        Assert.Empty(contract.Check(Numbers(0.5, 7)).Findings[0].Values);
        Assert.Equal(["7"], contract.Check(Numbers(0.5, 7), new ContractOptions { KeepValues = true }).Findings[0].Values);
    }

    [Fact]
    public void RowNumbers_GoOnFromBatchToBatch_AndBeginWithTheFirst()
    {
        ColumnContract contract = DataContract.ForColumns("t").Column("x", c => c.Between(0, 1));
        ColumnBatch Batch(long first, params double[] values) => new([BatchColumn.Of<double>("x", values)], first);
        Assert.Equal([2L, 3L], contract.Check([Batch(0, 0, 0, 9), Batch(0, 9, 0)]).Findings[0].Rows);
        Assert.Equal([102L, 103L], contract.Check([Batch(100, 0, 0, 9), Batch(103, 9, 0)]).Findings[0].Rows);
    }

    [Fact]
    public void BeyondTheKeysThatMayBeRemembered_UniquenessCannotBeTold()
    {
        RandomStream random = new(1);
        double[] values = [.. Enumerable.Range(0, 5_000).Select(_ => random.NextDouble())];
        ContractOptions few = new() { MaxTrackedKeys = 1_000 };
        ContractResult open = DataContract.ForColumns("t").Column("x", c => c.Unique()).Check(Numbers(values), few);
        Assert.Equal((Verdict.Inconclusive, UndefinedReason.LimitExceeded, 11), (open.Verdict, open.Findings[0].Value!.Value.Reason, open.ExitCode));
        Assert.Contains("raise MaxTrackedKeys or declare the order", open.Findings[0].Message, StringComparison.Ordinal);
        values[10] = values[9];
        Assert.Equal(Verdict.Fail, DataContract.ForColumns("t").Column("x", c => c.Unique()).Check(Numbers(values), few).Verdict);
        Array.Sort(values);
        values = [.. values.Distinct()];
        Assert.Equal(Verdict.Pass, DataContract.ForColumns("t").Column("x", c => c.Increasing(strict: true)).Check(Numbers(values), few).Verdict);
        ColumnContract two = DataContract.ForColumns("t").Column("x", c => c.Unique()).Rows(r => r.NoDuplicates());
        Assert.Equal(Verdict.Inconclusive, two.Check(Numbers(values), new ContractOptions { MaxTrackedKeys = 6_000 }).Verdict);
        Assert.Equal(Verdict.Pass, two.Check(Numbers(values), new ContractOptions { MaxTrackedKeys = 10_000 }).Verdict);
    }

    [Fact]
    public void ResultsAreEqual_ForEveryNumberOfThreads()
    {
        ColumnBatch rows = Line.Columns(Line.Some(7, 150_000));
        ColumnContract contract = DataContract.ForColumns("t")
            .Column("X", c => c.Required().Between(-4, 7).MeanBetween(-100).QuantileBetween(0.5, -100))
            .Column("I", c => c.Between(0, 10).DistinctCountBetween(1)).Column("L", c => c.Unique().SumBetween(0)).Column("S", c => c.In("good").NoPadding())
            .Rows(r => r.NoDuplicates().LessOrEqual("X", "Y"));
        byte[][] results = [.. new[] { 1, 2, 7 }.Select(n => contract.Check(rows, new ContractOptions { MaxThreads = n }).ToJson())];
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    [Fact]
    public void Result_RoundTripsAsJson()
    {
        ContractResult result = DataContract.ForColumns("t").Column("S", c => c.ValidText().LengthBetween(1, 2)).Column("X", c => c.MeanBetween(0).Between(0, 1).As(Severity.Information)).Rows(r => r.ColumnsExactly())
            .Check(Line.Columns(Line.Some(9, 500)), new ContractOptions { KeepValues = true });
        byte[] json = result.ToJson();
        ContractResult read = ContractResult.FromJson(json);
        Assert.Equal(json, read.ToJson());
        Assert.Equal((result.Verdict, result.ExitCode, result.ToString()), (read.Verdict, read.ExitCode, read.ToString()));
        Assert.Throws<FormatException>(() => ContractResult.FromJson("{}"u8.ToArray()));
    }
}
