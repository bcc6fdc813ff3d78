namespace Lifecycle.Drift.Tests;

/// <summary>Each planted fault is found and named; data without a fault is not accused.</summary>
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
