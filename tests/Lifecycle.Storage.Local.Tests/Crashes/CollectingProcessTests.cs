using System.Globalization;
using System.Security.Cryptography;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Storage.Local.Tests;

/// <summary>Many processes over one store while it is collected, and processes that are killed while they collect.</summary>
public sealed class CollectingProcessTests
{
    private const int Processes = 16;

    private static readonly bool IsFull = Environment.GetEnvironmentVariable("LIFECYCLE_DEPTH") == "full";

    /// <summary>CI does 960 operations and 5 kills; <c>LIFECYCLE_DEPTH=full</c> does 10,000 and 150.</summary>
    private static readonly int Operations = IsFull ? 10_000 : 960;

    private static readonly int Kills = IsFull ? 150 : 5;

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
        Assert.Equal(Operations, ends.Sum(e => int.Parse(e[1], CultureInfo.InvariantCulture)));
        Assert.True(ends.Sum(e => int.Parse(e[2], CultureInfo.InvariantCulture)) > Operations / 5, "hardly anything was referred to");
        await AssertWholeAsync(folder.Path);

        // With everybody gone and youth over, a last collection takes all that nobody needs.
        await Task.Delay(20);
        LocalBlobUpkeep upkeep = await UpkeepAsync(folder.Path);
        CollectionReport last = await (await upkeep.PlanCollectionAsync()).ApplyAsync();
        Assert.True(last.Removed.Count + ends.Sum(e => int.Parse(e[3], CultureInfo.InvariantCulture)) > 0, "nothing was ever removed");
        await AssertWholeAsync(folder.Path);
    }

    [Fact]
    public async Task ACollectionThatIsKilledAtAnyMoment_LosesNothing_AndTheNextWorks()
    {
        using TemporaryFolder folder = new();
        int duringCollections = 0;
        for (int kill = 0; kill < Kills; kill++)
        {
            using ChildProcess child = ChildProcess.Start(ChildRoutines.Collect, folder.Path, $"k{kill}-");
            string last = "";
            for (int line = 0; line <= 2 * (kill % 4); line++)
            {
                last = (await child.Output.ReadLineAsync())!;
            }

            Assert.Equal("collecting", last);
            await Task.Delay(TimeSpan.FromMicroseconds(RandomNumberGenerator.GetInt32(0, 20_000)));
            duringCollections += (await child.KillAsync()).Count == 0 ? 1 : 0;
            await AssertWholeAsync(folder.Path);
            await (await (await UpkeepAsync(folder.Path)).PlanCollectionAsync()).ApplyAsync();
            await AssertWholeAsync(folder.Path);
        }

        Assert.True(duringCollections > 0, "no process was killed while it collected");
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
