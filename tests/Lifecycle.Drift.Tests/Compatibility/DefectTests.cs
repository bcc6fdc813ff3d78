using Lifecycle.Statistics;

namespace Lifecycle.Drift.Tests;

/// <summary>What is wrong with the two tools: repeated where that was asked for, gone where not.</summary>
public sealed class DefectTests
{
    [Fact]
    public void Inputs_are_untouched()
    {
        double[] then = Samples.Normal(300, 901), now = Samples.Normal(200, 902);
        then[7] = double.NaN;
        now[3] = double.PositiveInfinity;
        double[] thenBefore = [.. then], nowBefore = [.. now];
        string?[] labels = [.. Samples.Whole(300, 4, 903, 0).Select(v => v > 2 ? null : $"{v}")], labelsBefore = [.. labels];
        ColumnBatch Table(double[] x, string?[] c) => new([BatchColumn.Of<double>("x", x), BatchColumn.Of<string>("c", c!)]);
        ColumnBatch old = Table(then, labels), recent = Table(now, labels[..200]);
        DriftPolicy[] policies =
        [
            DriftPolicy.Default, DriftPolicy.NannyML, DriftPolicy.NannyML.Continuous(NannyMLMethod.Wasserstein).Categorical(NannyMLMethod.ChiSquare),
            .. Enum.GetValues<EvidentlyTest>().Select(t => (DriftPolicy)DriftPolicy.Evidently.NumericMethod(t).CategoryMethod(t)),
        ];
        foreach (DriftPolicy policy in policies)
        {
            _ = DriftCheck.Compare(old, recent, policy);
            _ = DriftCheck.Compare(then, now, policy);
        }

        _ = ChunkedDrift.Of(old, recent, DriftPolicy.NannyML);
        Assert.Equal(thenBefore, then);
        Assert.Equal(nowBefore, now);
        Assert.Equal(labelsBefore, labels);
    }

    [Fact]
    public void Mann_Whitney_as_is_does_not_see_a_decrease()
    {
        double[] then = Samples.Normal(1000, 904), less = [.. then.Select(v => v - 1)];
        EvidentlyPreset preset = DriftPolicy.Evidently.NumericMethod(EvidentlyTest.MannWhitney);
        Assert.Equal(DriftVerdict.Stable, DriftCheck.Compare(then, less, preset).Verdict);
        Assert.Equal(DriftVerdict.Drift, DriftCheck.Compare(less, then, preset).Verdict);
        Assert.Equal(DriftVerdict.Drift, DriftCheck.Compare(then, less, preset with { Defects = Defects.Fixed }).Verdict);
        Assert.Equal(DriftVerdict.Drift, DriftCheck.Compare(then, less).Verdict);
    }

    [Fact]
    public void One_column_policy_leaves_the_rest()
    {
        ColumnBatch old = CpsTable.Batch("1992"), recent = CpsTable.Batch("2004");
        DriftReport plain = DriftCheck.Compare(old, recent, DriftPolicy.Evidently);
        DriftReport one = DriftCheck.Compare(
            old, recent, DriftPolicy.Evidently.ColumnMethod("age", EvidentlyTest.KolmogorovSmirnov).ColumnThreshold("age", 0.9).ColumnThreshold("degree", 0.01));
        Assert.Equal(("ks", 0.9), (one["age"].Preset!.Test, one["age"].Preset!.Threshold!.Value));
        Assert.Equal(plain["degree"].Preset! with { Threshold = 0.01, IsDrift = true }, one["degree"].Preset);
        Assert.Equal(plain["earnings"], one["earnings"] with { LargestChanges = plain["earnings"].LargestChanges, Bars = plain["earnings"].Bars, Keys = plain["earnings"].Keys });
        Assert.Equal(plain["gender"].Preset, one["gender"].Preset);

        DriftReport kind = DriftCheck.Compare(old, recent, DriftPolicy.Evidently.NumericThreshold(0.01).ColumnThreshold("age", 0.5));
        Assert.Equal([0.01, 0.5, 0.1, 0.1], ((string[])["earnings", "age", "degree", "gender"]).Select(c => kind[c].Preset!.Threshold!.Value));
        DriftReport other = DriftCheck.Compare(old, recent, DriftPolicy.NannyML.ColumnMethod("degree", NannyMLMethod.LInfinity));
        Assert.Equal(["jensen_shannon", "jensen_shannon", "l_infinity", "jensen_shannon"], ((string[])["earnings", "age", "degree", "gender"]).Select(c => other[c].Preset!.Test));
        Assert.Equal(DriftCheck.Compare(old, recent, DriftPolicy.NannyML)["gender"].Preset, other["gender"].Preset);
    }

    [Theory]
    [InlineData(0.25, 1, true)]
    [InlineData(0.25, 0, false)]
    [InlineData(0.5, 1, false)]
    [InlineData(0.5, 2, true)]
    [InlineData(1, 3, false)]
    [InlineData(1, 4, true)]
    public void One_report_one_answer(double share, int drifted, bool expected)
    {
        ColumnBatch Table(ulong seed, int moved) => new(Enumerable.Range(0, 4).Select(c =>
            BatchColumn.Of<double>($"c{c}", Samples.Normal(1500, seed, (ulong)c, shift: c < moved ? 3 : 0))));
        DriftReport report = DriftCheck.Compare(Table(905, 0), Table(906, drifted), DriftPolicy.Evidently with { DriftShare = share });
        Assert.Equal(expected, report.HasDrift);
        Assert.Equal(drifted, report.Columns.Count(c => c.Verdict == DriftVerdict.Drift));
        Assert.Equal(drifted, report.Columns.Count(c => c.Preset!.IsDrift));
        Assert.Equal(drifted / 4.0, report.DriftedShare);
        Assert.Contains($"dataset drift {(expected ? "yes" : "no")}", report.Summary, StringComparison.Ordinal);
        Assert.Contains($"dataset drift {(expected ? "yes" : "no")}", report.ToHtml(), StringComparison.Ordinal);
        Assert.Contains($"\"hasDrift\":{(expected ? "true" : "false")}", report.ToJson(), StringComparison.Ordinal);
        Assert.Equal(expected, DriftReport.Parse(report.ToUtf8Json()).HasDrift);
    }

    [Fact]
    public void One_outlier_changes_one_bin()
    {
        double[] then = Samples.Normal(2000, 907), now = Samples.Normal(2000, 908, shift: 0.8), outlier = [.. now[..^1], 1e9];
        ColumnFinding before = DriftCheck.Compare(then, now), after = DriftCheck.Compare(then, outlier);
        double[] moved = [.. before.Bars.Zip(after.Bars, (a, b) => Math.Abs(a.Current - b.Current) * 2000).Where(d => d > 0.5)];
        Assert.True(moved.Length <= 2 && moved.All(d => d < 1.5), string.Join(" ", moved));
        Assert.Equal(before.PopulationStabilityIndex, after.PopulationStabilityIndex, 0.005);

        double Psi(double[] current, Defects defects) => DriftCheck.Compare(
            then, current, DriftPolicy.Evidently.NumericMethod(EvidentlyTest.PopulationStabilityIndex) with { Defects = defects }).Preset!.Score;
        Assert.True(Psi(now, Defects.AsIs) > 0.5);
        Assert.True(Psi(outlier, Defects.AsIs) < 0.01);
        Assert.Equal(Psi(now, Defects.Fixed), Psi(outlier, Defects.Fixed), 0.005);
    }

    [Fact]
    public void Fisher_of_unequal_sizes()
    {
        string[] then = [.. Enumerable.Repeat("a", 17), .. Enumerable.Repeat("b", 3)], now = [.. Enumerable.Repeat("a", 5), .. Enumerable.Repeat("b", 4)];
        ColumnBatch Table(string[] labels) => new([BatchColumn.Of<string>("c", labels)]);
        PresetScore score = DriftCheck.Compare(Table(then), Table(now), DriftPolicy.Evidently.CategoryMethod(EvidentlyTest.FisherExact))["c"].Preset!;
        Assert.Equal(FisherExact.Test(17, 3, 5, 4).PValue, score.Score, 1e-14);
        ColumnFinding three = DriftCheck.Compare(Table(["a", "b", "c", "a"]), Table(["a", "b", "b"]), DriftPolicy.Evidently.CategoryMethod(EvidentlyTest.FisherExact))["c"];
        Assert.Equal("Evidently's fisher_exact: it is for two labels and there are 3", three.Reason);
    }

    [Fact]
    public void G_test_of_unequal_sizes_is_not_comparable_until_fixed()
    {
        ColumnBatch old = CpsTable.Batch("1992").Select("degree"), recent = CpsTable.Batch("2004").Select("degree");
        EvidentlyPreset preset = DriftPolicy.Evidently.CategoryMethod(EvidentlyTest.GTest);
        Assert.Contains("NotComparable", DriftCheck.Compare(old, recent, preset)["degree"].Reason, StringComparison.Ordinal);
        Assert.True(DriftCheck.Compare(old, recent, preset with { Defects = Defects.Fixed })["degree"].Preset!.Score < 1e-15);
    }

    [Fact]
    public void An_empty_column_is_a_finding_under_every_preset()
    {
        ColumnBatch old = new([BatchColumn.Of<double>("x", Samples.Normal(60, 915)), BatchColumn.Of<double>("y", Samples.Normal(60, 909))]);
        ColumnBatch recent = new([BatchColumn.Of<double>("x", new[] { double.NaN, double.NaN }), BatchColumn.Of<double>("y", Samples.Normal(2, 910))]);
        foreach (DriftPolicy policy in (DriftPolicy[])[DriftPolicy.Evidently, DriftPolicy.NannyML])
        {
            DriftReport report = DriftCheck.Compare(old, recent, policy);
            Assert.Equal((DriftVerdict.NotTested, "the new data has 0 values after dropping 2 missing"), (report["x"].Verdict, report["x"].Reason));
            Assert.NotNull(report["y"].Preset);
        }
    }

    [Fact]
    public void Tail_weight_is_exact()
    {
        // 10,000 values evenly in [0, 1); of 100 new ones four lie one above the end. NannyML's weight there is 5/100 for a curve of 4/5; where the
        // four lie below, the same 5/100 stands inside, where 4/100 is right.
        double[] then = [.. Enumerable.Range(0, 10_000).Select(i => i / 10_000.0)];
        double[] now = [.. Enumerable.Range(0, 96).Select(i => i / 96.0), .. Enumerable.Repeat(then[^1] + 1, 4)];
        double Score(Defects defects) => DriftCheck.Compare(then, now, DriftPolicy.NannyML.Continuous(NannyMLMethod.Wasserstein) with { Defects = defects }).Preset!.Score;
        double exact = Wasserstein.Distance(then, now);
        Assert.Equal(exact, Score(Defects.Fixed), 1e-15);
        double[] below = [.. now.Select(v => -v)], mirrored = [.. then.Select(v => -v)];
        Assert.Equal(0.05 * 0.8, Score(Defects.AsIs) - Within(then, now), 1e-9);
        Assert.True(Math.Abs(DriftCheck.Compare(mirrored, below, DriftPolicy.NannyML.Continuous(NannyMLMethod.Wasserstein)).Preset!.Score - exact) > 1e-4);
        Assert.Equal(exact, DriftCheck.Compare(mirrored, below, DriftPolicy.NannyML.Continuous(NannyMLMethod.Wasserstein) with { Defects = Defects.Fixed }).Preset!.Score, 1e-12);
    }

    [Fact]
    public void Failures_are_reported_with_their_cause()
    {
        double[] gap = Samples.Normal(400, 911);
        gap.AsSpan(200, 40).Fill(double.NaN);
        ColumnBatch old = new([BatchColumn.Of<double>("x", Samples.Normal(400, 912)), BatchColumn.Of<string>("c", Enumerable.Repeat("a", 400).ToArray())]);
        ColumnBatch recent = new([BatchColumn.Of<double>("x", gap), BatchColumn.Of<double>("c", gap)]);
        ChunkedDrift drift = ChunkedDrift.Of(old, recent, DriftPolicy.NannyML.Categorical(NannyMLMethod.ChiSquare));
        ChunkPoint point = Assert.Single(drift["x"].Points, p => p.Verdict == DriftVerdict.NotTested);
        Assert.Equal("the chunk has 0 values after dropping 40", point.Reason);
        Assert.All(drift["x"].Points.Where(p => p != point), p => Assert.True(double.IsFinite(p.Score!.Value) && double.IsFinite(p.Limit!.Value)));
        ColumnFinding tiny = DriftCheck.Compare([1.0, 2, 3], [1.0, 2, 3, 4], DriftPolicy.NannyML, "x");
        Assert.Equal("NannyML's jensen_shannon: the reference's 3 rows make too few chunks with values", tiny.Reason);
    }

    [Fact]
    public void Range_rule_expects_chance_exceedances()
    {
        const int repetitions = 400;
        int outside = 0, named = 0;
        for (ulong i = 0; i < repetitions; i++)
        {
            double[] then = Samples.Normal(5000, 913, i), now = Samples.Normal(500, 914, i);
            outside += now.Max() > then.Max() || now.Min() < then.Min() ? 1 : 0;
            named += ReferenceProfile.From(new ColumnBatch([BatchColumn.Of<double>("x", then)]))
                .Check(new ColumnBatch([BatchColumn.Of<double>("x", now)])).Quality.Any(q => q.Rule == QualityRule.OutOfRange) ? 1 : 0;
        }

        // A limit of 0, as NannyML's, alarms with the chance 1 - n(n - 1)/((n + m)(n + m - 1)).
        double expected = 1 - 5000.0 * 4999 / (5500.0 * 5499);
        Assert.Equal(0.1736, expected, 5e-5);
        Assert.Equal(expected, (double)outside / repetitions, 5 * Math.Sqrt(expected * (1 - expected) / repetitions));
        Assert.InRange((double)named / repetitions, 0, 0.05);
    }

    [Theory]
    [InlineData("one value", 1, 0, 1, 0)]
    [InlineData("two values", 1, 0, 2, 0)]
    [InlineData("huge", 1e308, 2e307, -1e308, 2e307)]
    [InlineData("far", 1e16, 2, 1e16, 4)]
    [InlineData("tiny", 0, 1e-320, 0, 2e-320)]
    public void Odd_columns_have_a_finite_score_or_a_reason(string what, double center, double scale, double other, double wide)
    {
        double[] then = [.. Samples.Normal(60, 916).Select(z => center + z / 8 * scale)], now = [.. Samples.Normal(50, 917).Select(z => other + z / 8 * wide)];
        foreach (Defects defects in Enum.GetValues<Defects>())
        {
            DriftPolicy[] policies =
            [
                .. Enum.GetValues<EvidentlyTest>().Select(t => (DriftPolicy)(DriftPolicy.Evidently.NumericMethod(t) with { Defects = defects })),
                .. ((NannyMLMethod[])[NannyMLMethod.JensenShannon, NannyMLMethod.Hellinger, NannyMLMethod.KolmogorovSmirnov, NannyMLMethod.Wasserstein])
                    .SelectMany(m => (DriftPolicy[])[DriftPolicy.NannyML.Continuous(m) with { Defects = defects }, DriftPolicy.NannyML.Continuous(m) with { Defects = defects, EstimateFrom = 1 }]),
            ];
            foreach (DriftPolicy policy in policies)
            {
                ColumnFinding finding = DriftCheck.Compare(then, now, policy, what);
                Assert.True(finding.Preset is { } score ? double.IsFinite(score.Score) : finding is { Verdict: DriftVerdict.NotTested, Reason: not null }, $"{what}: {finding}");
            }
        }
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => DriftPolicy.Evidently with { DriftShare = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => DriftPolicy.Evidently.NumericThreshold(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => DriftPolicy.Evidently.ColumnThreshold("x", double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => DriftPolicy.Evidently.CategoryMethod((EvidentlyTest)99));
        Assert.Throws<ArgumentException>(() => DriftPolicy.NannyML.Continuous(NannyMLMethod.ChiSquare));
        Assert.Throws<ArgumentException>(() => DriftPolicy.NannyML.Categorical(NannyMLMethod.Wasserstein));
        Assert.Throws<ArgumentOutOfRangeException>(() => DriftPolicy.NannyML with { StandardDeviations = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => DriftPolicy.NannyML.Limit(NannyMLMethod.JensenShannon, -0.1));
    }

    /// <summary>The area between the distribution functions on 10,000 equal bins of the first sample, without what lies above.</summary>
    private static double Within(double[] then, double[] now)
    {
        double low = then.Min(), high = then.Max(), step = (high - low) / 10_000, area = 0;
        double[] first = [.. then.Order()], second = [.. now.Order()];
        int i = 0, j = 0;
        for (int b = 1; b <= 10_000; b++)
        {
            double edge = b == 10_000 ? Math.BitIncrement(high) : low + b * step;
            for (; i < first.Length && first[i] < edge; i++)
            {
            }

            for (; j < second.Length && second[j] < edge; j++)
            {
            }

            area += Math.Abs(i / (double)first.Length - j / (double)second.Length) * step;
        }

        return area;
    }
}
