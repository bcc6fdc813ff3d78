namespace Lifecycle.Validation.Tests.Contracts;

/// <summary>Bad definitions and hostile cells.</summary>
public class HostileContractTests
{
    private static string Refused(Action<TableColumnRules> rules) =>
        Assert.Throws<ContractDefinitionException>(() => DataContract.ForColumns("t").Column("x", rules)).Message;

    [Theory]
    [InlineData(@"(a)\1", "needs backtracking")]
    [InlineData("(?=a)b", "needs backtracking")]
    [InlineData("(?<!a)b", "needs backtracking")]
    [InlineData("(?>a+)b", "needs backtracking")]
    [InlineData("((a{1000}){1000}){1000}", "x: the pattern")]
    [InlineData("[a", "is not a regular expression")]
    public void PatternsThatBacktrackOrAreNone_AreRefused(string pattern, string expected)
    {
        Assert.Contains(expected, Refused(c => c.Matches(pattern)), StringComparison.Ordinal);
        Assert.Contains(expected, Refused(c => c.NotMatches(pattern)), StringComparison.Ordinal);
    }

    [Fact]
    public void APatternAbove4Kilobytes_IsRefused() => Assert.Contains("4,096 bytes", Refused(c => c.Matches(new string('é', 2_049))), StringComparison.Ordinal);

    [Fact]
    public void AHostileText_CostsLinearTime()
    {
        // A backtracking engine would not come to an end here.
        ColumnBatch rows = new([BatchColumn.Of<string>("x", new[] { new string('a', 200_000) + "!" })]);
        Assert.Equal(Verdict.Fail, DataContract.ForColumns("t").Column("x", c => c.Matches("^(a+)+$")).Check(rows).Verdict);
    }

    [Fact]
    public void AllProblemsAreToldAtOnce()
    {
        ContractDefinitionException error = Assert.Throws<ContractDefinitionException>(() => DataContract.ForColumns("t").Column("x", c => c
            .As(Severity.Warning).Required(mostly: 1.5).Between(3, 1).Between(double.NaN, 1).In((string[])[]).QuantileBetween(2, 1).MeanBetween().StandardDeviationBetween(-1)
            .LengthBetween(5, 2).ParsesAs(CellFormat.Date("")).Satisfies((double _) => true, " ").In("a", null!)));
        Assert.Equal(12, error.Problems.Count);
        ContractDefinitionException rows = Assert.Throws<ContractDefinitionException>(() => DataContract.ForColumns("t").Rows(r => r
            .UniqueTogether("x").NoDuplicates(2).NoConflictingLabels("x", -1).EqualTo("x", "y", -1).Count()));
        Assert.Equal(5, rows.Problems.Count);
        Assert.Throws<ContractDefinitionException>(() => DataContract.ForColumns("no name"));
        Assert.Throws<ContractDefinitionException>(() => DataContract.ForColumns("t").Column("x").Check(new ColumnBatch([BatchColumn.Of<int>("x", new int[1])])));
        Assert.Throws<ArgumentOutOfRangeException>(() => DataContract.ForColumns("t").Column("x", c => c.Required())
            .Check(new ColumnBatch([BatchColumn.Of<int>("x", new int[1])]), new ContractOptions { MaxTrackedKeys = 0 }));
    }

    [Fact]
    public void TypesThatCannotBeJudged_AreFindings()
    {
        ColumnBatch rows = new([BatchColumn.Of<DateOnly>("d", new DateOnly[2]), BatchColumn.Of<double>("x", new double[2]), BatchColumn.Of<bool>("b", new bool[2])]);
        ContractResult result = DataContract.ForColumns("t").Column("d", c => c.Between(0, 1).MeanBetween(0).Finite()).Column("x", c => c.Between(new DateOnly(1, 1, 1), new DateOnly(2, 1, 1)).OfType(ColumnType.Date))
            .Rows(r => r.LessOrEqual("d", "x").EqualTo("x", "b")).Check(rows);
        Assert.Equal(
            [UndefinedReason.Error, UndefinedReason.Error, UndefinedReason.Error, UndefinedReason.Error, null, UndefinedReason.Error, null],
            result.Findings.Select(f => f.Value?.Reason));
        Assert.Equal([2, 0], new[] { result.Findings[4], result.Findings[6] }.Select(f => (int)f.Unexpected));
    }

    [Fact]
    public void HostileNamesAndCells_StayWhatTheyAre()
    {
        string name = "a|b<script>@team\u0000\u202E\uD800" + new string('n', 500);
        ColumnBatch rows = new([BatchColumn.Of<string>(name, new[] { "x\uD800", new string('z', 100_000), "\0" })]);
        ContractResult result = DataContract.ForColumns("t").Column(name, c => c.In("q").ValidText()).Check(rows, new ContractOptions { KeepValues = true });
        Assert.Equal([3, 2], result.Findings.Select(f => (int)f.Unexpected));
        Assert.Equal(3, result.Findings[0].Values.Count);
        Assert.DoesNotContain('\0', result.ToString());
        Assert.DoesNotContain('\u202E', result.ToString());
        Assert.True(result.ToString().Length < 3_000);
        ContractResult read = ContractResult.FromJson(result.ToJson());
        Assert.Equal(result.Verdict, read.Verdict);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(8192)]
    public void EveryLength_CountsItsLastRow(int rows)
    {
        double[] values = new double[rows];
        values.AsSpan().Fill(5);
        ContractFinding finding = Assert.Single(DataContract.ForColumns("t").Column("x", c => c.Between(0, 1)).Check(new ColumnBatch([BatchColumn.Of<double>("x", values)])).Findings);
        Assert.Equal((rows, rows), ((int)finding.Evaluated, (int)finding.Unexpected));
        Assert.Equal(Enumerable.Range(0, Math.Min(100, rows)).Select(i => (long)i), finding.Rows);
    }
}
