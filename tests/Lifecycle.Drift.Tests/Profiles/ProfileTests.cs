namespace Lifecycle.Drift.Tests;

[Trait("Vectors", "any")]
public sealed class ProfileTests
{
    private enum Purpose
    {
        Home,
        Car,
    }

    private sealed record Loan(double Income, int Age, double? Debt, string? City, Purpose Purpose, bool Married, double Probability);

    [Fact]
    public void Records_are_profiled_through_their_getters()
    {
        Loan[] rows = [.. Enumerable.Range(0, 500).Select(Row)];
        ReferenceProfile profile = ReferenceProfile.From(rows, p => p
            .Numeric("income", m => m.Income).Numeric("age", m => m.Age).Numeric("debt", m => m.Debt)
            .Category("city", m => m.City).Category("purpose", m => m.Purpose).Category("married", m => m.Married)
            .Score("probability", m => m.Probability).Range("age", 18, 120));
        Assert.Equal(500, profile.Rows);
        Assert.Equal(["income", "age", "debt", "city", "purpose", "married", "probability"], profile.Columns.Select(c => c.Name));
        Assert.Equal(ColumnRole.Score, profile["probability"].Role);
        NumericColumn income = (NumericColumn)profile["income"];
        Assert.Equal(rows.Average(r => r.Income), income.Mean, 1e-9);
        Assert.Equal(rows.Min(r => r.Income), income.Minimum);
        Assert.Equal(ColumnKind.Continuous, income.Kind);
        Assert.Equal(ColumnKind.Discrete, profile["age"].Kind);
        Assert.Equal(18, ((NumericColumn)profile["age"]).DeclaredMinimum);
        Assert.Equal(rows.Count(r => r.Debt is null), profile["debt"].Missing);
        CategoryColumn purpose = (CategoryColumn)profile["purpose"];
        Assert.Equal(["Home", "Car"], purpose.Labels.Select(l => l.ToString()));
        Assert.Equal(rows.Count(r => r.Purpose == Purpose.Home), purpose.Labels[0].Count);
        Assert.False(profile.Check(rows).HasDrift);
        Assert.Empty(profile.Check(rows).Quality);
    }

    [Fact]
    public void A_loaded_profile_is_told_how_to_read_records()
    {
        Loan[] rows = [.. Enumerable.Range(0, 300).Select(Row)];
        ReferenceProfile made = ReferenceProfile.From(rows, p => p.Numeric("income", m => m.Income).Category("city", m => m.City));
        ReferenceProfile loaded = ReferenceProfile.Parse(made.ToBytes());
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => loaded.Check(rows));
        Assert.Contains("ReadingWith<Loan>", error.Message, StringComparison.Ordinal);
        ReferenceProfile told = loaded.ReadingWith<Loan>(p => p.Numeric("income", m => m.Income).Category("city", m => m.City));
        Assert.Equal(made.Check(rows).ToJson(), told.Check(rows).ToJson());
        Assert.Equal(made.Digest, told.Digest);
        Assert.Throws<UnknownColumnException>(() => loaded.ReadingWith<Loan>(p => p.Numeric("wealth", m => m.Income)));
        Assert.Throws<ArgumentException>(() => loaded.ReadingWith<Loan>(p => p.Category("income", m => m.City)));
    }

    [Fact]
    public async Task A_table_in_batches_is_the_same_as_in_one()
    {
        ColumnBatch whole = CpsTable.Batch("1992");
        ReferenceProfile one = ReferenceProfile.From(whole, s => s.Leave("gender").Role("earnings", ColumnRole.Target));
        ReferenceProfile many = await ReferenceProfile.FromAsync(InBatches(whole, 1000), s => s.Leave("gender").Role("earnings", ColumnRole.Target));
        Assert.Equal(one.Digest, many.Digest);
        Assert.Equal(["earnings", "age", "degree"], one.Columns.Select(c => c.Name));
        Assert.Equal(ColumnRole.Target, one["earnings"].Role);
        Assert.Throws<UnknownColumnException>(() => ReferenceProfile.From(whole, s => s.Leave("wages")));
    }

    [Fact]
    public void Columns_with_few_values_have_a_bin_for_each()
    {
        NumericColumn few = Numeric([.. Samples.Whole(1000, 64, 1, 0)]);
        Assert.Equal(ColumnKind.Discrete, few.Kind);
        Assert.True(few.HasBinPerValue);
        Assert.Equal(129, few.Counts.Length);
        NumericColumn many = Numeric([.. Samples.Whole(5000, 65, 1, 0)]);
        Assert.Equal(ColumnKind.Continuous, many.Kind);
        NumericColumn heavy = Numeric([.. Samples.Normal(1000, 2), .. new double[60]]);
        Assert.Equal(ColumnKind.Discrete, heavy.Kind);
        Assert.False(heavy.HasBinPerValue);
        Assert.Equal(1060, heavy.Counts.ToArray().Sum());
    }

    [Fact]
    public void A_numeric_column_can_be_taken_as_labels_and_a_sensitive_one_keeps_no_text()
    {
        ColumnBatch batch = new(
        [
            BatchColumn.Of<int>("area", new[] { 10115, 10115, 80331 }),
            BatchColumn.Of<string>("race", new[] { "secret-a", "secret-b", "secret-a" }, classification: DataClassification.Sensitive),
            BatchColumn.Of<DateTime>("at", new DateTime[3]),
        ]);
        ReferenceProfile profile = ReferenceProfile.From(batch, s => s.Category("area"));
        Assert.Equal(["10115", "80331"], ((CategoryColumn)profile["area"]).Labels.Select(l => l.ToString()));
        Assert.All(((CategoryColumn)profile["race"]).Labels, l => Assert.Null(l.Text));
        Assert.DoesNotContain("secret", System.Text.Encoding.Latin1.GetString(profile.ToBytes()), StringComparison.Ordinal);
        ColumnBatch now = new(
            [BatchColumn.Of<int>("area", new[] { 1, 2, 3 }), BatchColumn.Of<string>("race", new[] { "secret-a", "secret-c", "secret-a" })]);
        DriftReport report = profile.Check(now);
        Assert.DoesNotContain("secret", report.ToJson(), StringComparison.Ordinal);
        Assert.Equal(2, report["race"].Bars.Count(b => b.Reference > 0));
    }

    [Fact]
    public void Hostile_columns_stay_below_16_kilobytes()
    {
        string[] longLabels = [.. Enumerable.Range(0, 3000).Select(i => new string((char)('a' + i % 26), 1000) + i)];
        string[] many = [.. Enumerable.Range(0, 3000).Select(i => $"{i}-{new string('ж', 60)}")];
        string[] odd = [.. Enumerable.Range(0, 3000).Select(i => (i % 5) switch { 0 => "\ud800", 1 => "\0", 2 => "\u202e<b>", 3 => "", _ => "x" })];
        double[] wide = [.. Samples.Normal(3000, 3).Select(z => z * 1e300)];
        double[] tiny = [.. Samples.Normal(3000, 4).Select(z => 1e12 + z * 1e-3)];
        foreach (BatchColumn column in (BatchColumn[])
            [
                BatchColumn.Of<string>(new string('n', 1000), longLabels), BatchColumn.Of<string>("b", many), BatchColumn.Of<string>("c", odd),
                BatchColumn.Of<double>("d", wide), BatchColumn.Of<double>("e", tiny),
            ])
        {
            ReferenceProfile profile = ReferenceProfile.From(new ColumnBatch([column]));
            byte[] bytes = profile.ToBytes();
            Assert.InRange(bytes.Length, 40, 16_384);
            ReferenceProfile again = ReferenceProfile.Parse(bytes);
            Assert.Equal(bytes, again.ToBytes());
            Assert.Equal(profile.Check(new ColumnBatch([column])).ToJson(), again.Check(new ColumnBatch([column])).ToJson());
        }

        CategoryColumn labels = (CategoryColumn)ReferenceProfile.From(new ColumnBatch([BatchColumn.Of<string>("b", many)]))["b"];
        Assert.Equal((640, 2360, 2360, 3000), (labels.Labels.Count, labels.OtherCount, labels.OtherLabels, labels.Singletons));
        Assert.All(labels.Labels.Select((l, i) => (l, i)), p => Assert.Equal(p.i, labels.IndexOf(p.l.Text ?? many.First(m => LabelText.Hash(m) == p.l.Hash))));
    }

    [Fact]
    public void Wrong_use_gets_one_clear_error()
    {
        ColumnBatch batch = new([BatchColumn.Of<double>("x", new double[] { 1 })]);
        Assert.Throws<ArgumentOutOfRangeException>(() => ReferenceProfile.From(batch, s => s.Range("x", 2, 1)));
        Assert.Throws<ArgumentException>(() => ReferenceProfile.From(batch, s => s.Leave("x")));
        Assert.Throws<ArgumentException>(() => ReferenceProfile.From(new Loan[1], _ => { }));
        Assert.Throws<ArgumentException>(() => ReferenceProfile.From(new Loan[1], p => p.Numeric("a", m => m.Income).Score("a", m => m.Income)));
        Assert.Throws<ArgumentException>(() => ReferenceProfile.From(new ColumnBatch([BatchColumn.Of<double>(new string('x', 2000), new double[] { 1 })])));
    }

    private static NumericColumn Numeric(double[] values) =>
        (NumericColumn)ReferenceProfile.From(new ColumnBatch([BatchColumn.Of<double>("x", values)]))["x"];

    private static Loan Row(int i) => new(
        30_000 + 17 * (i * 37 % 500), 20 + i % 30, i % 7 == 0 ? null : i, i % 11 == 0 ? null : $"city {i % 4}", i % 3 == 0 ? Purpose.Car : Purpose.Home, i % 2 == 0, i / 500.0);

    private static async IAsyncEnumerable<ColumnBatch> InBatches(ColumnBatch whole, int size)
    {
        for (int from = 0; from < whole.RowCount; from += size)
        {
            await Task.Yield();
            yield return whole.Rows([.. Enumerable.Range(from, Math.Min(size, whole.RowCount - from))]);
        }
    }
}
