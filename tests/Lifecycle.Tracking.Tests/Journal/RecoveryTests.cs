namespace Lifecycle.Tracking.Tests;

public sealed class RecoveryTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TornTail_CutAtEveryByteOfTheLastRecord_HidesNothingElse()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        List<(string Run, bool IsWhole)> runs = [];
        int length = 40;
        for (int cut = 0; cut <= length; cut++)
        {
            (string run, string file, byte[] bytes, List<long> offsets) = Make(workspace);
            length = (int)(offsets[^1] - offsets[^2]);
            File.WriteAllBytes(file, cut % 2 == 0 ? bytes[..(int)(offsets[^2] + cut)] : Zeroed(bytes, (int)(offsets[^2] + cut)));
            runs.Add((run, cut >= 8 + JournalRecords.MetricSize));
        }

        Assert.Equal(runs.Count, await workspace.Experiments.RecoverAsync(Token) + KilledAtOpen(workspace));
        foreach ((string run, bool isWhole) in runs)
        {
            await AssertAsync(workspace, run, isWhole ? [0.5, 0.75] : [0.5]);
        }

        Assert.Empty(JournalFiles.Runs(workspace.Journals));
    }

    [Fact]
    public async Task FlippedBits_AreFound_AndTheFileIsKept()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        List<string> runs = [];
        for (int bit = 0; bit < (8 + JournalRecords.MetricSize) * 8; bit++)
        {
            (string run, string file, byte[] bytes, List<long> offsets) = Make(workspace);
            bytes[offsets[^2] + (bit / 8)] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(file, bytes);
            runs.Add(run);
        }

        await workspace.Experiments.RecoverAsync(Token);
        foreach (string run in runs)
        {
            await AssertAsync(workspace, run, [0.5]);
            Assert.True(File.Exists(Path.Combine(workspace.Journals, "torn", run + ".wal")));
        }
    }

    [Fact]
    public async Task TemporaryFilesOfTheDead_GoAfterADay()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        await workspace.Experiments.ListAsync(cancellationToken: Token);
        string[] files = [AtomicFile.TemporaryName(workspace.Journals), AtomicFile.TemporaryName(workspace.Journals)];
        Array.ForEach(files, f => File.WriteAllText(f, "x"));
        File.SetLastWriteTimeUtc(files[0], TimeProvider.System.GetUtcNow().UtcDateTime - TimeSpan.FromHours(25));
        await workspace.Experiments.RecoverAsync(Token);
        Assert.Equal([false, true], files.Select(File.Exists));
    }

    [Fact]
    public async Task ForeignFiles_AreLeftAlone_AndEverythingElseOpens()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        (string good, string goodFile, byte[] bytes, _) = Make(workspace);
        File.WriteAllBytes(goodFile, bytes);
        byte[] future = (byte[])bytes.Clone();
        future[4] = 2;
        (string Name, byte[] Content)[] files =
        [
            (new string('1', 32) + ".wal", future), (new string('2', 32) + ".wal", new byte[9000]), (new string('3', 32) + ".wal", []),
            (new string('4', 32) + ".wal", bytes), (new string('5', 32) + "-x.wal", bytes), ("notes.txt", [1, 2, 3]), (new string('6', 32) + ".wal", [.. bytes.Reverse()]),
        ];
        foreach ((string name, byte[] content) in files)
        {
            File.WriteAllBytes(Path.Combine(workspace.Journals, name), content);
        }

        await AssertAsync(workspace, good, [0.5, 0.75]);
        foreach ((string name, byte[] content) in files)
        {
            Assert.Equal(content, File.ReadAllBytes(Path.Combine(workspace.Journals, name)));
        }
    }

    [Fact]
    public async Task JournalWithoutItsStart_IsSetAside()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        Guid run = LifecycleId.New(TimeProvider.System);
        JournalWriting.Write(Path.Combine(workspace.Journals, $"{run:N}.wal"), run, JournalWriting.Records(run).Skip(1));
        Assert.Null(await workspace.Experiments.GetRunAsync(run.ToString("N"), Token));
        Assert.True(File.Exists(Path.Combine(workspace.Journals, "torn", $"{run:N}.wal")));
    }

    [Fact]
    public async Task Replay_OfTheSameJournal_ChangesNothing()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        Guid run = LifecycleId.New(TimeProvider.System);
        string file = Path.Combine(workspace.Journals, $"{run:N}.wal");
        (byte[] bytes, _) = JournalWriting.Write(file, run, JournalWriting.Records(run));
        RunRecord before = (await workspace.Experiments.GetRunAsync(run.ToString("N"), Token))!;
        Assert.Equal(RunStatus.Finished, before.Status);
        AuditHead head = await workspace.Store.Audit.HeadAsync(Token);
        File.WriteAllBytes(file, bytes);
        Assert.Equal(0, await workspace.Experiments.RecoverAsync(Token));
        Assert.Equal(head, await workspace.Store.Audit.HeadAsync(Token));
        Assert.Equal(before.EndedAt, (await workspace.Experiments.GetRunAsync(run.ToString("N"), Token))!.EndedAt);
        Assert.Empty(JournalFiles.Runs(workspace.Journals));
    }

    [Fact]
    public async Task LivingRuns_AreLeftAlone_AndHandDeletedOnesEnd()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        await using Run living = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
        Guid dead = LifecycleId.New(TimeProvider.System);
        string file = Path.Combine(workspace.Journals, $"{dead:N}.wal");
        JournalWriting.Write(file, dead, JournalWriting.Records(dead).Take(3));
        await using (TrackingWorkspace other = TrackingWorkspace.At(workspace.Store.Root))
        {
            RunRecord ended = (await other.Experiments.GetRunAsync(dead.ToString("N"), Token))!;
            Assert.Equal(RunStatus.Killed, ended.Status);
            Assert.Equal(JournalWriting.StartMs + 1000, ended.EndedAt!.Value.ToUnixTimeMilliseconds());
            Assert.Equal(RunStatus.Running, (await other.Experiments.GetRunAsync(living.Id, Token))!.Status);
        }

        living.LogMetric("m", 1);
        Assert.Equal(1, (await workspace.Experiments.GetRunAsync(living.Id, Token))!.Metrics["m"].Value);
        File.Delete(Path.Combine(workspace.Journals, living.Id + ".lock"));
        Assert.Equal(1, await workspace.Experiments.RecoverAsync(Token));
        Assert.Equal(RunStatus.Killed, (await workspace.Experiments.GetRunAsync(living.Id, Token))!.Status);
    }

    [Theory]
    [InlineData(false, "process-died")]
    [InlineData(true, "SIGTERM")]
    public async Task PointsOfDaysToCome_SayNothingAboutTheEnd(bool isSignalled, string reason)
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        Guid run = LifecycleId.New(TimeProvider.System);
        IReadOnlyList<byte[]> records = JournalWriting.Records(run);
        byte[] forecast = new byte[JournalRecords.MetricSize];
        JournalRecords.WriteMetric(forecast, 0, 1, TimeProvider.System.GetUtcNow().AddYears(70).ToUnixTimeMilliseconds(), 0.9);
        List<byte[]> written = [records[0], records[1], records[2], forecast];
        if (isSignalled)
        {
            written.Add(JournalRecords.Signal(JournalWriting.StartMs + 1500, "SIGTERM"));
        }

        JournalWriting.Write(Path.Combine(workspace.Journals, $"{run:N}.wal"), run, written);
        RunRecord record = (await workspace.Experiments.GetRunAsync(run.ToString("N"), Token))!;
        Assert.Equal((RunStatus.Killed, reason), (record.Status, record.Tags["lifecycle.end_reason"]));
        Assert.Equal(JournalWriting.StartMs + 1000, record.EndedAt!.Value.ToUnixTimeMilliseconds());
        Assert.Equal(0.9, record.Metrics["auc"].Value);
    }

    private static int KilledAtOpen(TrackingWorkspace workspace) =>
        workspace.Store.Audit.ReadAsync(1, Token).ToBlockingEnumerable(Token).Count(e => e.Action == "run.ended");

    private static (string Run, string File, byte[] Bytes, List<long> Offsets) Make(TrackingWorkspace workspace)
    {
        Guid run = LifecycleId.New(TimeProvider.System);
        string file = Path.Combine(workspace.Journals, $"{run:N}.wal");
        IReadOnlyList<byte[]> records = JournalWriting.Records(run);
        byte[] first = new byte[JournalRecords.MetricSize];
        byte[] last = new byte[JournalRecords.MetricSize];
        JournalRecords.WriteMetric(first, 0, 1, JournalWriting.StartMs, 0.5);
        JournalRecords.WriteMetric(last, 0, 2, JournalWriting.StartMs, 0.75);
        (byte[] bytes, List<long> offsets) = JournalWriting.Write(file, run, [records[0], records[1], first, last]);
        File.Delete(file);

        // each journal has a writer of its own, or the positions of one would hide the records of another
        LifecycleId.New(TimeProvider.System).TryWriteBytes(bytes.AsSpan(24), bigEndian: true, out _);
        BitConverter.TryWriteBytes(bytes.AsSpan(56), JournalFormat.Checksum(bytes.AsSpan(0, 56)));
        return (run.ToString("N"), file, bytes, offsets);
    }

    private static byte[] Zeroed(byte[] bytes, int from)
    {
        byte[] zeroed = (byte[])bytes.Clone();
        Array.Clear(zeroed, from, zeroed.Length - from);
        return zeroed;
    }

    private static async Task AssertAsync(TrackingWorkspace workspace, string run, double[] values)
    {
        RunRecord record = (await workspace.Experiments.GetRunAsync(run, Token))!;
        Assert.Equal(RunStatus.Killed, record.Status);
        Assert.Equal("process-died", record.Tags["lifecycle.end_reason"]);
        Assert.Equal(values, (await workspace.Experiments.MetricHistoryAsync(run, "auc", Token).ToListAsync(Token)).Select(p => p.Value));
    }
}
