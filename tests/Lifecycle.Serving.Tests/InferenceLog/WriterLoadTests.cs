namespace Lifecycle.Serving.Tests;

/// <summary>The writer under callers who never pause, and under one who stands still.</summary>
public sealed class WriterLoadTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Writer_CallersNeverPause_TellsWhatIsWrittenAndWhatIsDropped_AndReads()
    {
        const string Model = "busy";
        await using LogWorkspace world = LogWorkspace.New();
        LogRing ring = await world.OpenAsync(l => l.RingRecords = 1_024, model: Model);
        using DroppedRecords dropped = new(Model);
        using CancellationTokenSource enough = new();
        InferenceStamp stamp = world.Stamp(model: Model);
        Task[] callers = [.. Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
            () =>
            {
                using TensorSet inputs = TensorSet.Of(("x", TensorValue.From(new float[10], [1, 10])));
                while (!enough.IsCancellationRequested)
                {
                    ring.Record(stamp, inputs, null, 1);
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        try
        {
            await Eventually.Holds(() => ring.DroppedFull > 0, "more comes than is written");
            Guid mine = world.Record(ring, 1, model: Model);
            await world.Log.WrittenAsync(Model).AsTask().WaitAsync(TimeSpan.FromMinutes(1), Token);
            Assert.True(ring.DroppedFull < 2 || dropped.Of("ring_full") > 0, "what is dropped is told while it is dropped");
            InferenceRecord? first = await world.Log.ReadAsync(Model, LogWorkspace.Never, LogWorkspace.Ever, Token).FirstOrDefaultAsync(Token).AsTask()
                .WaitAsync(TimeSpan.FromMinutes(1), Token);
            Assert.NotNull(first);
            Assert.NotEqual(Guid.Empty, mine);
        }
        finally
        {
            await enough.CancelAsync();
            await Task.WhenAll(callers);
        }

        await world.Log.StopAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(0, dropped.Of("write_failed"));
    }

    [Fact]
    public async Task Written_ACallerStillCopies_WaitsForWhatStandsBehindIt()
    {
        await using LogWorkspace world = LogWorkspace.New();
        LogRing ring = await world.OpenAsync();
        using IDisposable slow = new SlowText();
        SlowText text = (SlowText)slow;
        Task copying = text.RecordAsync(ring, world.Stamp());
        await text.Reached.WaitAsync(TimeSpan.FromMinutes(1), Token);
        world.Record(ring, 2);
        Task written = world.Log.WrittenAsync(LogWorkspace.Model).AsTask();
        await Task.WhenAny(written, Task.Delay(200, Token));
        Assert.False(written.IsCompleted, "nothing is written yet");
        text.Open();
        await copying;
        await written.WaitAsync(TimeSpan.FromMinutes(1), Token);
        Assert.Equal(2, world.Lines().Length);
    }

    [Fact]
    public async Task Stop_ACallerStillCopies_WhatStandsBehindItIsCounted()
    {
        const string Model = "stuck";
        await using LogWorkspace world = LogWorkspace.New();
        LogRing ring = await world.OpenAsync(model: Model);
        using DroppedRecords dropped = new(Model);
        using IDisposable slow = new SlowText();
        SlowText text = (SlowText)slow;
        world.Record(ring, 1, model: Model);
        Task copying = text.RecordAsync(ring, world.Stamp(model: Model));
        await text.Reached.WaitAsync(TimeSpan.FromMinutes(1), Token);
        world.Record(ring, 2, model: Model);
        world.Record(ring, 3, model: Model);
        await world.Log.StopAsync(TimeSpan.FromMinutes(1));
        text.Open();
        await copying;
        Assert.Equal(3, dropped.Of("write_failed"));
        Assert.Equal(1, Assert.Single(await world.SegmentsAsync()).Rows);
    }
}
