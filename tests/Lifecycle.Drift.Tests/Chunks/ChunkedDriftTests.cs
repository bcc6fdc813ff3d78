namespace Lifecycle.Drift.Tests;

/// <summary>Periods of a data set against its own past: how it is cut, what the limits need, what is found.</summary>
[Trait("Vectors", "any")]
public sealed class ChunkedDriftTests
{
    private static readonly double[] Past = Samples.Normal(6000, 6001);

    [Fact]
    public void Historical_limits_need_six_chunks_and_say_so()
    {
        ArgumentException few = Assert.Throws<ArgumentException>(() => ChunkedDrift.Of(Table(Past), Table(Past), Chunker.ByCount(5), ChunkThreshold.Historical()));
        Assert.Contains("at least 6 reference chunks", few.Message, StringComparison.Ordinal);
        Assert.Contains("ChunkThreshold.Iid", few.Message, StringComparison.Ordinal);
        Assert.Equal(12, ChunkedDrift.Of(Table(Past), Table(Past), Chunker.ByCount(6), ChunkThreshold.Historical())["x"].Points.Count);
    }

    [Fact]
    public void Conformal_limits_need_as_many_chunks_as_alpha_asks_for()
    {
        Assert.Equal((19, 9, 99), (ChunkThreshold.Conformal().FewestChunks, ChunkThreshold.Conformal(0.1).FewestChunks, ChunkThreshold.Conformal(0.01).FewestChunks));
        Assert.Throws<ArgumentException>(() => ChunkedDrift.OfHistory(Table(Past), Chunker.ByCount(30), 18, ChunkThreshold.Conformal()));
        ChunkedDrift found = ChunkedDrift.OfHistory(Table(Past), Chunker.ByCount(30), 19, ChunkThreshold.Conformal());
        Assert.All(found["x"].Points.Where(p => !p.IsReference), p => Assert.InRange(p.PValue, 1 / 20.0 - 1e-12, 1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_chunk_that_moved_is_found_and_the_others_are_not(int kind)
    {
        ChunkThreshold threshold = kind switch { 0 => ChunkThreshold.Iid(0.001), 1 => ChunkThreshold.Historical(0.001), _ => ChunkThreshold.Conformal(0.04) };
        double[] history = [.. Samples.Normal(12_000, 6002), .. Samples.Normal(300, 6003, shift: 0.8), .. Samples.Normal(300, 6004)];
        foreach (ChunkDistance distance in Enum.GetValues<ChunkDistance>().Where(d => d != ChunkDistance.Preset))
        {
            ChunkedDrift found = ChunkedDrift.OfHistory(Table(history), Chunker.BySize(300), 40, threshold, distance);
            ChunkPoint[] points = [.. found["x"].Points.Where(p => !p.IsReference)];
            Assert.Equal([DriftVerdict.Drift, DriftVerdict.Stable], points.Select(p => p.Verdict));
            Assert.True(points[0].Score > points[0].Limit && points[1].Score <= points[1].Limit, $"{threshold} {distance}");
            Assert.True(found.HasDrift);
        }
    }

    /// <summary>A level per chunk makes chunks vary by more than chance: the default accuses nearly all, the history of chunks does not.</summary>
    [Fact]
    public void Overdispersion_suggests_the_history_of_chunks()
    {
        double[] levels = Samples.Normal(40, 6005);
        double[] history = [.. Enumerable.Range(0, 40).SelectMany(c => Samples.Normal(400, 6006, (ulong)c, 0.4 * levels[c]))];
        ChunkedColumn plain = ChunkedDrift.OfHistory(Table(history), Chunker.BySize(400), 20)["x"], careful = ChunkedDrift.OfHistory(
            Table(history), Chunker.BySize(400), 20, ChunkThreshold.Historical())["x"];
        Assert.True(plain.SuggestsHistorical && plain.Overdispersion > 2);
        Assert.InRange(plain.Points.Count(p => p is { IsReference: false, Verdict: DriftVerdict.Drift }), 12, 20);
        Assert.InRange(careful.Points.Count(p => p is { IsReference: false, Verdict: DriftVerdict.Drift }), 0, 4);
        ChunkedColumn even = ChunkedDrift.OfHistory(Table(Past), Chunker.ByCount(20), 12)["x"];
        Assert.False(even.SuggestsHistorical);
    }

    [Fact]
    public void Tables_are_cut_by_count_by_size_and_by_calendar()
    {
        ColumnBatch ten = Table(Past[..10]);
        Assert.Equal([4, 3, 3], Chunker.ByCount(3).Split(ten).Select(c => c.Chunk.Rows).OrderDescending());
        Assert.Equal([4, 4, 2], Chunker.BySize(4).Split(ten).Select(c => c.Chunk.Rows));
        Assert.Equal([3, 3, 4], Chunker.BySize(3).Split(ten).Select(c => c.Chunk.Rows));
        DateTime[] times =
        [
            new(2024, 12, 29, 23, 30, 0, DateTimeKind.Utc), new(2024, 12, 30, 0, 0, 0, DateTimeKind.Utc), new(2024, 12, 31, 23, 30, 0, DateTimeKind.Utc),
            new(2025, 1, 1, 12, 0, 0, DateTimeKind.Utc), new(2025, 2, 3, 0, 0, 0, DateTimeKind.Utc),
        ];
        ColumnBatch dated = new([BatchColumn.Of<DateTime>("at", times), BatchColumn.Of<double>("x", Past.AsMemory(0, 5))]);
        string[] Names(ChunkPeriod period, TimeZoneInfo zone) => [.. Chunker.ByPeriod("at", period, zone).Split(dated).Select(c => $"{c.Chunk.Name}:{c.Chunk.Rows}")];
        TimeZoneInfo plusOne = TimeZoneInfo.CreateCustomTimeZone("one hour east", TimeSpan.FromHours(1), "one hour east", "one hour east");
        Assert.Equal(["2024-12:3", "2025-01:1", "2025-02:1"], Names(ChunkPeriod.Month, TimeZoneInfo.Utc));
        Assert.Equal(["2024-12:2", "2025-01:2", "2025-02:1"], Names(ChunkPeriod.Month, plusOne));
        Assert.Equal(["2024-W52:1", "2025-W01:3", "2025-W06:1"], Names(ChunkPeriod.Week, TimeZoneInfo.Utc));
        Assert.Equal(["2025-W01:4", "2025-W06:1"], Names(ChunkPeriod.Week, plusOne));
        Assert.Equal(5, Names(ChunkPeriod.Day, TimeZoneInfo.Utc).Length);
        Assert.Throws<ArgumentException>(() => Chunker.ByPeriod("x", ChunkPeriod.Day, TimeZoneInfo.Utc).Split(dated));
    }

    /// <summary>Mondays are others than Sundays, and no drift: only a limit by season sees that.</summary>
    [Fact]
    public void A_season_compares_like_with_like()
    {
        const int days = 84, rows = 60;
        double[] values = [.. Enumerable.Range(0, days).SelectMany(d => Samples.Normal(rows, 6007, (ulong)d, d % 7 == 6 ? 1.5 : 0))];
        DateOnly[] dates = [.. Enumerable.Range(0, days * rows).Select(i => new DateOnly(2024, 1, 1).AddDays(i / rows))];
        ColumnBatch history = new([BatchColumn.Of<DateOnly>("on", dates), BatchColumn.Of<double>("x", values)]);
        Chunker daily = Chunker.ByPeriod("on", ChunkPeriod.Day, TimeZoneInfo.Utc);
        int Alarms(ChunkThreshold threshold) => ChunkedDrift.OfHistory(history, daily, 56, threshold)["x"].Points.Count(p => p is { IsReference: false, Verdict: DriftVerdict.Drift });
        Assert.True(Alarms(ChunkThreshold.Iid(0.001)) >= 4);
        Assert.InRange(Alarms(ChunkThreshold.BySeason(TimeSpan.FromDays(7), 0.001)), 0, 1);
        Assert.Throws<ArgumentException>(() => ChunkedDrift.OfHistory(history, daily, 35, ChunkThreshold.BySeason(TimeSpan.FromDays(7))));
    }

    private static ColumnBatch Table(double[] values) => new([BatchColumn.Of<double>("x", values)]);
}
