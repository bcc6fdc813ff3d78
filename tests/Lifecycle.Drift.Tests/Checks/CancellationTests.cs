using Lifecycle.Statistics;
using Xunit;

namespace Lifecycle.Drift.Tests;

/// <summary>Long work looks at its token within one column, and ends at the first look after it was cancelled. Looks are counted, not timed.</summary>
public sealed class CancellationTests
{
    private const int Blocks = 4;
    private const int Rows = Blocks * Interruption.Block;

    /// <summary>The door and how many passes over the rows, or draws, it surely makes.</summary>
    public static TheoryData<string, int> Doors => new()
    {
        { "profile", 12 * Blocks },
        { "profile of records", 12 * Blocks },
        { "check", Blocks },
        { "check of rows that were kept", 12 * Blocks },
        { "labels", 2 * Blocks },
        { "chunks", 14 * Blocks },
        { "chunks in order", 20 * Blocks },
        { "chunks as NannyML has them", 14 * Blocks },
        { "energy as Evidently has it", 20 * Blocks },
        { "random tables", 9_999 },
        { "bridges", 4_999 },
    };

    [Theory]
    [MemberData(nameof(Doors))]
    public void Work_ends_at_the_first_look_after_it_was_cancelled(string door, int least)
    {
        Action<CancellationToken> work = Work(door);
        int looks = 0;
        using (Interruption.Within(() => looks++))
        {
            work(CancellationToken.None);
        }

        Assert.InRange(looks, least, int.MaxValue);
        foreach (int last in new[] { 1, least / 3, least - 1 })
        {
            looks = 0;
            using CancellationTokenSource source = new();
            using (Interruption.Within(() =>
            {
                if (++looks == last)
                {
                    source.Cancel();
                }
            }))
            {
                Assert.Throws<OperationCanceledException>(() => work(source.Token));
            }

            Assert.Equal(last, looks);
        }
    }

    [Fact]
    public async Task A_page_or_a_profile_that_is_cancelled_leaves_no_file()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        ColumnBatch batch = new(Enumerable.Range(0, 300).Select(BatchColumn (c) => BatchColumn.Of<double>($"c{c}", Samples.Normal(50, (ulong)c + 1))));
        ReferenceProfile profile = ReferenceProfile.From(batch);
        DriftReport report = profile.Check(batch);
        await AssertLeavesNothing((path, token) => report.SaveHtmlAsync(path, token).AsTask());
        await AssertLeavesNothing((path, token) => ReferenceProfile.From(batch, null, CancellationToken.None).SaveAsync(path, token).AsTask());
        Directory.Delete(folder);

        async Task AssertLeavesNothing(Func<string, CancellationToken, Task> save)
        {
            int looks = 0;
            using CancellationTokenSource source = new();
            Task saving;
            using (Interruption.Within(() =>
            {
                if (++looks == 100)
                {
                    source.Cancel();
                }
            }))
            {
                saving = save(Path.Combine(folder, "x"), source.Token);
            }

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => saving);
            Assert.Empty(Directory.GetFiles(folder));
        }
    }

    private static Action<CancellationToken> Work(string door)
    {
        double[] then = Samples.Normal(Rows, 1), now = Samples.Normal(Rows, 2);
        ColumnBatch reference = new([BatchColumn.Of<double>("x", then)]), current = new([BatchColumn.Of<double>("x", now)]);
        switch (door)
        {
            case "profile":
                return token => ReferenceProfile.From(reference, null, token);
            case "profile of records":
                return token => ReferenceProfile.From(then, p => p.Numeric("x", v => v), token);
            case "check":
                ReferenceProfile profile = ReferenceProfile.From(reference);
                _ = profile.Digest;
                return token => profile.Check(current, cancellationToken: token);
            case "check of rows that were kept":
                return token => DriftCheck.Compare(reference, current, cancellationToken: token);
            case "labels":
                ColumnBatch labels = new([BatchColumn.Of<string>("x", now.Select(v => v > 0 ? "up" : "down").ToArray())]);
                return token => DriftCheck.Compare(labels, labels, cancellationToken: token);
            case "chunks":
                return token => ChunkedDrift.Of(reference, current, Chunker.ByCount(8), cancellationToken: token);
            case "chunks in order":
                return token => ChunkedDrift.Of(reference, current, Chunker.ByCount(8), distance: ChunkDistance.Wasserstein, cancellationToken: token);
            case "chunks as NannyML has them":
                return token => ChunkedDrift.Of(reference, current, DriftPolicy.NannyML, cancellationToken: token);
            case "energy as Evidently has it":
                return token => DriftCheck.Compare(reference, current, DriftPolicy.Evidently.NumericMethod(EvidentlyTest.EnergyDistance), cancellationToken: token);
            case "random tables":
                return token =>
                {
                    using Interruption.Scope scope = Interruption.Within(token);
                    _ = DistanceSignificance.OfBins(BinMeasure.TotalVariation, [40, 30, 20], [35, 35, 25]);
                };
            default:
                SortedSample a = new(then.AsSpan(0, 3000)), b = new(now.AsSpan(0, 3000));
                ulong seed = 0;
                return token =>
                {
                    using Interruption.Scope scope = Interruption.Within(token);
                    _ = DistanceSignificance.OfSamples(a, b, ++seed);
                };
        }
    }
}
