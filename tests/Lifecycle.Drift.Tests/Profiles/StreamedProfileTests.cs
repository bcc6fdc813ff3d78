using Lifecycle.Statistics;

namespace Lifecycle.Drift.Tests;

/// <summary>Profiles of rows that come by once or twice, in constant memory.</summary>
[Trait("Vectors", "any")]
public sealed class StreamedProfileTests
{
    private const int Rows = 150_000;

    private static readonly double[] Values = [.. Samples.Normal(Rows, 41).Select(v => (double)(float)v)];
    private static readonly double[] Few = Samples.Whole(Rows, 9, 42, 0);
    private static readonly string[] Many = [.. Enumerable.Range(0, Rows).Select(i => $"label {i * 7919L % (i % 3 == 0 ? 5000 : 40)}")];

    [Fact]
    public async Task A_stream_read_once_says_its_error_and_keeps_it()
    {
        ReferenceProfile profile = await ReferenceProfile.FromAsync(Batches(10_000), s => s.Unit("x", "m"));
        NumericColumn x = (NumericColumn)profile["x"], few = (NumericColumn)profile["few"];
        Assert.Equal((Rows, Rows, 1L, "m"), (profile.Rows, x.Count, x.Missing + 1, x.Unit));
        Assert.InRange(x.RankError, 0.0027, 0.0035);
        Assert.Equal((320, Rows), (x.Counts.Length, x.Counts.ToArray().Sum()));
        Assert.Equal((Values.Min(), Values.Max()), (x.Minimum, x.Maximum));
        Assert.Equal(Values.Average(), x.Mean, 1e-12);
        Assert.InRange(x.Distinct!.Value, Values.Distinct().Count() * 0.93, Values.Distinct().Count() * 1.07);
        double[] sorted = [.. Values.Order()];
        int far = 0;
        for (int i = 0; i < x.Edges.Length; i += 10)
        {
            double exact = sorted.AsSpan().BinarySearch(x.Edges[i]) / (double)Rows, said = x.Counts[..(i + 1)].ToArray().Sum() / (double)Rows;
            far += Math.Abs(exact - said) > x.RankError ? 1 : 0;
        }

        Assert.InRange(far, 0, 1);
        Assert.Equal((0.0, true, ColumnKind.Discrete), (few.RankError, few.HasBinPerValue, few.Kind));
        Assert.Equal(Enumerable.Range(0, 9).Select(v => (long)Few.Count(f => f == v)), few.Counts.ToArray().Where((_, i) => i % 2 == 1));
        ReferenceProfile read = ReferenceProfile.Parse(profile.ToBytes());
        Assert.Equal(profile.ToBytes(), read.ToBytes());
        Assert.Equal(x.Edges.ToArray(), ((NumericColumn)read["x"]).Edges.ToArray());
        Assert.Equal(x.Counts.ToArray(), ((NumericColumn)read["x"]).Counts.ToArray());
    }

    [Fact]
    public async Task The_result_does_not_depend_on_where_batches_end()
    {
        byte[] one = (await ReferenceProfile.FromAsync(Batches(10_000))).ToBytes();
        Assert.Equal(one, (await ReferenceProfile.FromAsync(Batches(4_097))).ToBytes());
        Assert.Equal(one, (await ReferenceProfile.FromAsync(Batches(Rows))).ToBytes());
        byte[] records = (await ReferenceProfile.FromAsync(
            Enumerable.Range(0, Rows).ToAsyncEnumerable(),
            p => p.Numeric("x", i => Values[i]).Numeric("few", i => Few[i]).Category("many", i => Many[i]))).ToBytes();
        Assert.Equal(one, records);
    }

    [Fact]
    public async Task A_second_reading_makes_all_counts_exact()
    {
        ReferenceProfile profile = await ReferenceProfile.FromAsync(Batches(20_000), s => s.TwoPass());
        NumericColumn x = (NumericColumn)profile["x"];
        NumericTally tally = NumericTally.Of<double>(x, Values);
        Assert.Equal(0, x.RankError);
        Assert.Equal(tally.Bins, x.Counts.ToArray());
        Assert.InRange(x.Counts.ToArray().Max(), Rows / 320, Rows / 320 * 3);
        CategoryColumn many = (CategoryColumn)profile["many"];
        Assert.All(many.Labels.Where(l => l.Text is not null), l => Assert.Equal((Many.Count(m => m == l.Text), 0L), (l.Count, l.Error)));
        Assert.All(many.Labels, l => Assert.Equal(0, l.Error));
        Assert.InRange(many.Labels.Count(l => l.Text is not null), 100, 512);
        Assert.Equal(Rows, many.Labels.Sum(l => l.Count) + many.OtherCount);
        int reading = 0;
        async IAsyncEnumerable<ColumnBatch> Shrinking()
        {
            int parts = reading++ == 0 ? 15 : 14;
            await foreach (ColumnBatch batch in Batches(10_000))
            {
                if (parts-- > 0)
                {
                    yield return batch;
                }
            }
        }

        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(async () => await ReferenceProfile.FromAsync(Shrinking(), s => s.TwoPass()));
        Assert.Contains("TwoPass()", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Streams_like_a_profile_are_its_shards_to_the_byte()
    {
        ColumnBatch whole = await Batches(Rows).FirstAsync();
        ReferenceProfile first = ReferenceProfile.From(whole.Select("x", "few"));
        ReferenceProfile one = await ReferenceProfile.Like(first).FromAsync(Batches(7_000));
        NumericColumn exact = (NumericColumn)first["x"], streamed = (NumericColumn)one["x"];
        Assert.Equal(exact.Counts.ToArray(), streamed.Counts.ToArray());
        Assert.Equal(exact.Offsets.ToArray(), streamed.Offsets.ToArray());
        Assert.Equal(exact.Sketches.Histogram, streamed.Sketches.Histogram);
        Assert.Equal(exact.Cardinality!.Registers.ToArray(), streamed.Cardinality!.Registers.ToArray());
        Assert.Equal(exact.TopValues, streamed.TopValues);
        Assert.Equal(exact.Mean, streamed.Mean, 1e-14);
        Assert.Equal(exact.StandardDeviation, streamed.StandardDeviation, 1e-12);
    }

    [Fact]
    public async Task Profiles_of_streams_merge_by_their_sketches()
    {
        ReferenceProfile left = await ReferenceProfile.FromAsync(Batches(10_000, 0, 90_000), s => s.Leave("few", "many"));
        ReferenceProfile right = await ReferenceProfile.FromAsync(Batches(10_000, 60_000, Rows), s => s.Leave("few", "many"));
        ReferenceProfile merged = ReferenceProfile.Merge(left, right);
        NumericColumn x = (NumericColumn)merged["x"];
        double[] both = [.. Values[..90_000], .. Values[60_000..]];
        Assert.Equal((180_000L, 180_000L), (x.Count, x.Counts.ToArray().Sum()));
        Assert.Equal(both.Average(), x.Mean, 1e-12);
        Assert.InRange(x.ToQuantileSketch()!.Rank(0), both.Count(v => v <= 0) / 180_000.0 - x.RankError, both.Count(v => v <= 0) / 180_000.0 + x.RankError);
        Assert.Equal(merged.ToBytes(), ReferenceProfile.Merge(right, left).ToBytes());
        Assert.Equal(merged.ToBytes(), ReferenceProfile.Parse(merged.ToBytes()).ToBytes());
        ReferenceProfile short_ = await ReferenceProfile.FromAsync(Batches(10_000, 0, 20_000), s => s.Leave("few", "many"));
        ProfileMergeException error = Assert.Throws<ProfileMergeException>(() => ReferenceProfile.Merge(left, short_));
        Assert.Contains("ReferenceProfile.Like", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sketched_profile_and_exact_ones_like_it_merge_and_keep_the_larger_error()
    {
        ReferenceProfile first = await ReferenceProfile.FromAsync(Batches(10_000), s => s.Leave("few", "many"));
        ReferenceProfile like = await ReferenceProfile.Like(first).FromAsync(Batches(10_000, 0, 5_000));
        Assert.Equal(0, ((NumericColumn)like["x"]).RankError);
        ReferenceProfile merged = ReferenceProfile.Merge(first, like);
        Assert.Equal(merged.ToBytes(), ReferenceProfile.Merge(like, first).ToBytes());
        NumericColumn x = (NumericColumn)ReferenceProfile.Parse(merged.ToBytes())["x"];
        Assert.Equal((((NumericColumn)first["x"]).RankError, Rows + 5_000L), (x.RankError, x.Count));
    }

    [Fact]
    public async Task Labels_beyond_640_keep_the_most_frequent_ones_with_their_errors()
    {
        ReferenceProfile profile = await ReferenceProfile.FromAsync(Batches(10_000));
        CategoryColumn many = (CategoryColumn)profile["many"];
        Dictionary<string, int> exact = Many.CountBy(m => m).ToDictionary(p => p.Key, p => p.Value);
        Assert.Equal(512, many.Labels.Count);
        Assert.All(many.Labels.Where(l => l.Text is not null), l => Assert.InRange(exact[l.Text!], l.Count - l.Error, l.Count));
        Assert.Equal(exact.OrderByDescending(e => e.Value).Take(30).Select(e => e.Value), many.Labels.Take(30).Select(l => (int)l.Count));
        Assert.InRange(many.Distinct!.Value, exact.Count * 0.93, exact.Count * 1.07);
        Assert.Equal(Rows, many.Count);
        Assert.InRange(profile.ToBytes().Length, 1000, 3 * 16_384);
        Assert.Equal(profile.ToBytes(), ReferenceProfile.Parse(profile.ToBytes()).ToBytes());
    }

    [Fact]
    public async Task The_chance_of_a_new_label_is_estimated_from_labels_seen_once()
    {
        string[] labels = [.. Enumerable.Range(0, 100_000).Select(i => i % 2 == 0 ? $"once {i}" : $"often {i % 999}")];
        ReferenceProfile profile = await ReferenceProfile.FromAsync(labels.ToAsyncEnumerable(), p => p.Category("c", l => l));
        Assert.InRange(((CategoryColumn)profile["c"]).Singletons, 45_000, 55_000);
    }

    [Fact]
    public async Task Streams_are_cancelled_and_empty_ones_are_no_error_for_records()
    {
        using CancellationTokenSource source = new();
        async IAsyncEnumerable<ColumnBatch> Cancelling()
        {
            await foreach (ColumnBatch batch in Batches(1_000))
            {
                yield return batch;
                await source.CancelAsync();
            }
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await ReferenceProfile.FromAsync(Cancelling(), null, source.Token));
        await Assert.ThrowsAsync<ArgumentException>(async () => await ReferenceProfile.FromAsync(AsyncEnumerable.Empty<ColumnBatch>()));
        ReferenceProfile none = await ReferenceProfile.FromAsync(AsyncEnumerable.Empty<double>(), p => p.Numeric("x", v => v));
        Assert.Equal((0L, 0L), (none.Rows, none["x"].Count));
        Assert.Throws<ArgumentOutOfRangeException>(() => ReferenceProfile.From(new double[1], p => p.Numeric("x", v => v).Resolution(100)));
        Assert.Throws<ArgumentOutOfRangeException>(() => ReferenceProfile.From(new double[1], p => p.Numeric("x", v => v).SketchSize(7)));
        Assert.Throws<ArgumentException>(() => ReferenceProfile.From(new double[1], p => p.Numeric("x", v => v).Unit("y", "m")));
    }

    [Fact]
    public async Task Hostile_streams_stay_below_16_kilobytes_a_column()
    {
        RandomStream random = new(9);
        Func<int, double>[] laws =
        [
            _ => random.NextGaussian() * 1e300, _ => 1e12 + random.NextGaussian() * 1e-3, i => i % 7 == 0 ? 0 : random.NextGaussian(),
            _ => Math.Exp(50 * random.NextGaussian()), i => BitConverter.UInt64BitsToDouble((ulong)(i + 1)), i => i % 3 == 0 ? double.NaN : -1 / (i + 1.0),
        ];
        foreach (Func<int, double> law in laws)
        {
            ReferenceProfile profile = await ReferenceProfile.FromAsync(
                Enumerable.Range(0, 80_000).Select(law).ToAsyncEnumerable(), p => p.Numeric(new string('n', 1000), v => v).Unit(new string('n', 1000), new string('u', 64)));
            Assert.InRange(profile.ToBytes().Length, 40, 16_384 + 60);
            Assert.Equal(profile.ToBytes(), ReferenceProfile.Parse(profile.ToBytes()).ToBytes());
        }

        ReferenceProfile labels = await ReferenceProfile.FromAsync(
            Enumerable.Range(0, 70_000).Select(i => $"{i % 9999}-{new string('ж', 60)}").ToAsyncEnumerable(), p => p.Category(new string('n', 1000), v => v));
        Assert.InRange(labels.ToBytes().Length, 40, 16_384 + 60);
    }

    private static async IAsyncEnumerable<ColumnBatch> Batches(int size, int from = 0, int to = Rows)
    {
        for (; from < to; from += size)
        {
            int end = Math.Min(to, from + size);
            await Task.Yield();
            yield return new ColumnBatch(
            [
                BatchColumn.Of<double>("x", Values.AsMemory(from, end - from)), BatchColumn.Of<double>("few", Few.AsMemory(from, end - from)), BatchColumn.Of<string>("many", Many.AsMemory(from, end - from)),
            ]);
        }
    }
}
