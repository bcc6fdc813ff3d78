using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Serving.Tests;

public sealed class ScoringTests
{
    private const int Rows = 100_000;

    private static readonly TensorSignature Signature = new(
        [new("X", TensorElementType.Int32, [-1, 1])], [new("Y", TensorElementType.Int32, [-1, 1]), new("Version", TensorElementType.Int32, [-1, 1])]);

    private readonly ScriptRuntime _runtime = new();
    private readonly StampSource _source = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, 3, true)]
    [InlineData(false, 3, true)]
    [InlineData(true, 3, false)]
    [InlineData(false, 3, false)]
    [InlineData(false, 1, false)]
    public async Task Score_100000Rows_InOrder_InBoundedMemory(bool isBatched, int degree, bool hasContext)
    {
        ScriptModel model = Model(1, isBatched);
        _source.Name(_runtime.Revision("1", model));
        await using ModelHost host = await HostAsync(a => a.MaxConcurrency = 6);
        List<ScoringProgress> told = [];
        ScoringJob<Asked, Answered> job = new(host.Model("m"), new ScoringOptions { MaxDegree = degree }, told.Add, TimeProvider.System);
        int row = 0, mostRead = 0, read = 0, wrong = 0;

        // Without a context whoever asks for rows scores some of them.
        SynchronizationContext.SetSynchronizationContext(hasContext ? new SynchronizationContext() : null);
        await foreach (Scored<Answered> scored in job.RunAsync(stop => RowSource<Asked>.Of(Source(), stop), Token))
        {
            wrong += scored.Row == row && scored.Value.Y == 3 * row && scored.Value.Version == 1 && scored.Error is null && job.Living >= 1 && job.Living <= 2 * degree ? 0 : 1;
            mostRead = Math.Max(mostRead, read - row);
            row++;
        }

        Assert.Equal((Rows, 0), (row, wrong));
        Assert.InRange(job.MostLiving, 1, 2 * degree);
        Assert.Equal(0, job.Living);
        Assert.InRange(mostRead, 1, 2 * degree * ScoringJob<Asked, Answered>.ChunkRows);
        Assert.InRange(model.MostRunning, 1, degree);
        Assert.Equal((long)Rows, host.Model("m").Versions[0].Predictions);
        Assert.Equal((long)Rows, told[^1].Rows);
        Assert.Equal(isBatched ? (Rows + 255) / 256 : Rows, model.Runs);

        async IAsyncEnumerable<Asked> Source()
        {
            for (int i = 0; i < Rows; i++)
            {
                read++;
                yield return new Asked { X = i };
            }

            await Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Score_Progress_IsToldEverySecondAndAtTheEnd()
    {
        FakeTimeProvider clock = new();
        List<ScoringProgress> told = [];
        await using ModelHost host = await ModelHost.StartAsync(h => h.UseTime(clock).Serve("m", m => m.FromFunction<int, int>("1", x => x)), Token);
        int row = 0;
        await foreach (Scored<int> scored in host.Predictor<int, int>("m").ScoreAsync(Enumerable.Range(0, 1_024), new() { Total = 1_024, MaxDegree = 1 }, told.Add, Token))
        {
            if (++row % 256 == 0)
            {
                clock.Advance(TimeSpan.FromMilliseconds(500));
            }
        }

        Assert.Equal(
            [(512L, 0L, 512.0, 1.0, 1_024L), (1_024, 0, 512.0, 2.0, 1_024), (1_024, 0, 512.0, 2.0, 1_024)],
            told.Select(p => (p.Rows, p.Failed, p.RowsPerSecond, p.Elapsed.TotalSeconds, p.Total!.Value)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Score_Collect_KeepsFailedRowsInTheirPlace(bool isBatched)
    {
        _source.Name(_runtime.Revision("1", Model(1, isBatched, poison: 1_000)));
        await using ModelHost host = await HostAsync();
        List<ScoringProgress> told = [];
        List<Scored<Answered>> scored = await host.Predictor<Asked, Answered>("m").ScoreAsync(
            Enumerable.Range(1, 5_000).Select(x => new Asked { X = x }), new() { OnError = ScoringErrors.Collect }, told.Add, Token).ToListAsync(Token);
        Assert.Equal(Enumerable.Range(0, 5_000), scored.Select(s => (int)s.Row));
        Assert.Equal([999, 1_999, 2_999, 3_999, 4_999], scored.Where(s => s.Error is not null).Select(s => s.Row));
        Assert.All(scored.Where(s => s.Error is not null), s => Assert.IsType<ArithmeticException>(Assert.IsType<PredictionFailedException>(s.Error).InnerException));
        Assert.All(scored.Where(s => s.Error is null), s => Assert.Equal(3 * (s.Row + 1), s.Value.Y));
        Assert.Equal((5_000L, 5L), (told[^1].Rows, told[^1].Failed));
        Assert.Equal((4_995L, 5L), (host.Model("m").Versions[0].Predictions, host.Model("m").Versions[0].Failures));
    }

    [Fact]
    public async Task Score_Throw_EndsTheJobAndGivesTheVersionBack()
    {
        ScriptModel model = Model(1, isBatched: true, poison: 1_000);
        _source.Name(_runtime.Revision("1", model));
        await using ModelHost host = await HostAsync();
        int row = 0;
        PredictionFailedException failed = await Assert.ThrowsAsync<PredictionFailedException>(async () =>
        {
            await foreach (Scored<Answered> scored in host.Predictor<Asked, Answered>("m").ScoreAsync(Enumerable.Range(1, 100_000).Select(x => new Asked { X = x }), ct: Token))
            {
                Assert.Equal(row++, scored.Row);
            }
        });
        Assert.IsType<ArithmeticException>(failed.InnerException);
        Assert.Equal(768, row);
        Assert.Equal(0, model.Running);
        _source.Name(_runtime.Revision("2", Model(2)));
        await Eventually.Holds(() => model.Disposals == 1, "its version is freed");
        Assert.Equal(0, model.Wrongs);
    }

    [Fact]
    public async Task Score_Cancelled_StopsWithinAChunk()
    {
        ScriptModel model = Model(1);
        _source.Name(_runtime.Revision("1", model));
        await using ModelHost host = await HostAsync();
        using CancellationTokenSource cancel = new();
        int row = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (Scored<Answered> scored in host.Predictor<Asked, Answered>("m").ScoreAsync(Endless(), ct: cancel.Token))
            {
                if (++row == 1_000)
                {
                    await cancel.CancelAsync();
                }
            }
        });
        Assert.InRange(row, 1_000, 1_024);
        int runs = model.Runs;
        _source.Name(_runtime.Revision("2", Model(2)));
        await Eventually.Holds(() => model.Disposals == 1, "its version is freed");
        Assert.Equal((runs, 0), (model.Runs, model.Wrongs));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await host.Predictor<Asked, Answered>("m").ScoreAsync([], ct: cancel.Token).ToListAsync(Token));

        static IEnumerable<Asked> Endless()
        {
            for (int i = 0; ; i++)
            {
                yield return new Asked { X = i };
            }
        }
    }

    [Fact]
    public async Task Score_LeftEarly_GivesTheVersionBack()
    {
        ScriptModel model = Model(1);
        _source.Name(_runtime.Revision("1", model));
        await using ModelHost host = await HostAsync();
        await foreach (Scored<Answered> scored in host.Predictor<Asked, Answered>("m").ScoreAsync(Enumerable.Range(0, Rows).Select(x => new Asked { X = x }), ct: Token))
        {
            if (scored.Row == 300)
            {
                break;
            }
        }

        _source.Name(_runtime.Revision("2", Model(2)));
        await Eventually.Holds(() => model.Disposals == 1, "its version is freed");
        Assert.Equal(0, model.Wrongs);
    }

    [Fact]
    public async Task Score_SwapMeanwhile_StaysOnItsVersion()
    {
        ScriptModel model = Model(1);
        _source.Name(_runtime.Revision("1", model));
        await using ModelHost host = await HostAsync();
        int rows = 0;
        await foreach (Scored<Answered> scored in host.Predictor<Asked, Answered>("m").ScoreAsync(Enumerable.Range(0, 10_000).Select(x => new Asked { X = x }), ct: Token))
        {
            Assert.Equal((1, 3 * rows++), (scored.Value.Version, scored.Value.Y));
            if (scored.Row == 100)
            {
                _source.Name(_runtime.Revision("2", Model(2)));
                await Eventually.Holds(() => host.Model("m").Version == "2", "version 2 answers");
                Assert.Equal(2, host.Predictor<Asked, Answered>("m").Predict(new Asked { X = 1 }).Version);
            }
        }

        Assert.Equal(10_000, rows);
        await Eventually.Holds(() => model.Disposals == 1, "version 1 is freed after the job");
        Assert.Equal(0, model.Wrongs);
    }

    [Theory]
    [InlineData(6, 3)]
    [InlineData(1, 1)]
    public async Task Score_TakesAtMostHalfOfMaxConcurrency(int maxConcurrency, int most)
    {
        int arrived = 0;
        using ManualResetEventSlim go = new();
        ScriptModel model = new(Signature, (i, o, _) =>
        {
            if (Interlocked.Increment(ref arrived) >= most)
            {
                go.Set();
            }

            go.Wait(TimeSpan.FromMinutes(1), CancellationToken.None);
            Answer(i, o, 1, int.MaxValue);
        }, isBatched: true);
        _source.Name(_runtime.Revision("1", model));
        await using ModelHost host = await HostAsync(a => a.MaxConcurrency = maxConcurrency);
        Assert.Equal(20_000, await host.Predictor<Asked, Answered>("m").ScoreAsync(
            Enumerable.Range(0, 20_000).Select(x => new Asked { X = x }), new() { MaxDegree = 16 }, ct: Token).CountAsync(Token));
        Assert.Equal(most, model.MostRunning);
    }

    [Fact]
    public async Task Score_Options_ChooseTheVersion_AndWrongOnesAreTold()
    {
        StampShelf shelf = new StampShelf().Has(_runtime.Revision("1", Model(1))).Has(_runtime.Revision("2", Model(2))).Points("champion", "1").Points("challenger", "2");
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.UseRuntime(_runtime).Serve<Asked, Answered>("m", configure: m => m.FromSource(shelf).Split(("champion", 100), ("challenger", 0))), Token);
        Predictor<Asked, Answered> predictor = host.Predictor<Asked, Answered>("m");
        Asked[] rows = [new(), new()];
        Assert.All(await predictor.ScoreAsync(rows, new() { Version = "challenger" }, ct: Token).ToListAsync(Token), s => Assert.Equal(2, s.Value.Version));
        await Assert.ThrowsAsync<UnknownModelException>(async () => await predictor.ScoreAsync(rows, new() { Version = "9" }, ct: Token).ToListAsync(Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await predictor.ScoreAsync(rows, new() { MaxDegree = 0 }, ct: Token).ToListAsync(Token));
        Assert.Empty(await predictor.ScoreAsync([], ct: Token).ToListAsync(Token));
        await host.Deployments.StopAsync("m", "why", Token);
        Assert.Equal(
            RejectionReason.Stopped, (await Assert.ThrowsAsync<PredictionRejectedException>(async () => await predictor.ScoreAsync(rows, ct: Token).ToListAsync(Token))).Reason);
    }

    private static ScriptModel Model(int version, bool isBatched = true, int poison = int.MaxValue) => new(Signature, (i, o, _) => Answer(i, o, version, poison), isBatched);

    private static void Answer(TensorSet inputs, TensorSet outputs, int version, int poison)
    {
        Span<int> x = inputs["X"].Span<int>(), y = outputs.Prepare("Y", TensorElementType.Int32, [x.Length, 1]).Span<int>();
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = x[i] != 0 && x[i] % poison == 0 ? throw new ArithmeticException("poison") : 3 * x[i];
        }

        outputs.Prepare("Version", TensorElementType.Int32, [x.Length, 1]).Span<int>().Fill(version);
    }

    private Task<ModelHost> HostAsync(Action<AdmissionOptions>? admission = null) => ModelHost.StartAsync(
        h => h.UseRuntime(_runtime).Serve<Asked, Answered>("m", configure: m => m.FromSource(_source).Admission(admission ?? (_ => { }))), Token);

    private sealed class Asked
    {
        public int X { get; set; }
    }

    private sealed class Answered
    {
        public int Y { get; set; }

        public int Version { get; set; }
    }
}
