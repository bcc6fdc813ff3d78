namespace Lifecycle.Drift.Tests;

/// <summary>Each planted fault is found and named; data without a fault is not accused.</summary>
[Trait("Vectors", "any")]
public sealed class QualityTests
{
    private static readonly double[] Then = Samples.Normal(2000, 71);
    private static readonly ReferenceProfile Reference = ReferenceProfile.From(
        new ColumnBatch([BatchColumn.Of<double>("x", Then), BatchColumn.Of<string>("c", Labels(2000, 72))]), s => s.Range("x", -50, 50));

    [Fact]
    public void Sound_data_has_no_finding()
    {
        int findings = 0;
        for (ulong i = 0; i < 100; i++)
        {
            findings += Check(Samples.Normal(500, 73, i), Labels(500, 74, i)).Quality.Count;
        }

        Assert.InRange(findings, 0, 7);
    }

    [Fact]
    public void Missing_values_are_named()
    {
        double[] now = Samples.Normal(500, 75);
        now.AsSpan(0, 25).Fill(double.NaN);
        QualityFinding finding = Assert.Single(Check(now, Labels(500, 76)).Quality);
        Assert.Equal(("x", QualityRule.Missing, 25L), (finding.Column, finding.Rule, finding.Count));
        Assert.Equal("25 of 500 values are missing (5.0 %, in the reference 0.0 %).", finding.Message);
        Assert.True(finding.LogAdjustedPValue < Math.Log(.05));
    }

    [Fact]
    public void New_labels_are_named()
    {
        string[] labels = Labels(500, 77);
        labels.AsSpan(0, 10).Fill("nieuw");
        QualityFinding finding = Assert.Single(Check(Samples.Normal(500, 78), labels).Quality);
        Assert.Equal(QualityRule.UnseenLabel, finding.Rule);
        Assert.Contains("'nieuw'", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_beyond_the_reference_and_beyond_the_declared_range_are_named()
    {
        double[] now = Samples.Normal(500, 79);
        now.AsSpan(0, 8).Fill(20);
        Assert.Equal([QualityRule.OutOfRange], Check(now, Labels(500, 80)).Quality.Select(q => q.Rule));
        now[9] = 51;
        Assert.Equal([QualityRule.OutOfRange, QualityRule.OutOfDeclaredRange], Check(now, Labels(500, 80)).Quality.Select(q => q.Rule));
    }

    [Fact]
    public void A_column_that_froze_is_named()
    {
        double[] now = [.. Enumerable.Repeat(Then[3], 300)];
        Assert.Contains(Check(now, Labels(300, 81)).Quality, q => q is { Column: "x", Rule: QualityRule.Constant });
        Assert.Contains(Check(Samples.Normal(300, 82), [.. Enumerable.Repeat("b", 300)]).Quality, q => q is { Column: "c", Rule: QualityRule.Constant });
    }

    [Fact]
    public void Infinite_values_are_named()
    {
        double[] now = Samples.Normal(500, 83);
        now.AsSpan(0, 20).Fill(double.NegativeInfinity);
        QualityFinding finding = Assert.Single(Check(now, Labels(500, 84)).Quality);
        Assert.Equal(("x", QualityRule.Infinite, 20L), (finding.Column, finding.Rule, finding.Count));
        Assert.Contains("20 of 500 values are infinite", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fractions_among_whole_numbers_and_text_among_numbers_are_another_type()
    {
        ReferenceProfile whole = ReferenceProfile.From(new ColumnBatch([BatchColumn.Of<double>("k", Samples.Whole(900, 200, 85, 0))]));
        double[] now = Samples.Whole(900, 200, 86, 0);
        Assert.Empty(whole.Check(new ColumnBatch([BatchColumn.Of<double>("k", now)])).Quality);
        now[17] += 0.5;
        QualityFinding fraction = Assert.Single(whole.Check(new ColumnBatch([BatchColumn.Of<double>("k", now)])).Quality);
        Assert.Equal(("k", QualityRule.TypeChanged, 1L), (fraction.Column, fraction.Rule, fraction.Count));
        DriftReport text = whole.Check(new ColumnBatch([BatchColumn.Of<string>("k", now.Select(v => v > 100 ? "many" : $"{(int)v}").ToArray())]));
        Assert.Contains(text.Quality, q => q is { Column: "k", Rule: QualityRule.TypeChanged });
        Assert.Contains(text.Quality, q => q is { Column: "k", Rule: QualityRule.Unreadable });
    }

    [Fact]
    public void Many_more_and_many_fewer_distinct_values_are_named()
    {
        double[] smooth = Samples.Normal(4000, 87), coarse = [.. smooth.Select(v => Math.Round(v, 1))];
        ColumnBatch Of(double[] values) => new([BatchColumn.Of<double>("x", values)]);
        ReferenceProfile fine = ReferenceProfile.From(Of(smooth)), rough = ReferenceProfile.From(Of(coarse));
        QualityFinding fewer = Assert.Single(fine.Check(ReferenceProfile.Like(fine).From(Of(coarse))).Quality, q => q.Rule == QualityRule.Cardinality);
        QualityFinding more = Assert.Single(rough.Check(ReferenceProfile.Like(rough).From(Of(smooth))).Quality, q => q.Rule == QualityRule.Cardinality);
        Assert.Contains("less than half", fewer.Message, StringComparison.Ordinal);
        Assert.Contains("more than twice", more.Message, StringComparison.Ordinal);
        ReferenceProfile labels = ReferenceProfile.From(new ColumnBatch([BatchColumn.Of<string>("c", smooth.Select((_, i) => $"{i % 200}").ToArray())]));
        DriftReport few = labels.Check(new ColumnBatch([BatchColumn.Of<string>("c", smooth.Select((_, i) => $"{i % 5}").ToArray())]));
        Assert.Equal(5, Assert.Single(few.Quality, q => q.Rule == QualityRule.Cardinality).Count);
    }

    [Fact]
    public void A_renamed_column_is_hinted_at()
    {
        ColumnBatch Two(string name, double[] values, string other) => new(
            [BatchColumn.Of<double>(name, values), BatchColumn.Of<double>(other, Samples.Normal(values.Length, 88, shift: 40))]);
        ReferenceProfile reference = ReferenceProfile.From(Two("income", Samples.Normal(2000, 89), "age"));
        DriftReport report = reference.Check(Two("salary", Samples.Normal(2000, 90), "age"));
        QualityFinding hint = Assert.Single(report.Quality, q => q.Rule == QualityRule.ColumnRenamed);
        Assert.Equal("income", hint.Column);
        Assert.Contains("'salary'", hint.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(reference.Check(Two("salary", Samples.Normal(2000, 91, shift: 5), "age")).Quality, q => q.Rule == QualityRule.ColumnRenamed);
    }

    [Fact]
    public void Range_rule_expects_chance_exceedances()
    {
        // A limit of 0 would accuse 1 - n(n-1)/((n+m)(n+m-1)) of such pairs, a third of them.
        int accused = 0, beyond = 0;
        for (ulong i = 0; i < 300; i++)
        {
            double[] then = Samples.Normal(5000, 92, i), now = Samples.Normal(1000, 93, i);
            ReferenceProfile reference = ReferenceProfile.From(new ColumnBatch([BatchColumn.Of<double>("x", then)]));
            accused += reference.Check(new ColumnBatch([BatchColumn.Of<double>("x", now)])).Quality.Count(q => q.Rule == QualityRule.OutOfRange);
            beyond += now.Min() < then.Min() || now.Max() > then.Max() ? 1 : 0;
        }

        Assert.InRange(beyond, 70, 120);
        Assert.InRange(accused, 0, 15);
    }

    [Fact]
    public void Chance_of_values_outside_is_the_negative_hypergeometric_law()
    {
        // Naive: order 3 old and 4 new values in all C(7, 3) = 35 ways and count the new ones outside.
        int[] outside = new int[5];
        for (int mask = 0; mask < 128; mask++)
        {
            if (System.Numerics.BitOperations.PopCount((uint)mask) == 3)
            {
                int first = System.Numerics.BitOperations.TrailingZeroCount(mask), last = System.Numerics.BitOperations.Log2((uint)mask);
                outside[first + 6 - last]++;
            }
        }

        for (int k = 1; k <= 4; k++)
        {
            Assert.Equal(outside[k..].Sum() / 35.0, Math.Exp(QualityLaws.LogOutside(k, 4, 3)), 1e-12);
        }

        Assert.Equal(2.0 / 1001, Math.Exp(QualityLaws.LogOutside(1, 1, 1000)), 1e-12);
    }

    private static DriftReport Check(double[] x, string[] c) =>
        Reference.Check(new ColumnBatch([BatchColumn.Of<double>("x", x), BatchColumn.Of<string>("c", c)]));

    private static string[] Labels(int count, ulong seed, ulong index = 0) => [.. Samples.Whole(count, 3, seed, index).Select(v => "abc"[(int)v].ToString())];
}
