using System.Reflection;
using System.Text;
using Lifecycle.Serving.TestModels;

namespace Lifecycle.Serving.Tests;

/// <summary>What is redacted reaches no disk, whichever way a served model was asked, and whatever its columns are called.</summary>
public sealed class LoggedRedactionTests
{
    private const float Secret = 987_654;
    private const float Poison = 13;

    private readonly ScriptRuntime _runtime = new();
    private readonly StampSource _source = new();

    public enum Columns
    {
        OfTheMembers,
        NamedByTheRuntime,
        Packed,
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Columns.OfTheMembers)]
    [InlineData(Columns.NamedByTheRuntime)]
    [InlineData(Columns.Packed)]
    public async Task Redaction_NoByteOfAValueIsOnTheDisk_TypedTensorsFailureAndFallback(Columns columns)
    {
        string income = columns switch
        {
            Columns.OfTheMembers => "Income",
            Columns.NamedByTheRuntime => "income_eur",
            _ => "features",
        };
        await using RegistryWorkspace world = new();
        _source.Name(_runtime.Revision("1", Model(columns, income)));
        Action<ModelHostBuilder> serve = h => h.UseRuntime(_runtime).UseServices(world).Serve<Loan, Decision>("m", configure: m =>
        {
            m.FromSource(_source).Fallback(Decide).LogInferences(1, log => log.Redact(income, Redaction.Drop).Redact("score", Redaction.Mask(2)));
            if (columns == Columns.Packed)
            {
                m.PackInputs("Income", "Term");
            }
        });
        await using (ModelHost host = await ModelHost.StartAsync(serve, Token))
        {
            Assert.True(host.IsReady, host.Model("m").Reason);
            await AskAsync(host, term => Tensors(columns, income, term));
            await host.Deployments.StopAsync("m", "audit", Token);
            await AskAsync(host, term => TensorSet.Of(("Income", TensorValue.From([Secret], [1, 1])), ("Term", TensorValue.From([term], [1, 1]))));
            Assert.Equal(14, (await ReadAsync(host)).Count);
            await AssertHidden(world);
        }

        await AssertHidden(world);
        await using ModelHost reader = await ModelHost.StartAsync(h => h.UseServices(world).Serve("other", m => m.FromFunction<int, int>("1", x => x)), Token);
        List<InferenceRecord> records = await ReadAsync(reader);
        Assert.Equal([(InferenceRole.Primary, 7), (InferenceRole.Fallback, 7)], records.GroupBy(r => r.Stamp.Role).OrderBy(g => g.Key).Select(g => (g.Key, g.Count())));
        foreach (IGrouping<InferenceRole, InferenceRecord> role in records.GroupBy(r => r.Stamp.Role))
        {
            Assert.Equal(3, role.Count(r => r.Stamp.Error == nameof(ArithmeticException) && r.Outputs is null));
            bool isBare = role.Key == InferenceRole.Fallback && columns != Columns.OfTheMembers;
            Assert.All(role, r => Assert.Equal(isBare || columns == Columns.Packed ? 0 : 1, r.Inputs.Count));
            Assert.All(role, r => Assert.Equal(1, r.Rows));
            Assert.All(role.Where(r => r.Outputs is not null), r => Assert.Equal(isBare ? [] : ["****08"], r.Outputs!.SelectMany(o => o.Value.ToStrings())));
        }
    }

    private static async Task AskAsync(ModelHost host, Func<float, TensorSet> tensors)
    {
        Predictor<Loan, Decision> predictor = host.Predictor<Loan, Decision>("m");
        foreach (float term in new[] { 24, Poison })
        {
            Loan loan = new() { Income = Secret, Term = term };
            using TensorSet inputs = tensors(term), outputs = new();
            if (term == Poison)
            {
                Assert.Throws<PredictionFailedException>(() => predictor.Predict(loan));
                await Assert.ThrowsAsync<PredictionFailedException>(async () => await predictor.PredictAsync(loan, Token));
                await Assert.ThrowsAsync<PredictionFailedException>(async () => await host.Model("m").InferAsync(inputs, outputs, cancellationToken: Token));
                continue;
            }

            predictor.Predict(loan);
            await predictor.PredictAsync(loan, Token);
            await host.Model("m").InferAsync(inputs, outputs, cancellationToken: Token);
            using ModelLease lease = host.Lease("m");
            lease.Run(inputs, outputs, Token);
        }
    }

    private static ValueTask<List<InferenceRecord>> ReadAsync(ModelHost host) =>
        host.InferenceLog.ReadAsync("m", DateTimeOffset.MinValue, DateTimeOffset.MaxValue, Token).ToListAsync(Token);

    private static async Task AssertHidden(RegistryWorkspace world)
    {
        byte[] all = await DiskBytes.ReadAsync(world.Folder, Token);
        foreach (string hidden in new[] { "987654", "1975308" })
        {
            Assert.True(all.AsSpan().IndexOf(Encoding.UTF8.GetBytes(hidden)) < 0, $"'{hidden}' is on the disk");
        }

        Assert.True(all.AsSpan().IndexOf("****08"u8) >= 0, "nothing was logged, or it cannot be read: nothing was proven");
    }

    private static TensorSet Tensors(Columns columns, string income, float term) => columns == Columns.Packed
        ? TensorSet.Of((income, TensorValue.From([Secret, term], [1, 2])))
        : TensorSet.Of((income, TensorValue.From([Secret], [1, 1])), ("term", TensorValue.From([term], [1, 1])));

    private static RenamingModel Model(Columns columns, string income)
    {
        TensorSpec score = new("score", TensorElementType.Float32, [-1, 1]);
        return columns == Columns.Packed
            ? new(new TensorSignature([new(income, TensorElementType.Float32, [-1, 2])], [score]), null, x => (x[income].Span<float>()[0], x[income].Span<float>()[1]))
            : new(
                new TensorSignature([new(income, TensorElementType.Float32, [-1, 1]), new("term", TensorElementType.Float32, [-1, 1])], [score]),
                income, x => (x[income].Span<float>()[0], x["term"].Span<float>()[0]));
    }

    private static Decision Decide(Loan loan) => new() { Score = Score(loan.Income, loan.Term) };

    private static float Score(float income, float term) => term == Poison ? throw new ArithmeticException("13 is poison") : 2 * income;

    /// <summary>As a runtime whose classes say their columns by marks of its own. Its rows run one by one.</summary>
    private sealed class RenamingModel(TensorSignature signature, string? income, Func<TensorSet, (float Income, float Term)> read) : LoadedModel
    {
        public override TensorSignature Signature => signature;

        public override bool RowsAreBatched => false;

        internal override bool TakesMadeUpRows => false;

        public override string? ColumnOf(MemberInfo member) => member.Name == nameof(Loan.Income) ? income : null;

        public override void Run(TensorSet inputs, TensorSet outputs, CancellationToken cancellationToken = default)
        {
            (float of, float term) = read(inputs);
            outputs.Prepare("score", TensorElementType.Float32, [1, 1]).Span<float>()[0] = Score(of, term);
        }

        protected override void Dispose(bool disposing)
        {
        }
    }

    private sealed class Loan
    {
        public float Income { get; set; }

        public float Term { get; set; }
    }

    private sealed class Decision
    {
        public float Score { get; set; }
    }
}
