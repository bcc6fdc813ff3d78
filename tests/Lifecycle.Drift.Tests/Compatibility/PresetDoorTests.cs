namespace Lifecycle.Drift.Tests;

/// <summary>Where a preset finds the values it needs, and what a report says about it.</summary>
public sealed class PresetDoorTests
{
    private static readonly ColumnBatch Then = CpsTable.Batch("1992"), Now = CpsTable.Batch("2004");

    [Fact]
    public void A_profile_that_keeps_values_gives_the_scores_of_two_tables()
    {
        ReferenceProfile kept = ReferenceProfile.From(Then, p => p.KeepValues());
        Assert.True(kept.KeepsValues);
        foreach (DriftPolicy policy in (DriftPolicy[])[DriftPolicy.Evidently, DriftPolicy.NannyML, DriftPolicy.Default])
        {
            DriftReport direct = DriftCheck.Compare(Then, Now, policy), stored = kept.Check(Now, policy);
            Assert.Equal(direct.ToJson(), stored.ToJson());
        }

        DriftReport both = kept.Check(ReferenceProfile.From(Now, p => p.KeepValues()), DriftPolicy.Evidently);
        Assert.Equal(kept.Check(Now, DriftPolicy.Evidently).Columns.Select(c => c.Preset), both.Columns.Select(c => c.Preset));
    }

    [Fact]
    public void Kept_values_are_in_no_file_and_no_merged_profile()
    {
        ReferenceProfile plain = ReferenceProfile.From(Then), kept = ReferenceProfile.From(Then, p => p.KeepValues());
        Assert.Equal(plain.ToBytes(), kept.ToBytes());
        Assert.Equal(plain.ToJson(), kept.ToJson());
        Assert.False(ReferenceProfile.Parse(kept.ToBytes()).KeepsValues);
        Assert.False(ReferenceProfile.Merge(kept, ReferenceProfile.Like(kept).From(Now)).KeepsValues);
        Assert.False(plain.KeepsValues);
    }

    [Fact]
    public void A_profile_without_values_tests_labels_and_few_values_and_names_both_doors_for_the_rest()
    {
        DriftReport report = ReferenceProfile.Parse(ReferenceProfile.From(Then).ToBytes()).Check(Now, DriftPolicy.Evidently);
        DriftReport direct = DriftCheck.Compare(Then, Now, DriftPolicy.Evidently);
        Assert.Equal(DriftVerdict.NotTested, report["earnings"].Verdict);
        Assert.Contains("KeepValues()", report["earnings"].Reason, StringComparison.Ordinal);
        Assert.Contains("DriftCheck.Compare", report["earnings"].Reason, StringComparison.Ordinal);
        Assert.All((string[])["age", "degree", "gender"], c => Assert.Equal(direct[c].Preset, report[c].Preset));
        Assert.Equal(0, report.DriftedShare);
    }

    [Fact]
    public void NannyML_on_a_profile_asks_for_rows_in_order_or_a_constant_limit()
    {
        ReferenceProfile stored = ReferenceProfile.Parse(ReferenceProfile.From(Then).ToBytes());
        DriftReport report = stored.Check(Now, DriftPolicy.NannyML);
        Assert.Contains("constant Limit", report["degree"].Reason, StringComparison.Ordinal);
        PresetScore degree = stored.Check(Now, DriftPolicy.NannyML.Limit(NannyMLMethod.JensenShannon, 0.1))["degree"].Preset!;
        Assert.Equal((0.1, false), (degree.Threshold!.Value, degree.IsDrift));
        Assert.Equal("NannyML jensen_shannon 0.0569, threshold 0.1", degree.ToString());
        Assert.True(stored.Check(Now, DriftPolicy.NannyML.Categorical(NannyMLMethod.ChiSquare))["degree"].Preset!.IsDrift);
    }

    [Fact]
    public void Two_profiles_are_compared_where_their_counts_say_every_value()
    {
        ReferenceProfile then = ReferenceProfile.From(Then), now = ReferenceProfile.Like(then).From(Now);
        DriftReport report = then.Check(now, DriftPolicy.Evidently), direct = DriftCheck.Compare(Then, Now, DriftPolicy.Evidently);
        Assert.All((string[])["age", "degree", "gender"], c => Assert.Equal(direct[c].Preset, report[c].Preset));
    }

    [Fact]
    public async Task Records_and_streams_keep_values_too()
    {
        double[] then = CpsTable.Earnings("1992"), now = CpsTable.Earnings("2004");
        ReferenceProfile list = ReferenceProfile.From<double>(then, p => p.Numeric("earnings", v => v).KeepValues());
        ReferenceProfile stream = await ReferenceProfile.FromAsync(then.ToAsyncEnumerable(), p => p.Numeric("earnings", v => v).KeepValues());
        double expected = DriftCheck.Compare(then, now, DriftPolicy.Evidently).Preset!.Score;
        Assert.Equal(expected, list.Check(now, DriftPolicy.Evidently)["earnings"].Preset!.Score);
        Assert.Equal(expected, stream.Check(now, DriftPolicy.Evidently)["earnings"].Preset!.Score);
        Assert.Equal(expected, DriftCheck.Compare(then, now, p => p.Numeric("earnings", v => v), DriftPolicy.Evidently)["earnings"].Preset!.Score);
        Assert.Equal(expected, DriftCheck.Compare((NumericColumn)list["earnings"], now, DriftPolicy.Evidently).Preset!.Score);
    }

    [Fact]
    public void A_report_carries_score_threshold_and_test_to_json_html_and_text()
    {
        DriftReport report = DriftCheck.Compare(Then, Now, DriftPolicy.Evidently with { DriftShare = 0.25 });
        Assert.True(report.HasDrift);
        DriftReport again = DriftReport.Parse(report.ToUtf8Json());
        Assert.Equal(report.Columns.Select(c => c.Preset), again.Columns.Select(c => c.Preset));
        Assert.Equal(0.25, again.LeastDriftedShare);
        Assert.Equal(report.Digest, again.Digest);
        Assert.Contains("Evidently wasserstein 0.9253, threshold 0.1", report.ToHtml(), StringComparison.Ordinal);
        Assert.DoesNotContain("Chance of a false drift", report.ToHtml(), StringComparison.Ordinal);
        Assert.Contains("Evidently wasserstein 0.9253, threshold 0.1", report.ToString(), StringComparison.Ordinal);
        Assert.Contains("dataset drift yes, share 0.25 of 0.25", report.Summary, StringComparison.Ordinal);
        Assert.Equal("earnings: Drift; Evidently wasserstein 0.9253, threshold 0.1, n 7,602 / 7,986", report["earnings"].ToString());
        Assert.DoesNotContain("preset", DriftCheck.Compare(Then, Now).ToJson(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Two_tables_are_compared_value_by_value_under_the_default_policy()
    {
        ColumnFinding table = DriftCheck.Compare(Then, Now)["earnings"], raw = DriftCheck.Compare(CpsTable.Earnings("1992"), CpsTable.Earnings("2004"));
        Assert.Equal(raw.Keys, table.Keys);
        Assert.Equal(raw.Wasserstein, table.Wasserstein);
        Assert.Equal(raw.KolmogorovSmirnov, table.KolmogorovSmirnov);
        Assert.Equal(["earnings", "degree", "age", "gender"], DriftCheck.Compare(Then, Now).Columns.Select(c => c.Column));
        Assert.Equal(["age"], DriftCheck.Compare(Then, Now, columns: c => c.Leave("earnings", "degree", "gender")).Columns.Select(c => c.Column));
    }

    [Fact]
    public void Chunks_have_NannyMLs_scores_and_limits()
    {
        NannyMLPreset preset = DriftPolicy.NannyML.Categorical(NannyMLMethod.ChiSquare);
        ChunkedDrift drift = ChunkedDrift.Of(Then, Now, preset);
        Assert.Equal(22, drift.Chunks.Count);
        ChunkedColumn earnings = drift["earnings"], degree = drift["degree"];
        Assert.Equal("NannyML jensen_shannon", earnings.Method);
        Assert.Equal("NannyML chi2", degree.Method);

        double[] then = CpsTable.Earnings("1992"), now = CpsTable.Earnings("2004");
        double limit = DriftCheck.Compare(then, now.AsSpan(0, 798), preset).Preset!.Threshold!.Value;
        Assert.All(earnings.Points, p => Assert.Equal(limit, p.Limit!.Value, 1e-15));
        double[] scores = [.. earnings.Points.Where(p => p.IsReference).Select(p => p.Score!.Value)];
        double mean = scores.Average();
        Assert.Equal(mean + 3 * Math.Sqrt(scores.Average(s => (s - mean) * (s - mean))), limit, 1e-12);
        Assert.Equal(2, earnings.Points.Where(p => p.IsReference).Last().Count);
        Assert.Equal(DriftCheck.Compare(then, now.AsSpan(0, 798), preset).Preset!.Score, earnings.Points[11].Score!.Value, 1e-12);
        Assert.All(degree.Points, p => Assert.Equal(p.PValue < 0.05, p.Verdict == DriftVerdict.Drift));

        ChunkedDrift again = ChunkedDrift.Parse(drift.ToUtf8Json());
        Assert.Equal(drift.ToJson(), again.ToJson());
        Assert.Contains("NannyML jensen_shannon", drift.ToString(), StringComparison.Ordinal);
        Assert.Contains("NannyML jensen_shannon", drift.ToHtml(), StringComparison.Ordinal);
        ChunkedDrift even = ChunkedDrift.Of(Then, Now, preset, Chunker.ByCount(6));
        Assert.Equal(12, even.Chunks.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => ChunkedDrift.Of(Then, Now, Chunker.ByCount(6), distance: ChunkDistance.Preset));
    }

    [Fact]
    public void Monitors_take_presets_for_what_their_counts_say()
    {
        ReferenceProfile reference = ReferenceProfile.From(Then);
        DriftReport report = reference.Check(Now, DriftPolicy.Evidently.CategoryMethod(EvidentlyTest.ChiSquare));
        Assert.Equal(DriftVerdict.Drift, report["degree"].Verdict);
        ReportAssembly assembly = new(reference, DriftPolicy.Evidently.CategoryMethod(EvidentlyTest.ChiSquare));
        CategoryColumn degree = (CategoryColumn)reference["degree"];
        assembly.Add(degree, CategoryTally.Of(degree, CpsTable.Text("2004", 2)));
        Assert.Equal(report["degree"].Preset, assembly.Build(7986)["degree"].Preset);
    }

    [Fact]
    public void More_labels_than_a_profile_counts_need_the_values()
    {
        ColumnBatch Table(ulong seed) => new([BatchColumn.Of<string>("c", Samples.Whole(4000, 900, seed, 0).Select(v => $"label {v}").ToArray())]);
        ColumnBatch then = Table(931), now = Table(932);
        ColumnFinding stored = ReferenceProfile.From(then).Check(now, DriftPolicy.Evidently)["c"];
        Assert.Equal(DriftVerdict.NotTested, stored.Verdict);
        Assert.StartsWith("Evidently: all labels are needed and the profile counts 640", stored.Reason, StringComparison.Ordinal);
        PresetScore kept = ReferenceProfile.From(then, p => p.KeepValues()).Check(now, DriftPolicy.Evidently)["c"].Preset!;
        string[] a = [.. Enumerable.Range(0, 4000).Select(i => then["c"].Text(i)!)], b = [.. Enumerable.Range(0, 4000).Select(i => now["c"].Text(i)!)];
        string[] all = [.. a.Concat(b).Distinct()];
        ILookup<string, string> first = a.ToLookup(l => l), second = b.ToLookup(l => l);
        double Term(double share, double middle) => share > 0 ? share * Math.Log(share / middle) : 0;
        double divergence = all.Sum(l =>
        {
            double p = first[l].Count() / 4000.0, q = second[l].Count() / 4000.0;
            return (Term(p, (p + q) / 2) + Term(q, (p + q) / 2)) / 2;
        });
        Assert.Equal(Math.Sqrt(divergence), kept.Score, 1e-12);
    }

    [Fact]
    public void Labels_kept_as_hashes_are_tested_by_them()
    {
        ColumnBatch Sensitive(ColumnBatch batch) => new(
            [BatchColumn.Of<string>("degree", ((BatchColumn<string>)batch["degree"]).Values, classification: DataClassification.Sensitive)]);
        DriftReport open = DriftCheck.Compare(Then.Select("degree"), Now.Select("degree"), DriftPolicy.NannyML);
        DriftReport closed = DriftCheck.Compare(Sensitive(Then), Sensitive(Now), DriftPolicy.NannyML);
        Assert.Equal(open["degree"].Preset!.Score, closed["degree"].Preset!.Score, 1e-15);
        Assert.Equal(open["degree"].Preset!.Threshold!.Value, closed["degree"].Preset!.Threshold!.Value, 1e-15);
        Assert.DoesNotContain("bachelor", closed.ToJson(), StringComparison.Ordinal);
    }
}
