using System.Globalization;
using System.Text;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Serving.Tests;

/// <summary>SIGKILL in the middle of 100,000 logged calls.</summary>
public sealed class LogKillTests
{
    private const int Calls = 100_000;
    private const int TellEvery = 1_000;
    private const int RingRecords = 8_192;
    private const int MostWaiting = RingRecords / 2;

    private static readonly int Rounds = Environment.GetEnvironmentVariable("LIFECYCLE_DEPTH") == "full" ? 25 : 1;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Logs, tells what was taken in, and then waits for its end.</summary>
    public static async Task<int> LogUntilKilledAsync(string root)
    {
        await using LogWorkspace world = LogWorkspace.At(root, TimeProvider.System);
        InferenceLogOptions options = new() { SealBytes = 4 << 20, RingRecords = RingRecords };
        LogRing ring = await world.Log.OpenAsync(LogWorkspace.Model, 1, options, CancellationToken.None);
        using Stream output = Console.OpenStandardOutput();
        using TensorSet inputs = TensorSet.Of(("x", TensorValue.From(new float[10], [1, 10])), ("i", TensorValue.From([0], [1])));
        for (int i = 1; i <= Calls; i++)
        {
            // a model takes longer than its log: without a pause this would be a test of dropping
            while (ring.Waiting >= MostWaiting)
            {
                Thread.Sleep(1);
            }

            inputs["i"].Span<int>()[0] = i;
            ring.Record(world.Stamp(), inputs, inputs, 1);
            if (i % TellEvery == 0)
            {
                output.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{i} {ring.DroppedFull + ring.DroppedFailed}\n")));
            }
        }

        await Task.Delay(Timeout.Infinite);
        return 0;
    }

    [Fact]
    public async Task Log_KilledAmid100000Calls_AllLinesReadable_LossAtMostWhatMayWait_SealedAtTheNextStart()
    {
        Random random = new(7);
        for (int round = 0; round < Rounds; round++)
        {
            using TemporaryFolder folder = new();
            (int taken, int dropped) = await KillOneAsync(folder["lifecycle"], random.Next(10, (Calls / TellEvery) - 20));
            await using LogWorkspace world = LogWorkspace.At(folder["lifecycle"], TimeProvider.System);

            // what is there before anything is sealed again
            List<InferenceRecord> left = await world.ReadAsync();
            await world.OpenAsync(model: "another");
            await world.Log.Rescued.WaitAsync(TimeSpan.FromMinutes(2), Token);
            Assert.Empty(world.Spools());
            Assert.False(Directory.Exists(Path.Combine(world.Journal, "torn")));
            List<InferenceRecord> read = await world.ReadAsync();
            Assert.Equal(left.Select(r => r.RequestId), read.Select(r => r.RequestId));
            Assert.Equal(read.Count, read.Select(r => r.RequestId).Distinct().Count());
            Assert.Equal(read.Count, (await world.SegmentsAsync()).Sum(s => s.Rows));

            // one producer: what is there is the beginning, without a gap
            Assert.Equal(0, dropped);
            Assert.Equal(Enumerable.Range(1, read.Count), read.Select(r => r.Inputs["i"].Span<int>()[0]).Order());

            // lost is what waited in the ring and the batch that the writer held
            Assert.InRange(read.Count, taken - MostWaiting - LogRing.WakeAt, Calls);
            left.ForEach(r => r.Dispose());
            read.ForEach(r => r.Dispose());
        }
    }

    private static async Task<(int Taken, int Dropped)> KillOneAsync(string root, int lines)
    {
        using ChildProcess child = ChildProcess.Start(ChildRoutines.LogInferences, root);
        string last = string.Empty;
        for (int i = 0; i < lines; i++)
        {
            last = await child.Output.ReadLineAsync(Token) ?? throw new InvalidOperationException("The child ended before its time.");
        }

        last = (await child.KillAsync()).LastOrDefault(last);
        string[] words = last.Split(' ');
        return (int.Parse(words[0], CultureInfo.InvariantCulture), int.Parse(words[1], CultureInfo.InvariantCulture));
    }
}
