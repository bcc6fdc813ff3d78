using Lifecycle.Storage.Specification;

namespace Lifecycle.Tracking.Tests;

public sealed class JournalWriteTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(JournalWrite.Auto)]
    [InlineData(JournalWrite.Mapped)]
    [InlineData(JournalWrite.Call)]
    public async Task EveryWayOfWriting_KeepsEverything(JournalWrite write)
    {
        using TemporaryFolder folder = new();
        TrackingOptions options = new() { Journal = { FirstSegmentBytes = 16 * 1024, Write = write, DrainInterval = TimeSpan.FromMilliseconds(1) } };
        string id;
        await using (TrackingWorkspace workspace = TrackingWorkspace.At(folder["lifecycle"], options: options))
        {
            Run run = await workspace.Experiments.StartRunAsync("e", r => r.Strict(), Token);
            id = run.Id;
            Parallel.For(0, 4, thread =>
            {
                for (int step = 0; step < 5000; step++)
                {
                    run.LogMetric("m" + thread, step, step);
                }
            });
            run.LogParam("p", new string('v', 5000));
            run.SetTag("t", "w");
        }

        await using TrackingWorkspace again = TrackingWorkspace.At(folder["lifecycle"], options: options);
        RunRecord record = (await again.Experiments.GetRunAsync(id, Token))!;
        Assert.Equal((RunStatus.Killed, "closed", 5000, "w"), (record.Status, record.Tags["lifecycle.end_reason"], record.Params["p"].Length, record.Tags["t"]));
        for (int thread = 0; thread < 4; thread++)
        {
            List<MetricPoint> points = await again.Experiments.MetricHistoryAsync(id, "m" + thread, Token).ToListAsync(Token);
            Assert.Equal(Enumerable.Range(0, 5000).Select(i => (long)i), points.Select(p => p.Step).Order());
        }

        Assert.Empty(JournalFiles.Runs(again.Journals));
    }

    [Fact]
    public void WaysOfWriting_GiveTheSameBytes()
    {
        using TemporaryFolder folder = new();
        Guid run = LifecycleId.New(TimeProvider.System);
        JournalHeader header = new(run, JournalWriting.Writer, JournalWriting.StartMs, 42, 1);
        byte[][] files = [.. ((bool[])[true, false]).Select(mapped =>
        {
            string file = folder[$"{mapped}.wal"];
            using (JournalSegment segment = JournalSegment.Create(file, header, 16 * 1024, mapped))
            {
                foreach (byte[] record in JournalWriting.Records(run))
                {
                    Assert.True(segment.TryAppend(record));
                }

                segment.Flush();
                JournalBatch batch = new(run.ToString("N"), JournalWriting.Writer, 1, JournalFormat.HeaderSize, []);
                batch.Take(segment.Read(JournalFormat.HeaderSize, out long from), from: from);
                Assert.Equal((8, JournalStop.Written, segment.Position), (batch.Records, batch.Stop, batch.Offset));
                Assert.False(segment.TryAppend(new byte[16 * 1024]));
            }

            return File.ReadAllBytes(file);
        })];
        Assert.Equal(files[0], files[1]);
    }

    [Fact]
    public void Auto_TrustsOnlyDisksItKnows()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "asks for /proc");
        Assert.False(JournalDisk.IsMapped(JournalWrite.Auto, "/proc"));
        Assert.False(JournalDisk.IsMapped(JournalWrite.Auto, "/no/such/folder\0"));
        Assert.True(JournalDisk.IsMapped(JournalWrite.Mapped, "/proc"));
    }

    [Fact]
    public void LaterKinds_HaveTheseBytes()
    {
        Assert.Equal(
            "09010000FBFFFFFFFFFFFFFF0A00000000000000000000000000E03F6D2D310A640A78",
            Convert.ToHexString(JournalRecords.MetricOfModel(1, -5, 10, 0.5, "m-1", new DatasetReference("d", "x"))));
        Assert.Equal("0A0A000000000000005349475445524D", Convert.ToHexString(JournalRecords.Signal(10, "SIGTERM")));
        Assert.Equal(("m-1", "d", "x"), JournalRecords.ReadModel(JournalRecords.MetricOfModel(1, 0, 0, 0, "m-1", new DatasetReference("d", "x"))));
        Assert.Equal(("m-1", "", ""), JournalRecords.ReadModel(JournalRecords.MetricOfModel(1, 0, 0, 0, "m-1", null)));
    }

    [Fact]
    public async Task TakenNumbers_AreSkipped()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New(options: new TrackingOptions { Journal = { FirstSegmentBytes = 16 * 1024 } });
        await using Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
        File.WriteAllText(Path.Combine(workspace.Journals, run.Id + "-2.wal"), "taken");
        File.WriteAllText(Path.Combine(workspace.Journals, run.Id + "-3.wal.tmp"), "being made");
        for (int step = 0; step < 20_000; step++)
        {
            run.LogMetric("m", step, step);
        }

        await run.FlushAsync(Token);
        Assert.Equal(20_000, (await workspace.Experiments.MetricHistoryAsync(run.Id, "m", Token).ToListAsync(Token)).Count);
        Assert.Equal("taken", File.ReadAllText(Path.Combine(workspace.Journals, run.Id + "-2.wal")));
        File.Delete(Path.Combine(workspace.Journals, run.Id + "-2.wal"));
    }
}
