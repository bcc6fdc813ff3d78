namespace Lifecycle.Drift.Tests;

/// <summary>What was not looked at is said, what chance explains is not, and what is misspelt is refused.</summary>
public sealed class SilentAnswerTests
{
    private static readonly ColumnBatch Table = new([BatchColumn.Of<double>("x", Samples.Normal(500, 8401)), BatchColumn.Of<double>("flag", Flags(500))]);

    [Fact]
    public void A_report_in_which_nothing_was_tested_says_so_and_why()
    {
        double[] none = [.. Enumerable.Repeat(double.NaN, 500)];
        DriftReport report = ReferenceProfile.From(Table).Check(new ColumnBatch([BatchColumn.Of<double>("x", none), BatchColumn.Of<double>("flag", none)]));
        Assert.StartsWith("no column could be tested", report.Summary, StringComparison.Ordinal);
        Assert.Contains(report["x"].Reason!, report.ToString(), StringComparison.Ordinal);
        Assert.Contains("No column could be tested", report.ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_with_a_misspelt_column_is_refused()
    {
        DriftPolicy policy = DriftPolicy.Default.EffectAtLeast("flga", Effect.Wasserstein, 0.5);
        Assert.Contains("flga", Assert.Throws<UnknownColumnException>(() => ReferenceProfile.From(Table).Check(Table, policy)).Message, StringComparison.Ordinal);
    }

    /// <summary>Of 200 flags that are set 3 times in 1,000 all are often the same by chance; of 200 normal numbers never.</summary>
    [Fact]
    public void A_rare_flag_is_not_called_constant_by_chance()
    {
        ReferenceProfile reference = ReferenceProfile.From(new ColumnBatch([BatchColumn.Of<double>("flag", Flags(1000))]));
        DriftReport report = reference.Check(new ColumnBatch([BatchColumn.Of<double>("flag", new double[200])]));
        Assert.DoesNotContain(report.Quality, q => q.Rule == QualityRule.Constant);
        DriftReport stuck = ReferenceProfile.From(Table).Check(new ColumnBatch(
            [BatchColumn.Of<double>("x", Enumerable.Repeat(0.25, 200).ToArray()), BatchColumn.Of<double>("flag", Flags(200))]));
        Assert.Contains(stuck.Quality, q => q is { Column: "x", Rule: QualityRule.Constant });
    }

    [Fact]
    public void A_certainty_is_printed_in_a_few_digits()
    {
        Assert.Equal("1e-1000000", PValueText.Of(-1e300));
        Assert.InRange(MarkupText.P(-1e300).Length, 1, 30);
    }

    [Fact]
    public void Comparing_tables_is_cancelled_between_columns()
    {
        using CancellationTokenSource stop = new();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => DriftCheck.Compare(Table, Table, cancellationToken: stop.Token));
    }

    private static double[] Flags(int count) => [.. Enumerable.Range(0, count).Select(i => i % 333 == 100 ? 1.0 : 0.0)];
}
