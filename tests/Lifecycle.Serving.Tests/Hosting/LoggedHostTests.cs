using System.Text;
using Lifecycle.Serving.TestModels;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Serving.Tests;

/// <summary>The inference log as a host fills it, on every way into a model.</summary>
public sealed class LoggedHostTests
{
    private const string Customer = "customer-0815";

    private static readonly TensorSignature Signature = new(
        [new("income", TensorElementType.Float32, [-1, 1]), new("term", TensorElementType.Float32, [-1, 1])], [new("score", TensorElementType.Float32, [-1, 1])]);

    private static readonly TensorSignature WithoutIncome = new([Signature.Inputs[1]], Signature.Outputs);

    private readonly ScriptRuntime _runtime = new();
    private readonly StampSource _source = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Log_EveryWayIntoAModel_IsRecordedUnderItsRequest()
    {
        await using RegistryWorkspace world = new();
        _source.Name(_runtime.Revision("1", Scoring()));
        Dictionary<Guid, (string Model, int Rows, float First)> expected = [];
        await using (ModelHost host = await HostAsync(world, h => h
            .Serve<Loan, Decision>("typed", configure: m => m.FromSource(_source).LogInferences())
            .Serve("function", m => m.FromFunction<Loan, Decision>("v1", Decide).LogInferences())
            .Serve("silent", m => m.FromFunction<Loan, Decision>("v1", Decide))))
        {
            foreach (string model in new[] { "typed", "function", "silent" })
            {
                Predictor<Loan, Decision> predictor = host.Predictor<Loan, Decision>(model);
                Loan loan = new() { Income = 3, Term = 4, CustomerId = Customer };
                Prediction<Decision> prediction = await predictor.PredictAsync(loan, new() { ClientId = "order 7" }, Token);
                using TensorSet inputs = Inputs(model, 5, 6), outputs = new();
                InferenceStamp stamp = await host.Model(model).InferAsync(inputs, outputs, cancellationToken: Token);
                predictor.Predict(loan);
                using ModelLease lease = host.Lease(model);
                lease.Run(inputs, outputs, Token);
                if (model != "silent")
                {
                    expected.Add(prediction.RequestId, (model, 1, 3));
                    expected.Add(stamp.RequestId, (model, 2, 5));
                }
            }
        }

        await using ModelHost reader = await HostAsync(world, h => h.Serve("other", m => m.FromFunction<int, int>("1", x => x)));
        foreach (string model in new[] { "typed", "function" })
        {
            List<InferenceRecord> records = await ReadAsync(reader, model);
            Assert.Equal(4, records.Count);
            Assert.All(records, r => Assert.Equal((model, InferenceRole.Primary, 1.0, null), (r.Stamp.Model, r.Stamp.Role, r.Stamp.Propensity, r.Stamp.Error)));
            Assert.All(records, r => Assert.Equal(model == "typed" ? ("1", "latest") : ("v1", "latest"), (r.Stamp.Version, r.Stamp.Arm)));
            Assert.Equal([1, 1, 2, 2], records.Select(r => r.Rows).Order());
            foreach ((Guid id, (_, int rows, float first)) in expected.Where(e => e.Value.Model == model))
            {
                InferenceRecord record = Assert.Single(records, r => r.RequestId == id);
                TensorValue income = record.Inputs.Single(i => i.Key.Equals("income", StringComparison.OrdinalIgnoreCase)).Value;
                TensorValue score = record.Outputs!.Single(o => o.Key.Equals("score", StringComparison.OrdinalIgnoreCase)).Value;
                Assert.Equal((rows, first, 2 * first, rows == 1 ? "order 7" : null), (record.Rows, income.Span<float>()[0], score.Span<float>()[0], record.Stamp.ClientId));
            }

            // The model takes no customer, so the log has none; the function does.
            Assert.All(records, r => Assert.Equal(model == "function", r.Inputs.TryGet("CustomerId", out _)));
        }

        Assert.Empty(await ReadAsync(reader, "silent"));
    }

    [Fact]
    public async Task Log_RedactedColumns_AreOnNoByteOfTheDisk_AlsoOfAMemberThatOnlyRoutes()
    {
        await using RegistryWorkspace world = new();
        _source.Name(_runtime.Revision("1", Scoring()));
        await using (ModelHost host = await HostAsync(world, h => h
            .Serve<Loan, Decision>("typed", configure: m => m.FromSource(_source).StickyBy(l => l.CustomerId)
                .Fallback(Decide)
                .LogInferences(1, log => log.Redact("CustomerId", Redaction.Drop).Redact("income", Redaction.Drop).Redact("Score", Redaction.Mask(2))))
            .Serve("function", m => m.FromFunction<Loan, Decision>("v1", Decide)
                .LogInferences(1, log => log.Redact("customer_id", Redaction.Drop).Redact("income", Redaction.Drop).Redact("score", Redaction.Mask(2))))))
        {
            Loan loan = new() { Income = 987_654, Term = 24, CustomerId = Customer };
            foreach (string model in new[] { "typed", "function" })
            {
                host.Predictor<Loan, Decision>(model).Predict(loan);
                await host.Predictor<Loan, Decision>(model).PredictAsync(loan, new() { RoutingKey = Customer }, Token);
                using TensorSet inputs = Inputs(model, 987_654), outputs = new();
                await host.Model(model).InferAsync(inputs, outputs, cancellationToken: Token);
            }

            await host.Deployments.StopAsync("typed", "audit", Token);
            host.Predictor<Loan, Decision>("typed").Predict(loan);
            Assert.Equal(4, (await ReadAsync(host, "typed")).Count);
            await AssertHidden();
        }

        await AssertHidden();
        await using ModelHost reader = await HostAsync(world, h => h.Serve("other", m => m.FromFunction<int, int>("1", x => x)));
        Assert.Equal([InferenceRole.Primary, InferenceRole.Primary, InferenceRole.Primary, InferenceRole.Fallback], (await ReadAsync(reader, "typed")).Select(r => r.Stamp.Role));

        async Task AssertHidden()
        {
            byte[] all = await DiskBytes.ReadAsync(world.Folder, Token);
            foreach (string hidden in new[] { Customer, "987654", "1975308" })
            {
                Assert.True(all.AsSpan().IndexOf(Encoding.UTF8.GetBytes(hidden)) < 0, $"'{hidden}' is on the disk");
            }

            Assert.True(all.AsSpan().IndexOf("****08"u8) >= 0, "nothing was logged, or it cannot be read: nothing was proven");
        }
    }

    [Fact]
    public async Task Log_SinkHangs_PredictionsUnaffected()
    {
        await using RegistryWorkspace world = new();
        FaultPlan plan = FaultPlan.HangAt(1, "blobs.put");
        IBlobStore blobs = world.Blobs;
        world.With<IBlobStore>(new FaultyBlobStore(blobs, plan));
        _source.Name(_runtime.Revision("1", Scoring()));
        await using (ModelHost host = await HostAsync(world, h => h
            .Configure(o => o.DrainTimeout = TimeSpan.FromSeconds(2))
            .Serve<Loan, Decision>("m", configure: m => m.FromSource(_source).LogInferences(1, log => log.SealBytes = 1 << 16))))
        {
            Predictor<Loan, Decision> predictor = host.Predictor<Loan, Decision>("m");
            int answers = 0;
            for (; !plan.Reached.IsCompleted; answers++)
            {
                Assert.Equal(2f * (100 + answers), predictor.Predict(new Loan { Income = 100 + answers }).Score);
                await Task.Yield();
            }

            // and with the store away
            for (int i = 0; i < 1_000; i++, answers++)
            {
                using TensorSet inputs = Inputs("typed", 100 + i), outputs = new();
                await host.Model("m").InferAsync(inputs, outputs, cancellationToken: Token);
                Assert.Equal(2f * (100 + i), outputs["score"].Span<float>()[0]);
            }

            Assert.Equal((answers, 0L), ((int)host.Model("m").Versions[0].Predictions, host.Model("m").Versions[0].Failures));
            Assert.InRange((await ReadAsync(host, "m")).Count, 1_000, answers);
            Assert.Equal(1, plan.Operations);
        }

        // the stop gave up; the next start seals what is left
        world.With(blobs);
        await using ModelHost next = await HostAsync(world, h => h.Serve("other", m => m.FromFunction<int, int>("1", x => x).LogInferences()));
        await next.InferenceLog.Rescued.WaitAsync(TimeSpan.FromMinutes(1), Token);
        Assert.Empty(Directory.EnumerateFiles(world.Folder, "inference-*.jsonl", SearchOption.AllDirectories));
        Assert.True((await ReadAsync(next, "m")).Count >= 1_000);
    }

    [Fact]
    public async Task Log_NewVersionWithoutARedactedColumn_IsRejected()
    {
        await using RegistryWorkspace world = new();
        _source.Name(_runtime.Revision("1", Scoring()));
        await using ModelHost host = await HostAsync(world, h => h.Serve("m", m => m.FromSource(_source).LogInferences(1, log => log.Redact("income", Redaction.Mask(0)))));
        ScriptModel without = Scoring(WithoutIncome);
        _source.Name(_runtime.Revision("2", without));
        await Eventually.Holds(() => host.Model("m").Versions[0].State == VersionState.Rejected, "version 2 is rejected");
        Assert.StartsWith("version 2: log: The inference log of the model 'm' redacts the column 'income', and the model has no such column; it has 'term', 'score'", host.Model("m").Reason, StringComparison.Ordinal);
        Assert.Equal(("1", 1), (host.Model("m").Version, without.Disposals));
    }

    [Fact]
    public async Task Log_TypesThatAreNoTensors_AreRejectedClearly()
    {
        await using RegistryWorkspace world = new();
        await using ModelHost host = await HostAsync(world, h => h
            .Serve("m", m => m.FromFunction<Dictionary<string, float>, float>("1", d => d.Count).LogInferences()));
        Assert.False(host.IsReady);
        Assert.StartsWith("version 1: log: the model takes no tensors, so its inferences cannot be logged; take LogInferences(...) out", host.Model("m").Reason, StringComparison.Ordinal);
        LifecycleException missing = await Assert.ThrowsAsync<LifecycleException>(() => ModelHost.StartAsync(h => h.Serve("m", m => m.FromFunction<int, int>("1", x => x).LogInferences()), Token));
        Assert.Contains("UseLocalStorage", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_FailedPredictions_AreRecordedWithTheirError()
    {
        await using RegistryWorkspace world = new();
        _source.Name(_runtime.Revision("1", Scoring()));
        Guid asked = LifecycleId.New(TimeProvider.System), inferred = LifecycleId.New(TimeProvider.System);
        await using ModelHost host = await HostAsync(world, h => h
            .Serve<Loan, Decision>("typed", configure: m => m.FromSource(_source).LogInferences())
            .Serve("function", m => m.FromFunction<Loan, Decision>("v1", Decide).LogInferences()));
        foreach (string model in new[] { "typed", "function" })
        {
            Loan poison = new() { Income = 13, Term = 1, CustomerId = Customer };
            Predictor<Loan, Decision> predictor = host.Predictor<Loan, Decision>(model);
            using TensorSet inputs = Inputs(model, 13), outputs = new(), wrong = new();
            await Assert.ThrowsAsync<PredictionFailedException>(async () => await predictor.PredictAsync(poison, new() { RequestId = asked }, Token));
            await Assert.ThrowsAsync<PredictionFailedException>(async () => await host.Model(model).InferAsync(inputs, outputs, new() { RequestId = inferred }, Token));
            Assert.Throws<PredictionFailedException>(() => predictor.Predict(poison));
            using (ModelLease lease = host.Lease(model))
            {
                Assert.Throws<PredictionFailedException>(() => lease.Run(inputs, outputs, Token));

                // What never came to the model is no prediction.
                Assert.Throws<InvalidInputException>(() => lease.Run(wrong, outputs, Token));
            }

            await Assert.ThrowsAsync<UnknownModelException>(async () => await predictor.PredictAsync(poison, new() { Version = "9" }, Token));
            List<InferenceRecord> records = await ReadAsync(host, model);
            Assert.Equal(4, records.Count);
            Assert.All(records, r => Assert.Equal((nameof(ArithmeticException), null, InferenceRole.Primary), (r.Stamp.Error, r.Outputs, r.Stamp.Role)));
            Assert.All(records, r => Assert.Equal(13, r.Inputs.First(i => i.Key.Equals("income", StringComparison.OrdinalIgnoreCase)).Value.Span<float>()[0]));
            Assert.Equal(2, records.Count(r => r.RequestId == asked || r.RequestId == inferred));
            Assert.Equal((0L, 4L), (host.Model(model).Versions[0].Predictions, host.Model(model).Versions[0].Failures));
        }
    }

    [Fact]
    public async Task Log_RowsThatAreNoTensors_CostTheRecordAndNotTheAnswer()
    {
        await using RegistryWorkspace world = new();
        await using ModelHost host = await HostAsync(world, h => h.Serve("m", m => m.FromFunction<int, Stamped?>("1", x => x == 0 ? null : new Stamped(x, "1")).LogInferences()));
        Predictor<int, Stamped?> predictor = host.Predictor<int, Stamped?>("m");
        Assert.Null(predictor.Predict(0));
        Assert.Null((await predictor.PredictAsync(0, Token)).Value);
        Assert.Equal(7, predictor.Predict(7)!.Value);
        Assert.Equal(3, host.Model("m").Versions[0].Predictions);
        Assert.Single(await ReadAsync(host, "m"));
    }

    [Fact]
    public async Task Feedback_ReachesSinks_OnceForEachOutcome()
    {
        await using RegistryWorkspace world = new();
        Outcomes outcomes = new();
        await using ModelHost host = await HostAsync(world, h => h
            .Serve<Loan, Decision>("m", configure: m => m.Tap(new Thrower()).Tap(outcomes).FromFunction<Loan, Decision>("v1", Decide).LogInferences())
            .Serve("other", m => m.FromFunction<int, int>("1", x => x)));
        Guid before = LifecycleId.New(TimeProvider.System);
        await host.InferenceLog.FeedbackAsync("m", before, """{"denied":true}""", Token);
        Prediction<Decision> prediction = await host.Predictor<Loan, Decision>("m").PredictAsync(new Loan { CustomerId = "c" }, new() { RequestId = before }, Token);
        await host.InferenceLog.FeedbackAsync("m", prediction.RequestId, """{ "denied": true }""", Token);
        await host.InferenceLog.FeedbackAsync("m", prediction.RequestId, """{"denied":false}""", Token);
        UnloggedModelException refused = await Assert.ThrowsAsync<UnloggedModelException>(
            async () => await host.InferenceLog.FeedbackAsync("other", LifecycleId.New(TimeProvider.System), "1", Token));
        Assert.StartsWith("The model 'other' has no inference log", refused.Message, StringComparison.Ordinal);
        Assert.Contains("LogInferences(...)", refused.Message, StringComparison.Ordinal);

        // Another process may serve it, with a log.
        await host.InferenceLog.FeedbackAsync("elsewhere", LifecycleId.New(TimeProvider.System), "1", Token);
        Assert.Equal([("m", before, """{"denied":true}"""), ("m", before, """{"denied":false}""")], outcomes.Seen);
        InferenceFeedback feedback = Assert.Single(await ReadAsync(host, "m")).Feedback!;
        Assert.Equal((2, """{"denied":false}""", "ada"), (feedback.Sequence, feedback.Outcome, feedback.Actor));
    }

    [Fact]
    public async Task Feedback_OfAModelThatASinkWatches_NeedsNoLog()
    {
        await using RegistryWorkspace world = new();
        Outcomes outcomes = new();
        await using ModelHost host = await HostAsync(world, h => h.Serve<Loan, Decision>("m", configure: m => m.Tap(outcomes).FromFunction<Loan, Decision>("v1", Decide)));
        Guid id = LifecycleId.New(TimeProvider.System);
        await host.InferenceLog.FeedbackAsync("m", id, "true", Token);
        Assert.Equal([("m", id, "true")], outcomes.Seen);
    }

    [Fact]
    public async Task Feedback_OfAModelThatWasLogged_OrIsElsewhere_IsTaken_AfterItsLogWasSwitchedOff()
    {
        await using RegistryWorkspace world = new();
        Guid id = LifecycleId.New(TimeProvider.System);
        await using ModelHost quiet = await HostAsync(world, h => h
            .Serve("m", m => m.FromFunction<int, Stamped>("1", x => new(x, "1")))
            .Serve("never", m => m.FromFunction<int, Stamped>("1", x => new(x, "1"))));
        await Assert.ThrowsAsync<UnloggedModelException>(async () => await quiet.InferenceLog.FeedbackAsync("m", id, "1", Token));
        await using (ModelHost logged = await HostAsync(world, h => h.Serve("m", m => m.FromFunction<int, Stamped>("1", x => new(x, "1")).LogInferences())))
        {
            await logged.Predictor<int, Stamped>("m").PredictAsync(7, new() { RequestId = id }, Token);
            Assert.Single(await ReadAsync(logged, "m"));

            // Its record is in a spool, that of another host.
            await quiet.InferenceLog.FeedbackAsync("m", id, "1", Token);
        }

        Assert.Empty(SpoolFile.List(((JournalFolder)((IServiceProvider)world).GetService(typeof(JournalFolder))!).Path));
        await quiet.InferenceLog.FeedbackAsync("m", id, "2", Token);
        Assert.Equal("2", Assert.Single(await ReadAsync(quiet, "m")).Feedback!.Outcome);
        UnloggedModelException refused = await Assert.ThrowsAsync<UnloggedModelException>(async () => await quiet.InferenceLog.FeedbackAsync("never", id, "1", Token));
        Assert.Contains("the workspace has no record of it", refused.Message, StringComparison.Ordinal);

        List<string> told = [];
        quiet.InferenceLog.FeedbackStored += (model, _, outcome) => told.Add(model + outcome);
        await quiet.InferenceLog.FeedbackAsync("never", id, "1", Token);
        Assert.Equal(["never1"], told);
    }

    [Fact]
    public async Task Feedback_WithTheDefaultId_IsThatOfAGuid_AndIsRefused()
    {
        await using RegistryWorkspace world = new();
        await using ModelHost host = await HostAsync(world, h => h.Serve("m", m => m.FromFunction<int, int>("1", x => x).LogInferences()));
        InvalidInputException refused = await Assert.ThrowsAsync<InvalidInputException>(async () => await host.InferenceLog.FeedbackAsync("m", default, "1", Token));
        Assert.Contains("is empty", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_RedactionOfNoColumn_SaysWhichColumnsAndMembersThereAre()
    {
        await using RegistryWorkspace world = new();
        _source.Name(_runtime.Revision("1", Scoring()));
        LifecycleException error = await Assert.ThrowsAsync<LifecycleException>(async () => await ModelHost.StartAsync(
            h => h.UseRuntime(_runtime).UseServices(world).Configure(o => o.FailStartup = true)
                .Serve<Loan, Decision>("m", configure: m => m.FromSource(_source).LogInferences(1, log => log.Redact("Customer", Redaction.Drop))), Token));
        Assert.Contains("'m' Rejected: version 1: log: The inference log of the model 'm' redacts the column 'Customer'", error.Message, StringComparison.Ordinal);
        Assert.Contains("the model has no such column; it has 'income', 'term', 'score', and its types have 'CustomerId' beside.", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("..", error.Message.Replace("(...)", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_1000Requests_EqualToTheBit()
    {
        await using RegistryWorkspace world = new();
        ScriptModel model = Scoring();
        ScriptModel other = Scoring(factor: 2.5f);
        StampShelf shelf = new StampShelf().Has(_runtime.Revision("1", model)).Has(_runtime.Revision("2", other)).Points("champion", "1").Points("challenger", "2");
        await using ModelHost host = await HostAsync(world, h => h.Serve<Loan, Decision>("m", configure: m => m
            .FromSource(shelf).Split(("champion", 100), ("challenger", 0)).LogInferences().Batching(b => b.Enabled = false)));
        Random random = new(42);
        for (int i = 0; i < 1_000; i++)
        {
            float income = (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-20, 20)));
            if (i % 2 == 0)
            {
                host.Predictor<Loan, Decision>("m").Predict(new Loan { Income = income, Term = i });
            }
            else
            {
                using TensorSet inputs = Inputs("typed", income, i + 100), outputs = new();
                await host.Model("m").InferAsync(inputs, outputs, cancellationToken: Token);
            }
        }

        Assert.Throws<PredictionFailedException>(() => host.Predictor<Loan, Decision>("m").Predict(new Loan { Income = 13 }));
        ReplayReport report = await host.InferenceLog.ReplayAsync("m", "1", DateTimeOffset.MinValue, DateTimeOffset.MaxValue, Token);
        Assert.Equal((1_001L, 1_000L, 0L, 0L, 1L), (report.Records, report.Equal, report.Different, report.Errors, report.Skipped));
        ReplayReport challenger = await host.InferenceLog.ReplayAsync("m", "challenger", DateTimeOffset.MinValue, DateTimeOffset.MaxValue, Token);
        Assert.True(challenger.Different > 990, $"{challenger.Different} differ");

        // Replays are counted nowhere and logged nowhere.
        Assert.Equal([("1", 1_500L), ("2", 0L)], host.Model("m").Versions.OrderBy(v => v.Version).Select(v => (v.Version, v.Predictions)));
        Assert.Equal(1_001, (await ReadAsync(host, "m")).Count);
        await Assert.ThrowsAsync<UnknownModelException>(async () => await host.InferenceLog.ReplayAsync("m", "9", DateTimeOffset.MinValue, DateTimeOffset.MaxValue, Token));
    }

    private static Task<ModelHost> StartAsync(IServiceProvider world, Action<ModelHostBuilder> configure) => ModelHost.StartAsync(
        h =>
        {
            h.UseServices(world);
            configure(h);
        },
        Token);

    private Task<ModelHost> HostAsync(RegistryWorkspace world, Action<ModelHostBuilder> configure) =>
        StartAsync(world, h => configure(h.UseRuntime(_runtime)));

    private static ValueTask<List<InferenceRecord>> ReadAsync(ModelHost host, string model) =>
        host.InferenceLog.ReadAsync(model, DateTimeOffset.MinValue, DateTimeOffset.MaxValue, Token).ToListAsync(Token);

    private static TensorSet Inputs(string model, params float[] income)
    {
        bool isFunction = model != "typed";
        TensorValue term = TensorValue.From(new float[income.Length], [income.Length, 1]);
        return isFunction
            ? TensorSet.Of(
                ("Income", TensorValue.From<float>(income, [income.Length, 1])), ("Term", term),
                ("CustomerId", TensorValue.From(Enumerable.Repeat(Customer, income.Length).ToArray(), [income.Length, 1])))
            : TensorSet.Of(("income", TensorValue.From<float>(income, [income.Length, 1])), ("term", term));
    }

    private static Decision Decide(Loan loan) => loan.Income == 13 ? throw new ArithmeticException("13 is poison") : new Decision { Score = 2 * loan.Income };

    private static ScriptModel Scoring(TensorSignature? signature = null, float factor = 2) => new(
        signature ?? Signature,
        (inputs, outputs, _) =>
        {
            Span<float> income = inputs["income"].Span<float>(), score = outputs.Prepare("score", TensorElementType.Float32, [income.Length, 1]).Span<float>();
            for (int i = 0; i < income.Length; i++)
            {
                score[i] = income[i] == 13 ? throw new ArithmeticException("13 is poison") : factor * income[i];
            }
        },
        isBatched: true);

    private sealed class Loan
    {
        public float Income { get; set; }

        public float Term { get; set; }

        public string CustomerId { get; set; } = string.Empty;
    }

    private sealed class Decision
    {
        public float Score { get; set; }
    }

    private sealed class Outcomes : IInferenceSink<Loan, Decision>
    {
        public List<(string, Guid, string)> Seen { get; } = [];

        public void Record(in InferenceStamp stamp, Loan input, Decision output)
        {
        }

        public void Feedback(string model, Guid requestId, string outcome) => Seen.Add((model, requestId, outcome));
    }

    private sealed class Thrower : IInferenceSink<Loan, Decision>
    {
        public void Record(in InferenceStamp stamp, Loan input, Decision output)
        {
        }

        public void Feedback(string model, Guid requestId, string outcome) => throw new InvalidOperationException("no");
    }
}
