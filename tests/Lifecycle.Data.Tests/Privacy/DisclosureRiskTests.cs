using System.Globalization;

namespace Lifecycle.Data.Tests;

/// <summary>Figures made by pandas over the texts of samples/data/hmda.csv, and those of the papers.</summary>
public sealed class DisclosureRiskTests
{
    private static async Task<DisclosureRisk> HmdaAsync(string[] quasiIdentifiers, string sensitive)
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("mortgages", Samples.Hmda);
        DisclosureRisk streamed = await DisclosureRisk.MeasureAsync(v, quasiIdentifiers, sensitive);
        DisclosureRisk held = DisclosureRisk.Measure(await v.ReadAllAsync(), quasiIdentifiers, sensitive);
        Assert.Equal(held with { QuasiIdentifiers = [] }, streamed with { QuasiIdentifiers = [] });
        return streamed;
    }

    [Fact]
    public async Task Hmda_FourQuasiIdentifiers()
    {
        DisclosureRisk risk = await HmdaAsync(["single", "hschool", "afam", "selfemp"], "deny");
        Assert.Equal(2380, risk.Rows);
        Assert.Equal(13, risk.Classes);
        Assert.Equal(3, risk.MinimumClassSize);
        Assert.Equal(7, risk.RowsInSmallClasses);
        Assert.Equal(0, risk.RowsAlone);
        Assert.Equal(1d / 3, risk.MaximumRisk);
        Assert.Equal(.0054622, risk.MeanRisk, 7);
        Assert.Equal(7d / 2380, risk.ShareAtRisk);
        Assert.Equal(2, risk.DistinctDiversity);
        Assert.Equal(1.2799853, risk.EntropyDiversity!.Value, 7);
        Assert.Equal(.2552521, risk.Closeness!.Value, 7);
        Assert.Null(risk.NumberCloseness);
    }

    [Fact]
    public async Task Hmda_TwoQuasiIdentifiers()
    {
        DisclosureRisk risk = await HmdaAsync(["single", "afam"], "deny");
        Assert.Equal(4, risk.Classes);
        Assert.Equal(164, risk.MinimumClassSize);
        Assert.Equal(1.3128935, risk.EntropyDiversity!.Value, 7);
        Assert.Equal(.1716807, risk.Closeness!.Value, 7);
        DisclosureRisk ordered = await HmdaAsync(["single", "afam"], "unemp");
        Assert.Equal(.0469841, ordered.NumberCloseness!.Value, 7);
        Assert.Equal(ordered.NumberCloseness, ordered.Closeness);
    }

    [Fact]
    public async Task Hmda_SevenQuasiIdentifiers()
    {
        DisclosureRisk risk = await HmdaAsync(["chist", "mhist", "single", "hschool", "afam", "selfemp", "condomin"], "deny");
        Assert.Equal(207, risk.Classes);
        Assert.Equal(1, risk.MinimumClassSize);
        Assert.Equal(80, risk.RowsAlone);
        Assert.Equal(216, risk.RowsInSmallClasses);
        Assert.Equal(1, risk.DistinctDiversity);
        Assert.Equal(.8802521, risk.Closeness!.Value, 7);
    }

    /// <summary>Li, Li, Venkatasubramanian: t-Closeness, ICDE 2007, section 4.</summary>
    [Fact]
    public void Li2007_Salaries()
    {
        ColumnBatch table = new(
        [
            Cells.Of("class", new[] { "a", "a", "a", "b", "c", "b", "c", "c", "b" }),
            Cells.Of("salary", new long[] { 3, 4, 5, 6, 7, 8, 9, 10, 11 }),
        ]);
        Assert.Equal(.375, DisclosureRisk.Measure(table, ["class"], "salary").NumberCloseness!.Value, 12);
        Assert.Equal(.375, NaiveRisk.Numbers([3, 4, 5], [3, 4, 5, 6, 7, 8, 9, 10, 11]), 12);
        Assert.Equal(.1667, NaiveRisk.Numbers([6, 8, 11], [3, 4, 5, 6, 7, 8, 9, 10, 11]), 4);
        ColumnBatch second = new(
        [
            Cells.Of("class", new[] { "a", "b", "b" }.Concat(Enumerable.Range(0, 9).Select(i => i is 3 or 5 or 8 ? "x" : "y")).ToArray()[3..]),
            Cells.Of("salary", new long[] { 3, 4, 5, 6, 7, 8, 9, 10, 11 }),
        ]);
        DisclosureRisk risk = DisclosureRisk.Measure(second, ["class"], "salary");
        Assert.Equal(.1667, risk.NumberCloseness!.Value, 4);
    }

    [Fact]
    public void NoRows_AndNoSensitiveColumn()
    {
        DisclosureRisk none = DisclosureRisk.Measure(new ColumnBatch([Cells.Of("q", Array.Empty<string>()), Cells.Of("s", Array.Empty<string>())]), ["q"], "s");
        Assert.Equal((0, 0, 0, 0d, 0d, 0d), (none.Rows, none.Classes, none.MinimumClassSize, none.MaximumRisk, none.MeanRisk, none.ShareAtRisk));
        Assert.Null(none.DistinctDiversity);
        Assert.Null(none.Closeness);
        DisclosureRisk plain = DisclosureRisk.Measure(new ColumnBatch([Cells.Of("q", new[] { "a", "a", "b" })]), ["q"]);
        Assert.Equal((3, 2, 1, 1), (plain.Rows, plain.Classes, plain.MinimumClassSize, plain.RowsAlone));
        Assert.Null(plain.EntropyDiversity);
    }

    [Fact]
    public void UnknownOrNoColumn_IsTold()
    {
        ColumnBatch table = new([Cells.Of("q", new[] { "a" })]);
        Assert.Throws<UnknownColumnException>(() => DisclosureRisk.Measure(table, ["p"]));
        Assert.Throws<UnknownColumnException>(() => DisclosureRisk.Measure(table, ["q"], "s"));
        Assert.Throws<ArgumentException>(() => DisclosureRisk.Measure(table, []));
    }

    [Fact]
    public void NullIsAValue_NaNIsOne_AndZeroHasNoSign()
    {
        ColumnBatch table = new(
        [
            Cells.Of("q", new[] { 0.0, -0.0, double.NaN, double.NaN, 1, 1 }, new[] { true, true, true, true, false, false }),
            Cells.Of("s", new[] { "a", "b", "a", "b", "a", "b" }),
        ]);
        DisclosureRisk risk = DisclosureRisk.Measure(table, ["q"], "s");
        Assert.Equal((3, 2, 2), (risk.Classes, risk.MinimumClassSize, risk.DistinctDiversity!.Value));
        Assert.Equal(0, risk.Closeness);
    }

    [Fact]
    public void EveryColumnType_IsCounted()
    {
        DateTime day = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        BatchColumn[] columns =
        [
            Cells.Of("Boolean", new[] { true, true, false }), Cells.Of("Int32", new[] { 1, 1, 2 }), Cells.Of("Int64", new[] { 1L, 1, 2 }),
            Cells.Of("Single", new[] { 1f, 1, 2 }), Cells.Of("Double", new[] { 1d, 1, 2 }),
            Cells.Of("Date", new[] { new DateOnly(2020, 1, 1), new DateOnly(2020, 1, 1), new DateOnly(2020, 1, 2) }),
            Cells.Of("DateTime", new[] { day, day, day.AddTicks(1) }), Cells.Of("String", new[] { "x", "x", "X" }),
        ];
        foreach (BatchColumn column in columns)
        {
            DisclosureRisk risk = DisclosureRisk.Measure(new ColumnBatch([column, Cells.Of("all", new[] { 1L, 1, 1 })]), [column.Name], column.Column.Type == ColumnType.String ? "all" : null);
            Assert.Equal((2, 1), (risk.Classes, risk.RowsAlone));
            bool isNumber = column is BatchColumn<int> or BatchColumn<long> or BatchColumn<float> or BatchColumn<double>;
            DisclosureRisk sensitive = DisclosureRisk.Measure(new ColumnBatch([column, Cells.Of("all", new[] { 1L, 1, 2 })]), ["all"], column.Name);
            Assert.Equal(isNumber, sensitive.NumberCloseness is not null);
            Assert.Equal(2d / 3, sensitive.CategoryCloseness!.Value, 12);
        }
    }

    [Fact]
    public void ManyValues_OfEveryKind_AreTheSameCountedByLinq()
    {
        Random random = SeededRandom.Of(3);
        const int Rows = 70_000;
        string[] texts = [.. Enumerable.Range(0, Rows).Select(_ => new string((char)('a' + random.Next(0, 26)), random.Next(0, 14)) + random.Next(0, 3000))];
        long[] wholes = [.. Enumerable.Range(0, Rows).Select(_ => random.NextInt64(-4000, 4000) << random.Next(0, 40))];
        double[] floats = [.. Enumerable.Range(0, Rows).Select(_ => random.Next(-500, 500) / 16d)];
        ColumnBatch batch = new([Cells.Of("t", texts), Cells.Of("w", wholes), Cells.Of("f", floats)]);
        (string Name, object[] Cells)[] columns = [("t", texts), ("w", [.. wholes.Cast<object>()]), ("f", [.. floats.Cast<object>()])];
        foreach ((string name, object[] cells) in columns)
        {
            int[] sizes = [.. cells.GroupBy(c => c).Select(g => g.Count())];
            DisclosureRisk risk = DisclosureRisk.Measure(batch, [name]);
            Assert.Equal((sizes.Length, sizes.Min(), sizes.Count(s => s == 1)), (risk.Classes, risk.MinimumClassSize, risk.RowsAlone));
        }

        // more cells than a table of counts may have, so the classes are found by hashing
        int[] all = [.. Enumerable.Range(0, Rows).GroupBy(r => (texts[r], wholes[r], floats[r])).Select(g => g.Count())];
        DisclosureRisk together = DisclosureRisk.Measure(batch, ["t", "w", "f"]);
        Assert.Equal((all.Length, all.Min(), all.Count(s => s == 1)), (together.Classes, together.MinimumClassSize, together.RowsAlone));
    }

    [Fact]
    public void RandomTables_EqualTheNaiveCount()
    {
        for (int seed = 1; seed <= 1000; seed++)
        {
            RandomTable table = new(seed);
            DisclosureRisk risk = DisclosureRisk.Measure(table.Batch, table.QuasiIdentifiers, table.Sensitive);
            NaiveRisk naive = NaiveRisk.Of(table);
            string which = seed.ToString(CultureInfo.InvariantCulture);
            Assert.Equal((which, naive.Classes, naive.K, naive.Alone, naive.Small), (which, risk.Classes, risk.MinimumClassSize, risk.RowsAlone, risk.RowsInSmallClasses));
            Assert.Equal(naive.DistinctL, risk.DistinctDiversity);
            Assert.Equal(naive.EntropyL, risk.EntropyDiversity!.Value, 9);
            Assert.Equal(naive.CategoryT, risk.CategoryCloseness!.Value, 12);
            Assert.Equal(table.SensitiveIsNumber, risk.NumberCloseness is not null);
            if (table.SensitiveIsNumber)
            {
                Assert.Equal(naive.NumberT, risk.NumberCloseness!.Value, 12);
            }
        }
    }
}
