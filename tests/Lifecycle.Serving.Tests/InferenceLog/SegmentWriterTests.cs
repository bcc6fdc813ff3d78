using Lifecycle.Storage.Specification;

namespace Lifecycle.Serving.Tests;

public sealed class SegmentWriterTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Writer_200MsOr256Records_AreInTheSpool()
    {
        await using LogWorkspace world = LogWorkspace.New();
        LogRing ring = await world.OpenAsync();
        world.Record(ring, 1);
        Assert.Empty(world.Lines());
        world.Clock.Advance(TimeSpan.FromMilliseconds(200));
        await Eventually.Holds(() => world.Lines().Length == 1, "the record of 200 ms ago is written");
        for (int i = 0; i < LogRing.WakeAt; i++)
        {
            world.Record(ring, i);
        }

        await Eventually.Holds(() => world.Lines().Length >= LogRing.WakeAt + 1, "256 records are written without a tick");
    }

    [Fact]
    public async Task Writer_Age_SealsAndGoesOnInANewSpool()
    {
        await using LogWorkspace world = LogWorkspace.New();
        LogRing ring = await world.OpenAsync();
        Guid first = world.Record(ring, 1), second = world.Record(ring, 2);
        await world.Log.WrittenAsync(LogWorkspace.Model);
        Assert.Empty(await world.SegmentsAsync());
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        await Eventually.Holds(() => world.Spools().Length == 0, "the spool is sealed");
        (string _, string model, string from, string to, long rows, Digest digest) = Assert.Single(await world.SegmentsAsync());
        Guid[] ids = [.. new[] { first, second }.Order()];
        Assert.Equal((LogWorkspace.Model, ids[0].ToString("N"), ids[1].ToString("N"), 2L), (model, from, to, rows));
        await Eventually.Holds(() => !Directory.EnumerateFiles(world.Journal, "inference-*.lock").Any(), "its lock goes after it");
        await using (Stream blob = await world.Store.Blobs.OpenAsync(digest, null, Token))
        {
            using StreamReader reader = new(blob);
            Assert.Equal(ids, (await reader.ReadToEndAsync(Token)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => Guid.ParseExact(l.Substring(13, 32), "N")));
        }

        world.Record(ring, 3);
        Assert.Equal([1f, 2, 3], (await world.ReadAsync()).Select(r => r.Inputs["x"].Span<float>()[0]).Order());
        Assert.Equal(["serving"], await world.Store.Objects.SourcesAsync(Token));
        ServingBlobReferences references = new(world.Store.Database);
        Assert.Equal([digest], await references.ReferencesAsync(Token).ToListAsync(Token));
        Assert.Equal("inference log segment", (await references.HoldersAsync(new HashSet<Digest> { digest }, Token).ToListAsync(Token))[0].Kind);
    }

    [Fact]
    public async Task Writer_Size_Seals_AndEveryRecordComesOnce()
    {
        await using LogWorkspace world = LogWorkspace.New();
        LogRing ring = await world.OpenAsync(l => l.SealBytes = 1 << 16);
        HashSet<Guid> ids = [];
        for (int i = 0; i < 1_500; i++)
        {
            ids.Add(world.Record(ring, i));
            if (i % 250 == 0)
            {
                await world.Log.WrittenAsync(LogWorkspace.Model);
            }
        }

        await world.Log.WrittenAsync(LogWorkspace.Model);
        List<InferenceRecord> read = await world.ReadAsync();
        Assert.Equal(ids.Order(), read.Select(r => r.RequestId));
        await world.RestartAsync();
        Assert.Equal(ids.Order(), (await world.ReadAsync()).Select(r => r.RequestId));
        Assert.True((await world.SegmentsAsync()).Count >= 3);
        Assert.Equal(1_500, (await world.SegmentsAsync()).Sum(s => s.Rows));
    }

    [Fact]
    public async Task Sealing_StoreHangs_RecordsAreKept_AndTheNextStartSealsThem()
    {
        FaultPlan plan = FaultPlan.HangAt(1, "blobs.put");
        await using LogWorkspace world = LogWorkspace.New(blobs: b => new FaultyBlobStore(b, plan));
        LogRing ring = await world.OpenAsync(l => l.RingRecords = 32);
        world.Record(ring, 0);
        await world.Log.WrittenAsync(LogWorkspace.Model);
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        await plan.Reached.WaitAsync(TimeSpan.FromMinutes(1), Token);
        for (int i = 1; i <= 100; i++)
        {
            world.Record(ring, i);
            if (i % 20 == 0)
            {
                await world.Log.WrittenAsync(LogWorkspace.Model);
            }
        }

        Assert.Equal((101L, 0L), (ring.Recorded, ring.DroppedFull));
        Assert.Equal(101, (await world.ReadAsync()).Count);

        // the stop gives up at its limit, and the next start seals what is left
        await world.GiveUpAsync(world.Log);
        Assert.NotEmpty(world.Spools());
        InferenceLog next = world.Another();
        await next.OpenAsync(LogWorkspace.Model, 1, new InferenceLogOptions(), Token);
        await next.Rescued.WaitAsync(TimeSpan.FromMinutes(1), Token);
        Assert.Empty(world.Spools());
        Assert.Equal(101, (await next.ReadAsync(LogWorkspace.Model, LogWorkspace.Never, LogWorkspace.Ever, Token).ToListAsync(Token)).Count);
        await next.StopAsync(TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData("blobs.put", false)]
    [InlineData("blobs.put", true)]
    public async Task Sealing_StoreFails_IsTriedAgain_AndNothingIsLostOrDoubled(string operation, bool half)
    {
        FaultPlan plan = half ? FaultPlan.HalfAt(1, operation) : FaultPlan.FailAt(1, operation);
        await using LogWorkspace world = LogWorkspace.New(blobs: b => new FaultyBlobStore(b, plan));
        LogRing ring = await world.OpenAsync();
        world.Record(ring, 1);
        await world.Log.WrittenAsync(LogWorkspace.Model);
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        await plan.Reached.WaitAsync(TimeSpan.FromMinutes(1), Token);
        await Eventually.Holds(
            () =>
            {
                world.Clock.Advance(TimeSpan.FromSeconds(1));
                return world.Spools().Length == 0;
            },
            "the second try seals");
        Assert.Single(await world.SegmentsAsync());
        Assert.Single(await world.ReadAsync());
    }

    [Fact]
    public async Task Sealing_RowCannotBeWritten_SealsAtTheNextStart_Once()
    {
        FaultPlan plan = FaultPlan.HangAt(1, "database.write");
        await using LogWorkspace world = LogWorkspace.New();
        await using InferenceLog failing = world.Another(database: new FaultyDatabase(world.Store.Database, plan));
        LogRing ring = await failing.OpenAsync("other", 1, new InferenceLogOptions(), Token);
        Guid id = world.Record(ring, 1, model: "other");
        await failing.WrittenAsync("other");
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        await plan.Reached.WaitAsync(TimeSpan.FromMinutes(1), Token);
        await world.GiveUpAsync(failing, "other");
        Assert.Single(world.Spools());
        Assert.Empty(await world.SegmentsAsync());
        await world.OpenAsync();
        await world.Log.Rescued.WaitAsync(TimeSpan.FromMinutes(1), Token);
        Assert.Equal(id, Assert.Single(await world.ReadAsync(model: "other")).RequestId);
        Assert.Empty(await world.ReadAsync());
    }

    [Fact]
    public async Task Writer_JournalCannotBeWritten_FillsTheRing_DropsTheNewest_AndGoesOnWhenItCan()
    {
        await using LogWorkspace world = LogWorkspace.New();
        Directory.Delete(world.Journal, recursive: true);
        await File.WriteAllTextAsync(world.Journal, "in the way", Token);
        LogRing ring = await world.OpenAsync(l => l.RingRecords = 16);
        for (int i = 0; i < 40; i++)
        {
            world.Record(ring, i);
        }

        // the writer holds what it took and tries again; the ring holds 16 more
        await world.Log.WrittenAsync(LogWorkspace.Model);
        for (int i = 40; i < 80; i++)
        {
            world.Record(ring, i);
        }

        await world.Log.WrittenAsync(LogWorkspace.Model);
        long dropped = ring.DroppedFull;
        Assert.InRange(dropped, 1, 64);
        File.Delete(world.Journal);
        Directory.CreateDirectory(world.Journal);
        List<InferenceRecord> read = await world.ReadAsync();
        Assert.Equal(80 - dropped, read.Count);
        Assert.Contains(read, r => r.Inputs["x"].Span<float>()[0] == 0);
        world.Record(ring, 80);
        Assert.Equal(81 - dropped, (await world.ReadAsync()).Count);
    }

    [Fact]
    public async Task Stop_JournalCannotBeWritten_CountsWhatIsLost()
    {
        await using LogWorkspace world = LogWorkspace.New();
        Directory.Delete(world.Journal, recursive: true);
        await File.WriteAllTextAsync(world.Journal, "in the way", Token);
        LogRing ring = await world.OpenAsync(model: "unwritable");
        world.Record(ring, 1, model: "unwritable");
        world.Record(ring, 2, model: "unwritable");
        using DroppedRecords dropped = new("unwritable");
        await world.Log.StopAsync(TimeSpan.FromMinutes(1));
        Assert.Equal((0L, 2L), (dropped.Of("ring_full"), dropped.Of("write_failed")));
        File.Delete(world.Journal);
    }

    [Fact]
    public async Task Writer_SpoolBytesReached_WritesNoMore_UntilTheStoreTakesSome()
    {
        FaultPlan plan = FaultPlan.FailAt(1, "blobs.put");
        await using LogWorkspace world = LogWorkspace.New(blobs: b => new FaultyBlobStore(b, plan));
        LogRing ring = await world.OpenAsync(l => (l.RingRecords, l.SealBytes, l.SpoolBytes) = (256, 1 << 16, 1 << 16));
        for (int i = 0; i < 2_000; i++)
        {
            world.Record(ring, i);
            if (i % 100 == 99)
            {
                await world.Log.WrittenAsync(LogWorkspace.Model);
            }
        }

        Assert.True(ring.DroppedFull > 0);
        Assert.InRange(world.Spools().Sum(s => new FileInfo(s).Length), 1, 2 << 16);
        long taken = ring.Recorded;
        await plan.Reached.WaitAsync(TimeSpan.FromMinutes(1), Token);
        int read = 0;
        for (int i = 0; read < taken && i < 3_000; i++)
        {
            world.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(10, Token);
            read = (await world.ReadAsync()).Count;
        }

        Assert.Equal(taken, read);
        Assert.Equal(0, ring.Waiting);
    }

    [Fact]
    public async Task Spool_OfALivingProcess_IsNotTaken()
    {
        await using LogWorkspace world = LogWorkspace.New();
        LogRing ring = await world.OpenAsync();
        Guid id = world.Record(ring, 1);
        await world.Log.WrittenAsync(LogWorkspace.Model);
        await using (InferenceLog other = world.Another())
        {
            await other.OpenAsync("another", 1, new InferenceLogOptions(), Token);
            await other.Rescued.WaitAsync(TimeSpan.FromMinutes(1), Token);
            Assert.Single(world.Spools());
            Assert.Empty(await world.SegmentsAsync());

            // and it reads it
            Assert.Equal(id, Assert.Single(await other.ReadAsync(LogWorkspace.Model, LogWorkspace.Never, LogWorkspace.Ever, Token).ToListAsync(Token)).RequestId);
        }

        world.Record(ring, 2);
        Assert.Equal(2, (await world.ReadAsync()).Count);
    }

    [Fact]
    public async Task Spool_LeftWithADamagedLine_IsSealedWithoutIt_AndKept()
    {
        await using LogWorkspace world = LogWorkspace.New();
        LogRing ring = await world.OpenAsync();
        await world.Log.Rescued.WaitAsync(TimeSpan.FromMinutes(1), Token);
        Guid[] ids = [.. Enumerable.Range(0, 3).Select(i => world.Record(ring, i))];
        await world.Log.WrittenAsync(LogWorkspace.Model);
        string[] lines = world.Lines();
        string torn = $"{lines[0]}\n{lines[1][..40]}\n{lines[2]}\n{lines[1][..60]}";
        string left = Path.Combine(world.Journal, $"inference-{new Guid(1, 2, 3, new byte[8]):N}.jsonl");
        await File.WriteAllTextAsync(left, torn.Replace(LogWorkspace.Model, "orphaned", StringComparison.Ordinal), Token);
        string stray = Path.Combine(world.Journal, $"inference-{new Guid(9, 2, 3, new byte[8]):N}.lock");
        await File.WriteAllTextAsync(stray, string.Empty, Token);
        await using InferenceLog other = world.Another();
        await other.OpenAsync("another", 1, new InferenceLogOptions(), Token);
        await other.Rescued.WaitAsync(TimeSpan.FromMinutes(1), Token);
        Assert.Equal(new[] { ids[0], ids[2] }.Order(), (await world.ReadAsync(model: "orphaned")).Select(r => r.RequestId));
        Assert.Equal(2, Assert.Single(await world.SegmentsAsync()).Rows);
        Assert.False(File.Exists(left));
        Assert.False(File.Exists(stray));
        Assert.True(File.Exists(Path.Combine(world.Journal, "torn", Path.GetFileName(left))));
    }

    [Fact]
    public async Task Spool_SealedButNotRemoved_IsNotToldTwice_AndGoesAtTheNextStart()
    {
        await using LogWorkspace world = LogWorkspace.New();
        LogRing ring = await world.OpenAsync();
        Guid id = world.Record(ring, 1);
        await world.Log.WrittenAsync(LogWorkspace.Model);
        string spool = Assert.Single(world.Spools());
        string line = Assert.Single(world.Lines());
        await world.RestartAsync();
        await File.WriteAllTextAsync(spool, line + "\n", Token);
        Assert.Equal(id, Assert.Single(await world.ReadAsync()).RequestId);
        await world.OpenAsync();
        await world.Log.Rescued.WaitAsync(TimeSpan.FromMinutes(1), Token);
        Assert.Empty(world.Spools());
        Assert.Single(await world.SegmentsAsync());
        Assert.Single(await world.ReadAsync());
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(-1.0)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public async Task Open_SampleOutOfRange_Throws(double sample)
    {
        await using LogWorkspace world = LogWorkspace.New();
        Assert.Contains("sample", (await Assert.ThrowsAsync<LifecycleException>(() => world.OpenAsync(sample: sample))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_WrongOptions_TwiceOrAfterTheStop_Throws()
    {
        await using LogWorkspace world = LogWorkspace.New();
        foreach (Action<InferenceLogOptions> wrong in new Action<InferenceLogOptions>[]
        {
            l => l.RingRecords = 15, l => l.RingRecords = 1 << 21, l => l.RingBytes = 1, l => l.SealBytes = 1, l => l.SealBytes = 1L << 31, l => l.SealAge = TimeSpan.Zero, l => l.SpoolBytes = 1 << 20,
        })
        {
            Assert.Contains("'mortgage'", (await Assert.ThrowsAsync<LifecycleException>(() => world.OpenAsync(wrong))).Message, StringComparison.Ordinal);
        }

        await world.OpenAsync();
        await Assert.ThrowsAsync<LifecycleException>(() => world.OpenAsync());
        await world.Log.StopAsync(TimeSpan.FromMinutes(1));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => world.OpenAsync(model: "another"));
    }

    [Fact]
    public void Log_HostWithoutStorage_SaysWhatToDo()
    {
        LifecycleException error = Assert.Throws<LifecycleException>(() => InferenceLog.Of(new Nothing(), TimeProvider.System, null));
        Assert.Contains("UseLocalStorage", error.Message, StringComparison.Ordinal);
    }

    private sealed class Nothing : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}
