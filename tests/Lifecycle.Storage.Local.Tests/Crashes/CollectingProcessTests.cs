using System.Diagnostics;
using System.Globalization;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Storage.Local.Tests;

/// <summary>Many processes over one store while it is collected, and processes that are killed while they collect.</summary>
public sealed class CollectingProcessTests
{
    private const int Processes = 16;

    private static readonly bool IsFull = Environment.GetEnvironmentVariable("LIFECYCLE_DEPTH") == "full";

    /// <summary>CI does 960 operations and 5 kills; <c>LIFECYCLE_DEPTH=full</c> does 10,000 and 160.</summary>
    private static readonly int Operations = IsFull ? 10_000 : 960;

    private static readonly int Kills = IsFull ? 160 : 5;

    [Fact]
    public async Task SixteenWriters_TenThousandOperations_NoError()
    {
        using TemporaryFolder folder = new();
        ChildProcess[] children = [.. Enumerable.Range(0, Processes).Select(i => ChildProcess.Start(
            ChildRoutines.Tend, folder.Path, $"p{i:00}-", (Operations / Processes).ToString(CultureInfo.InvariantCulture)))];
        List<string[]> ends = [];
        try
        {
            await Task.WhenAll(children.Select(c => c.ExpectAsync("ready")));
            await Task.WhenAll(children.Select(c => c.SendAsync("go")));
            foreach (ChildProcess child in children)
            {
                ends.Add((await child.Output.ReadLineAsync() ?? "ended without a word").Split(' '));
                await child.EndAsync();
            }
        }
        finally
        {
            Array.ForEach(children, c => c.Dispose());
        }

        Assert.All(ends, e => Assert.Equal("done", e[0]));
        Assert.Equal(Operations, Sum(1));
        Assert.True(Sum(2) > Operations / 5, "hardly anything was referred to");
        Assert.True(Sum(5) > 0, $"no collection ran to its end, {Sum(6)} were refused");
        Assert.True(!IsFull || Sum(3) > 0, "nothing was removed while others wrote");
        await AssertWholeAsync(folder.Path);

        // With everybody gone and youth over, a last collection takes all that nobody needs.
        await Task.Delay(20);
        LocalBlobUpkeep upkeep = await UpkeepAsync(folder.Path);
        CollectionReport last = await (await upkeep.PlanCollectionAsync()).ApplyAsync();
        Assert.True(last.Removed.Count + Sum(3) > 0, "nothing was ever removed");
        await AssertWholeAsync(folder.Path);

        int Sum(int word) => ends.Sum(e => int.Parse(e[word], CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task ACollectionThatIsKilledAtAnyMoment_LosesNothing_AndTheNextWorks()
    {
        using TemporaryFolder folder = new();
        Random random = new(63);
        int duringCollections = 0;
        TimeSpan shortest = TimeSpan.FromMilliseconds(20);
        for (int kill = 0; kill < Kills; kill++)
        {
            using ChildProcess child = ChildProcess.Start(ChildRoutines.Collect, folder.Path, $"k{kill}-");
            long begun = 0;
            for (int line = 0; line <= 2 * (1 + (kill % 3)); line++)
            {
                string? last = await child.Output.ReadLineAsync();
                Assert.Equal(line % 2 == 0 ? "collecting" : "collected", last);
                if (line % 2 == 0)
                {
                    begun = Stopwatch.GetTimestamp();
                }
                else
                {
                    // a moment is drawn from as long as a collection takes here
                    TimeSpan took = Stopwatch.GetElapsedTime(begun);
                    shortest = line == 1 || took < shortest ? took : shortest;
                }
            }

            await Task.Delay(shortest * (0.8 * random.NextDouble()));
            duringCollections += (await child.KillAsync()).Count == 0 ? 1 : 0;
            await AssertWholeAsync(folder.Path);
            await (await (await UpkeepAsync(folder.Path)).PlanCollectionAsync()).ApplyAsync();
            await AssertWholeAsync(folder.Path);
        }

        Assert.True(duringCollections >= Kills / 4, $"only {duringCollections} of {Kills} processes were killed while they collected");
    }

    private static async Task<LocalBlobUpkeep> UpkeepAsync(string root)
    {
        LocalStorageOptions options = ChildRoutines.Hasty(TimeSpan.FromMilliseconds(1));
        LocalBlobUpkeep upkeep = new(new LocalBlobStore(Path.Combine(root, "objects"), options), options);
        await upkeep.RegisterAsync(new NeedsFolder(Path.Combine(root, "needs")));
        return upkeep;
    }

    private static async Task AssertWholeAsync(string root)
    {
        VerificationReport report = await (await UpkeepAsync(root)).VerifyAsync();
        Assert.Empty(report.Damaged.Select(d => d.Problem));
        Assert.Empty(report.Missing);
        LocalBlobStore store = new(Path.Combine(root, "objects"));
        await foreach (Digest digest in new NeedsFolder(Path.Combine(root, "needs")).ReferencesAsync())
        {
            await using Stream stream = await store.OpenAsync(digest);
            Assert.Equal(digest, await Digest.OfAsync(stream));
        }
    }
}
