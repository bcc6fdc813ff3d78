using Lifecycle.Serving;
using Lifecycle.Serving.TestModels;
using Lifecycle.Tracking;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet.Tests.Serving;

/// <summary>Types that hold less than the model says, under a shadow and under stages.</summary>
public sealed class TypedServingTests(TrainedModels models)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Shadow_OfTheSameBytes_MatchesTypedCallsThatTakeOneOutputOfThree()
    {
        await using RegistryWorkspace workspace = new();
        ModelVersion first = await workspace.RegisterAsync("loans", ("model.zip", models.Linear));
        ModelVersion second = await workspace.RegisterAsync("loans", ("model.zip", models.Linear), ("note.txt", "2"u8.ToArray()));
        await using ModelHost host = await HostAsync<LoanRow, OnlyScore>(workspace, first, second);
        Predictor<LoanRow, OnlyScore> predictor = host.Predictor<LoanRow, OnlyScore>("loans");
        for (int i = 0; i < 20; i++)
        {
            _ = i % 2 == 0 ? predictor.Predict(models.Loans[i]) : (await predictor.PredictAsync(models.Loans[i], Token)).Value;
        }

        await Eventually(() => host.Model("loans").ShadowReport.Runs == 20);
        ShadowReport report = host.Model("loans").ShadowReport;
        Assert.Equal((20L, 0L, 0L, 0L), (report.Matches, report.Mismatches, report.Errors, report.Dropped));
        Assert.Equal(0, report.LargestDifference);
    }

    [Fact]
    public async Task Shadow_OfCallsWhoseTypeLeavesOutAnInput_GetsNoCopy()
    {
        await using RegistryWorkspace workspace = new();
        ModelVersion first = await workspace.RegisterAsync("loans", ("model.zip", models.Mixed));
        ModelVersion second = await workspace.RegisterAsync("loans", ("model.zip", models.Mixed), ("note.txt", "2"u8.ToArray()));
        await using ModelHost host = await HostAsync<LoanRow, OnlyScore>(workspace, first, second);
        for (int i = 0; i < 5; i++)
        {
            host.Predictor<LoanRow, OnlyScore>("loans").Predict(models.Loans[i]);
        }

        ShadowReport report = host.Model("loans").ShadowReport;
        Assert.Equal((0L, 5L), (report.Runs, report.Dropped));
    }

    [Fact]
    public async Task Stages_AroundATypeOfOneOutput_NarrowTheSignature_AndGoldenExamplesOfTheOthersAreLeftOut()
    {
        using LoadedModel model = await MLNetRuns.LoadAsync(models.Linear);
        float score = model.Bind<LoanRow, OnlyScore>()!.Predict(models.Loans[1]).Score;
        string golden = FormattableString.Invariant(
            $$"""{"inputs":[{"name":"Ratio","shape":[1,1],"datatype":"FP32","data":[{{models.Loans[1].Ratio}}]},{"name":"Amounts","shape":[1,2],"datatype":"FP32","data":[{{models.Loans[1].Amounts[0]}},{{models.Loans[1].Amounts[1]}}]},{"name":"Region","shape":[1,1],"datatype":"BYTES","data":["{{models.Loans[1].Region}}"]}],"outputs":[{"name":"Score","shape":[1,1],"datatype":"FP32","data":[{{score + 1}}]},{"name":"Probability","shape":[1,1],"datatype":"FP32","data":[0.5]}]}""");
        await using RegistryWorkspace workspace = new();
        ModelVersion first = await workspace.RegisterAsync("loans", ("model.zip", models.Linear), ("golden.jsonl", System.Text.Encoding.UTF8.GetBytes(golden)));
        await using ModelHost host = await HostAsync<LoanRow, OnlyScore>(workspace, first, null, m => m.Use(next => (row, origin) =>
        {
            OnlyScore answer = next(row, origin);
            answer.Score++;
            return answer;
        }));
        Assert.Null(host.Model("loans").Reason);
        Assert.Equal("'Score' FP32[-1,1]", string.Join(", ", host.Model("loans").Signature!.Outputs));
        using TensorSet inputs = MLNetRuns.Tensors(host.Model("loans").Signature!, [.. models.Loans.Take(3)]), outputs = new();
        await host.Model("loans").InferAsync(inputs, outputs, cancellationToken: Token);
        Assert.Equal("Score FP32[3,1]", outputs.ToString());
        Assert.Equal(models.Loans.Take(3).Select(host.Predictor<LoanRow, OnlyScore>("loans").Predict).Select(a => a.Score), outputs["Score"].Span<float>().ToArray());
    }

    [Fact]
    public async Task Stages_AroundATypeThatTensorsCannotFill_AreRefusedForGood()
    {
        await using RegistryWorkspace workspace = new();
        ModelVersion first = await workspace.RegisterAsync("loans", ("model.zip", models.Mixed));
        await using ModelHost host = await HostAsync<LoanRow, OnlyScore>(workspace, first, null, m => m.Use(next => next));
        Assert.Equal(VersionState.Rejected, host.Model("loans").Versions[0].State);
        Assert.Contains(": binding: with stages around each typed row", host.Model("loans").Reason, StringComparison.Ordinal);
        Assert.Contains("the input 'Grade' UINT32[-1,1] has no property in LoanRow that takes it", host.Model("loans").Reason, StringComparison.Ordinal);
    }

    private static async Task<ModelHost> HostAsync<TIn, TOut>(
        RegistryWorkspace workspace, ModelVersion champion, ModelVersion? candidate, Action<ServedModelBuilder<TIn, TOut>>? configure = null)
    {
        await workspace.Registry.PromoteAsync(champion, "champion", cancellationToken: Token);
        if (candidate is not null)
        {
            await workspace.Registry.PromoteAsync(candidate, "candidate", cancellationToken: Token);
        }

        return await ModelHost.StartAsync(
            h => h.UseMLNet().UseRegistry(workspace.Registry, workspace.Blobs).Serve<TIn, TOut>("loans", configure: m =>
            {
                m.Split(("champion", 100));
                if (candidate is not null)
                {
                    m.Shadow("candidate");
                }

                configure?.Invoke(m);
            }),
            Token);
    }

    private static async Task Eventually(Func<bool> condition)
    {
        for (int i = 0; i < 3_000 && !condition(); i++)
        {
            await Task.Delay(10, Token);
        }

        Assert.True(condition());
    }

    private sealed class OnlyScore
    {
        [ColumnName("Score")]
        public float Score { get; set; }
    }
}
