namespace Lifecycle.Drift.Tests;

/// <summary>Profiles of shards become the profile of the whole, in any order.</summary>
[Trait("Vectors", "any")]
public sealed class ProfileMergeTests
{
    private static readonly ColumnBatch Whole = CpsTable.Batch("2004");
    private static readonly ReferenceProfile First = ReferenceProfile.From(Whole);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Shards_in_any_order_are_the_whole(int shards)
    {
        ReferenceProfile[] parts = [.. Enumerable.Range(0, shards).Select(s => ReferenceProfile.Like(First).From(Whole.Rows([.. Rows(s, shards)])))];
        ReferenceProfile forward = ReferenceProfile.Merge(parts), back = ReferenceProfile.Merge([.. parts.Reverse()]);
        Assert.Equal(WithoutMoments(First), WithoutMoments(forward));
        Assert.Equal(WithoutMoments(forward), WithoutMoments(back));
        foreach (NumericColumn column in First.Columns.OfType<NumericColumn>())
        {
            NumericColumn merged = (NumericColumn)forward[column.Name];
            Assert.Equal(column.Mean, merged.Mean, 1e-12 * Math.Abs(column.Mean));
            Assert.Equal(column.StandardDeviation, merged.StandardDeviation, 1e-12 * column.StandardDeviation);
        }
    }

    /// <summary>Shards built on several threads, merged in shuffled orders and as trees.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    public void Any_two_profiles_like_each_other_merge(int shards)
    {
        ColumnBatch whole = Wide(3_000);
        ReferenceProfile first = ReferenceProfile.From(whole);
        ReferenceProfile[] parts = new ReferenceProfile[shards];
        Parallel.For(0, shards, s => parts[s] = ReferenceProfile.Like(first).From(
            whole.Rows([.. Enumerable.Range(0, whole.RowCount).Where(r => r * 7919L % shards == s)])));
        byte[] expected = WithoutMoments(first);
        Lifecycle.Statistics.RandomStream random = new(4, (ulong)shards);
        for (int order = 0; order < 6; order++)
        {
            random.Shuffle<ReferenceProfile>(parts);
            List<ReferenceProfile> left = [.. parts];
            while (left.Count > 1)
            {
                // Any two neighbours, also two that are merged already and one that went through its file or its JSON.
                int at = random.NextBelow(left.Count - 1);
                ReferenceProfile second = order % 2 == 0 ? ReferenceProfile.Parse(left[at + 1].ToBytes()) : ReferenceProfile.FromJson(left[at + 1].ToJson());
                left[at] = ReferenceProfile.Merge(left[at], second);
                left.RemoveAt(at + 1);
            }

            Assert.Equal(expected, WithoutMoments(left[0]));
            foreach (NumericColumn column in first.Columns.OfType<NumericColumn>())
            {
                NumericColumn merged = (NumericColumn)left[0][column.Name];
                Assert.Equal(column.Mean, merged.Mean, 1e-12 * Math.Max(Math.Abs(column.Mean), column.StandardDeviation));
                Assert.Equal(column.SquaredDeviations, merged.SquaredDeviations, 1e-12 * column.SquaredDeviations);
            }
        }
    }

    [Fact]
    public void Two_profiles_merge_to_the_same_bytes_either_way_round()
    {
        ReferenceProfile a = ReferenceProfile.Like(First).From(Whole.Rows([.. Rows(0, 3)])), b = ReferenceProfile.Like(First).From(Whole.Rows([.. Rows(1, 3)]));
        Assert.Equal(ReferenceProfile.Merge(a, b).ToBytes(), ReferenceProfile.Merge(b, a).ToBytes());
    }

    [Fact]
    public void Values_beyond_the_first_profile_keep_their_place()
    {
        ReferenceProfile first = Profile([1, 2, 3, 4, 5]);
        ReferenceProfile merged = ReferenceProfile.Merge(first, ReferenceProfile.Like(first).From(Batch([0, 2.5, 9])));
        NumericColumn column = (NumericColumn)merged["x"];
        Assert.Equal([1, 1, 0, 1, 1, 1, 0, 1, 0, 1, 1], column.Counts.ToArray());
        Assert.Equal((0, 9, 8), (column.Minimum, column.Maximum, column.Count));
        Assert.Equal(26.5 / 8, column.Mean, 1e-15);
    }

    [Fact]
    public void What_does_not_fit_is_listed()
    {
        ReferenceProfile a = Profile(Samples.Normal(500, 1)), b = Profile(Samples.Normal(500, 2));
        ProfileMergeException bins = Assert.Throws<ProfileMergeException>(() => ReferenceProfile.Merge(a, b));
        Assert.Contains("ReferenceProfile.Like(first)", bins.Message, StringComparison.Ordinal);
        ReferenceProfile other = ReferenceProfile.From(new ColumnBatch([BatchColumn.Of<double>("y", new double[] { 1 })]));
        ProfileMergeException columns = Assert.Throws<ProfileMergeException>(() => ReferenceProfile.Merge(a, other));
        Assert.Contains("only in the first 'x', only in the second 'y'", columns.Message, StringComparison.Ordinal);
        ReferenceProfile labels = ReferenceProfile.From(new ColumnBatch([BatchColumn.Of<string>("x", new[] { "a" })]));
        Assert.Throws<ProfileMergeException>(() => ReferenceProfile.Merge(a, labels));
        Assert.Throws<UnknownColumnException>(() => ReferenceProfile.Like(a).From(new ColumnBatch([BatchColumn.Of<double>("y", new double[] { 1 })])));
    }

    [Fact]
    public void Columns_with_more_labels_than_fit_merge_when_they_are_alike()
    {
        string[] all = [.. Enumerable.Range(0, 4000).Select(i => $"label {i % 1500}")];
        ColumnBatch Labels(IEnumerable<string> labels) => new([BatchColumn.Of<string>("c", labels.ToArray())]);
        ReferenceProfile first = ReferenceProfile.From(Labels(all));
        ReferenceProfile left = ReferenceProfile.Like(first).From(Labels(all.Take(1700))), right = ReferenceProfile.Like(first).From(Labels(all.Skip(1700)));
        CategoryColumn whole = (CategoryColumn)first["c"], merged = (CategoryColumn)ReferenceProfile.Merge(left, right)["c"];
        Assert.Equal(whole.Labels.Select(l => (l.Hash, l.Count)), merged.Labels.Select(l => (l.Hash, l.Count)));
        Assert.Equal(whole.OtherCount, merged.OtherCount);
        Assert.Equal(4000, merged.Count);
    }

    /// <summary>Continuous, heavy, wide, whole, missing, few, labels.</summary>
    private static ColumnBatch Wide(int rows)
    {
        double[] normal = Samples.Normal(rows, 8);
        return new ColumnBatch(
        [
            BatchColumn.Of<double>("normal", normal),
            BatchColumn.Of<double>("heavy", normal.Select((v, i) => i % 9 == 0 ? 0 : Math.Round(v, 2)).ToArray()),
            BatchColumn.Of<double>("wide", normal.Select(v => Math.Exp(40 * v)).ToArray()),
            BatchColumn.Of<float>("single", normal.Select(v => (float)v).ToArray()),
            BatchColumn.Of<int>("whole", normal.Select(v => (int)(1000 * v)).ToArray()),
            BatchColumn.Of<double>("missing", normal.Select((v, i) => i % 4 == 0 ? double.NaN : i % 101 == 0 ? double.PositiveInfinity : v).ToArray()),
            BatchColumn.Of<long>("few", normal.Select(v => (long)(3 * v)).ToArray()),
            BatchColumn.Of<bool>("flag", normal.Select(v => v > 1).ToArray()),
            BatchColumn.Of<string>("labels", normal.Select(v => $"label {(int)(80 * v)}").ToArray()),
        ]);
    }

    private static IEnumerable<int> Rows(int shard, int shards) => Enumerable.Range(0, Whole.RowCount).Where(r => (r * 7919L + r / 3) % shards == shard);

    private static byte[] WithoutMoments(ReferenceProfile profile) => new ReferenceProfile(
        profile.Rows,
        profile.Columns.Select(c => c is not NumericColumn n ? c : new NumericColumn(n.Name, n.Role, n.Kind, n.Grid, n.CountArray, n.Offsets.ToArray())
        {
            Count = n.Count,
            Missing = n.Missing,
            Minimum = n.Minimum,
            Maximum = n.Maximum,
            Mean = 0,
            Sketches = n.Sketches,
        })).ToBytes();

    private static ColumnBatch Batch(double[] values) => new([BatchColumn.Of<double>("x", values)]);

    private static ReferenceProfile Profile(double[] values) => ReferenceProfile.From(Batch(values));
}
