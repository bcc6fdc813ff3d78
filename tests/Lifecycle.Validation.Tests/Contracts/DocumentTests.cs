using System.Text;

namespace Lifecycle.Validation.Tests.Contracts;

/// <summary>Contracts as files, and contracts drafted from rows.</summary>
public class DocumentTests
{
    private static readonly ColumnContract Everything = DataContract.ForColumns("loans")
        .Column("x", c => c.Required(mostly: 0.9).NoNaN().Finite().Between(0, 1000).Between(0, 1, exclusive: true, mostly: 0.5).OfType(ColumnType.Double)
            .Unique().Increasing().Decreasing(strict: true).MeanBetween(1).StandardDeviationBetween(max: 2).SumBetween(-1, 1).MinimumBetween(0).MaximumBetween(max: 9)
            .QuantileBetween(0.5, 1, 2).DistinctCountBetween(1, 5).ExistsIn([1, 2.5]).DomainMass([1.0], 0.25).Between(double.NegativeInfinity, 5).As(Severity.Warning))
        .Column("s", c => c.AllMissing().In("a", "b").NotIn("NA").Matches("^[a-z]+$").NotMatches("x").LengthBetween(1, 5).LengthBetween(2).NoPadding().ValidText().ExistsIn(["k"])
            .ParsesAs(CellFormat.Integer).ParsesAs(CellFormat.Number).ParsesAs(CellFormat.Guid).ParsesAs(CellFormat.Json).ParsesAs(CellFormat.Date("yyyy-MM-dd")).DomainMass(["a"], 0.9).When(Stage.Training))
        .Column("d", c => c.Between(new DateOnly(2026, 1, 1), new DateOnly(2026, 2, 1)).Between(new DateTime(2026, 1, 1, 1, 2, 3, DateTimeKind.Utc), new DateTime(2027, 1, 1, 0, 0, 0, DateTimeKind.Utc)).As(Severity.Information))
        .Rows(r => r.Count(1, 1_000_000).ColumnsExist().ColumnsExactly(ordered: true).NoUnknownColumns().NoDuplicates(0.001).NoConflictingLabels("s", 0.01).LessOrEqual("x", "y").EqualTo("x", "y", 0.5).UniqueTogether("x", "s"))
        .AllowEmpty();

    [Fact]
    public void EveryKindButCode_RoundTrips()
    {
        byte[] json = Everything.ToDocument().ToJson();
        ContractDocument read = ContractDocument.FromJson(json);
        Assert.Equal(Encoding.UTF8.GetString(json), Encoding.UTF8.GetString(read.ToJson()));
        Assert.Equal(Everything.ToDocument().Digest, read.Digest);
        Assert.Equal(Everything.Expectations.Select(e => (e.Text, e.Mostly, e.Severity, e.Stage)), read.Contract.Expectations.Select(e => (e.Text, e.Mostly, e.Severity, e.Stage)));
        Assert.Equal(35, Everything.Expectations.Select(e => e.Kind).Distinct().Count());
        Assert.Equal(Everything.Columns, read.Contract.Columns);
        Assert.True(read.Contract.IsEmptyAllowed);
    }

    [Fact]
    public void TheFormIsFixed() => Assert.Equal(
        """{"schema":"lifecycle.contract/1","name":"loans","columns":[{"name":"Income","expectations":[{"kind":"required","mostly":0.9},{"kind":"between","min":0,"max":1000,"severity":"warning"}]}],"rows":[{"kind":"rowCount","atLeast":1000},{"kind":"noDuplicates","mostly":0.999}]}""",
        Encoding.UTF8.GetString(DataContract.ForColumns("loans").Column("Income", c => c.Required(mostly: 0.9).Between(0, 1000).As(Severity.Warning))
            .Rows(r => r.Count(atLeast: 1_000).NoDuplicates(atMost: 0.001)).ToDocument().ToJson()));

    [Theory]
    [InlineData("""{"schema":"lifecycle.contract/1","name":"n","columns":[{"name":"x","expectations":[{"kind":"sparkles"}]}],"rows":[]}""", "$.columns[0].expectations[0].kind 'sparkles' is unknown")]
    [InlineData("""{"schema":"lifecycle.contract/1","name":"n","columns":[{"name":"x","expectations":[{"kind":"required","often":1}]}],"rows":[]}""", "$.columns[0].expectations[0].often is unknown")]
    [InlineData("""{"schema":"lifecycle.contract/1","name":"n","columns":[],"rows":[{"kind":"required"}]}""", "$.rows[0].kind 'required' is unknown")]
    [InlineData("""{"schema":"lifecycle.contract/1","name":"n","columns":[],"rows":[{"kind":"satisfies","custom":"mine"}]}""", "$.rows[0]: 'mine' is a rule in code")]
    [InlineData("""{"schema":"lifecycle.contract/1","name":"n","columns":[{"name":"x","expectations":[{"kind":"required","where":"custom"}]}],"rows":[]}""", ".where is a condition in code")]
    [InlineData("""{"schema":"lifecycle.contract/2","name":"n","columns":[],"rows":[]}""", "$.schema")]
    [InlineData("""{"schema":"lifecycle.contract/1","name":"n","name":"m","columns":[],"rows":[]}""", "$.name stands twice")]
    [InlineData("""{"schema":"lifecycle.contract/1","name":"n","columns":[{"name":"x","expectations":[{"kind":"between","min":"soon","max":"later"}]}],"rows":[]}""", ".min 'soon' is no date")]
    [InlineData("""{"schema":"lifecycle.contract/1","name":"n","columns":[{"name":"x","expectations":[{"kind":"in","values":[true]}]}],"rows":[]}""", ".values[0] is True")]
    [InlineData("""{"schema":"lifecycle.contract/1","name":"n","columns":[{"name":"x","expectations":[{"kind":"lengthBetween","min":1.5}]}],"rows":[]}""", "a whole number is expected")]
    [InlineData("[1", "This is not the JSON of a contract")]
    public void WhatIsUnknown_IsRefusedWithItsPath(string json, string expected) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => ContractDocument.FromJson(Encoding.UTF8.GetBytes(json))).Message, StringComparison.Ordinal);

    [Fact]
    public void JsonThatIsTooDeepOrTooLarge_IsRefused()
    {
        string deep = string.Concat(Enumerable.Repeat("[", 40)) + string.Concat(Enumerable.Repeat("]", 40));
        Assert.Throws<FormatException>(() => ContractDocument.FromJson(Encoding.UTF8.GetBytes(deep)));
        Assert.Contains("at most", Assert.Throws<FormatException>(() => ContractDocument.FromJson(new byte[(16 << 20) + 1])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CodeStandsThereByName()
    {
        string json = Encoding.UTF8.GetString(DataContract.For<Line>("t").Column(l => l.I, c => c.Satisfies(i => i > 0, "above zero").Required().Where(l => l.B == true)).ToDocument().ToJson());
        Assert.Contains("""{"kind":"satisfies","custom":"above zero"},{"kind":"required","where":"custom"}""", json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFile_IsNeverWrittenOver()
    {
        string folder = Directory.CreateTempSubdirectory("contract").FullName, path = Path.Combine(folder, "loans.json");
        try
        {
            await Everything.ToDocument().SaveAsync(path);
            Assert.Equal(Everything.ToDocument().Digest, (await ContractDocument.LoadAsync(path)).Digest);
            byte[] before = File.ReadAllBytes(path);
            IOException error = await Assert.ThrowsAsync<IOException>(() => DataContract.ForColumns("other").Column("x", c => c.Required()).ToDocument().SaveAsync(path));
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
            Assert.Equal(before, File.ReadAllBytes(path));
            string nowhere = Path.Combine(folder, "missing", "loans.json");
            Assert.Contains(nowhere, (await Assert.ThrowsAsync<IOException>(() => Everything.ToDocument().SaveAsync(nowhere))).Message, StringComparison.Ordinal);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Everything.ToDocument().SaveAsync(Path.Combine(folder, "b.json"), new CancellationToken(true)));
            Assert.Single(Directory.GetFiles(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void AnInferredContract_HoldsForItsRows_AndForFewOthers()
    {
        ColumnBatch hmda = Loans.Hmda();
        ColumnContract contract = DataContract.Infer(hmda, "hmda");
        ContractResult result = contract.Check(hmda);
        Assert.True(result.Passed, result.ToString());
        Assert.Equal(hmda.Schema.Select(c => c.Name), contract.Columns);
        Assert.Contains(contract.Expectations, e => e.Text == "deny one of no, yes");
        double[] pirat = hmda["pirat"].ToDoubles();
        double span = pirat.Max() - pirat.Min();
        Assert.Contains(contract.Expectations, e => e.Kind == "between" && e.Columns[0] == "pirat"
            && e.Text.Contains((pirat.Max() + 0.1 * span).ToString("0.######", System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal));
        Assert.All(contract.Expectations.Where(e => e.Kind == "required"), e => Assert.Equal(0.99, e.Mostly, 1e-12));
        Line[] lines = Line.Some(31, 3_000);
        ColumnContract all = DataContract.Infer(lines.Chunk(500).Select(Line.Columns), "lines");
        Assert.True(all.Check(Line.Columns(lines)).Passed, all.Check(Line.Columns(lines)).ToString());
        Assert.Equal(contract.ToDocument().Digest, ContractDocument.FromJson(contract.ToDocument().ToJson()).Digest);
        Assert.Equal(1 - lines.Count(l => l.S is null) / 3_000.0 - 0.01, all.Expectations.Single(e => e.Kind == "required" && e.Columns[0] == "S").Mostly, 1e-12);
        Assert.Throws<ArgumentException>(() => DataContract.Infer(Line.Columns([])));
    }
}
