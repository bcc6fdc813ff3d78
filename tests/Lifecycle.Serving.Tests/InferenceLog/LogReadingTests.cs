using System.Diagnostics.CodeAnalysis;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Lifecycle.Serving.Tests;

public sealed class LogReadingTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [SuppressMessage("Naming", "CA1720", Justification = "what a step does")]
    public enum Step
    {
        Record,
        RecordOfAClientsId,
        RecordOfAnotherModel,
        RecordInAnotherProcess,
        Write,
        Seal,
        Restart,
        Later,
        Tell,
    }

    /// <summary>Two processes, two models, random ids, sealing at any time: against a list that is sorted.</summary>
    [Property(MaxTest = 12)]
    public Property Read_AnyHistory_EachRecordOnce_InTheOrderOfIds() => Prop.ForAll(
        Gen.ArrayOf(Gen.Elements(Enum.GetValues<Step>())).Resize(40).ToArbitrary(), steps => AgainstModel(steps).GetAwaiter().GetResult());

    [Fact]
    public async Task Read_RecordLargerThanAnyBuffer_AndManySegments()
    {
        await using LogWorkspace world = LogWorkspace.New();
        List<Guid> ids = [];
        for (int segment = 0; segment < 3; segment++)
        {
            LogRing ring = await world.OpenAsync();
            float[] large = [.. Enumerable.Range(0, 40_000).Select(i => i / 3f)];
            using TensorSet inputs = TensorSet.Of(("x", TensorValue.From<float>(large, [1, large.Length])));
            InferenceStamp stamp = world.Stamp();
            ring.Record(stamp, inputs, null, 1);
            ids.Add(stamp.RequestId);
            ids.Add(world.Record(ring, segment));
            await world.RestartAsync();
        }

        List<InferenceRecord> read = await world.ReadAsync();
        Assert.Equal(ids.Order(), read.Select(r => r.RequestId));
        Assert.Equal(3, read.Count(r => r.Inputs["x"].Count == 40_000 && r.Inputs["x"].Span<float>()[39_999] == 39_999 / 3f));
    }

    [Fact]
    public async Task Read_Spools_StayOnTheDisk_ThoseOfOtherModelsAreLeftAtTheirFirstLine()
    {
        await using LogWorkspace world = LogWorkspace.New();
        LogRing ring = await world.OpenAsync();
        float[] large = [.. Enumerable.Range(0, 40_000).Select(i => i / 3f)];
        using TensorSet inputs = TensorSet.Of(("x", TensorValue.From<float>(large, [1, large.Length])));
        List<Guid> ids = [];
        for (int i = 0; i < 30; i++)
        {
            // not in their order
            Guid id = new(97 * i % 31, 0, 7, new byte[8]);
            ids.Add(id);
            ring.Record(world.Stamp(id), inputs, null, 1);
        }

        await world.Log.WrittenAsync(LogWorkspace.Model);
        string spool = Assert.Single(world.Spools());
        string[] lines = world.Lines();
        long bytes = new FileInfo(spool).Length;
        Assert.True(bytes > 8 << 20);
        (SpoolContent? other, long few) = Read("another");
        Assert.Null(other);
        Assert.InRange(few, 0, 3 << 20);
        (SpoolContent? read, long some) = Read(LogWorkspace.Model);
        using SpoolContent content = read!;
        Assert.InRange(some, 0, bytes / 3);
        Assert.Equal((30, bytes, ids.Min(), ids.Max()), (content.Records, content.Length, content.First, content.Last));

        // also when it is sealed and removed meanwhile
        File.Delete(spool);
        using StreamReader reader = new(content.Open());
        Assert.Equal(lines.OrderBy(l => l[..60], StringComparer.Ordinal), (await reader.ReadToEndAsync(Token)).Split('\n', StringSplitOptions.RemoveEmptyEntries));

        (SpoolContent? Content, long Bytes) Read(string model)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            SpoolContent? found = SpoolContent.Read(spool, model);
            return (found, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    [Fact]
    public async Task Read_SegmentIsGone_Throws_AndNothingIsSilentlyLeftOut()
    {
        await using LogWorkspace world = LogWorkspace.New();
        world.Record(await world.OpenAsync(), 1);
        await world.RestartAsync();
        await world.Store.Blobs.DeleteAsync((await world.SegmentsAsync())[0].Digest, Token);
        await Assert.ThrowsAsync<BlobNotFoundException>(() => world.ReadAsync());
    }

    private static async Task AgainstModel(Step[] steps)
    {
        await using LogWorkspace world = LogWorkspace.New();
        await using InferenceLog other = world.Another();
        LogRing mine = await world.OpenAsync(), second = await world.OpenAsync(model: "second");
        LogRing theirs = await other.OpenAsync(LogWorkspace.Model, 1, new InferenceLogOptions(), Token);
        List<(Guid Id, DateTimeOffset At, float X)> model = [];
        Dictionary<Guid, int> told = [];
        Random random = new(steps.Length);
        foreach (Step step in steps)
        {
            float x = model.Count;
            switch (step)
            {
                case Step.Record:
                    model.Add((world.Record(mine, x), world.Time.GetUtcNow(), x));
                    break;
                case Step.RecordOfAClientsId:
                    byte[] id = new byte[16];
                    random.NextBytes(id);
                    model.Add((world.Record(mine, x, id: new Guid(id)), world.Time.GetUtcNow(), x));
                    break;
                case Step.RecordOfAnotherModel:
                    world.Record(second, x, model: "second");
                    break;
                case Step.RecordInAnotherProcess:
                    model.Add((world.Record(theirs, x), world.Time.GetUtcNow(), x));
                    break;
                case Step.Write:
                    await other.WrittenAsync(LogWorkspace.Model);
                    await world.Log.WrittenAsync(LogWorkspace.Model);
                    break;
                case Step.Seal:
                    world.Clock.Advance(TimeSpan.FromMinutes(5));
                    break;
                case Step.Restart:
                    await world.RestartAsync();
                    (mine, second) = (await world.OpenAsync(), await world.OpenAsync(model: "second"));
                    break;
                case Step.Later:
                    world.Clock.Advance(TimeSpan.FromMilliseconds(random.Next(100)));
                    break;
                case Step.Tell when model.Count > 0:
                    Guid request = model[random.Next(model.Count)].Id;
                    told[request] = told.GetValueOrDefault(request) + 1;
                    await world.Log.FeedbackAsync(LogWorkspace.Model, request, $"{told[request]}", Token);
                    break;
            }
        }

        await other.WrittenAsync(LogWorkspace.Model);
        foreach ((DateTimeOffset from, DateTimeOffset to) in new[] { (LogWorkspace.Never, LogWorkspace.Ever), (Start, Start.AddMinutes(5)), (Start.AddMilliseconds(50), Start.AddMinutes(20)) })
        {
            List<InferenceRecord> read = await world.ReadAsync(from, to);
            Assert.Equal(
                model.Where(r => r.At >= from && r.At < to).OrderBy(r => r.Id),
                read.Select(r => (r.RequestId, r.Stamp.At, r.Inputs["x"].Span<float>()[0])));
            Assert.All(read, r => Assert.Equal(told.GetValueOrDefault(r.RequestId), r.Feedback?.Sequence ?? 0));
            read.ForEach(r => r.Dispose());
        }

        Assert.Equal(new FeedbackCount(told.Count, 0), await world.Log.CountFeedbackAsync(LogWorkspace.Model, LogWorkspace.Never, LogWorkspace.Ever, Token));
    }
}
