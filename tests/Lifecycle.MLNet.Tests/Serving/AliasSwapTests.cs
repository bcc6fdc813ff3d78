using Lifecycle.Serving;
using Lifecycle.Serving.TestModels;
using Lifecycle.Tracking;

namespace Lifecycle.MLNet.Tests.Serving;

public sealed class AliasSwapTests(TrainedModels models)
{
    private const int Threads = 8;
    private const int CallsOfAll = 1_000_000;
    private const int Moves = 20;
    private const int Versions = 4;

    [Fact]
    public async Task A_million_calls_while_the_alias_moves_20_times_are_all_answered_by_the_version_they_are_stamped_with()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        await using RegistryWorkspace workspace = new();
        ModelVersion[] versions = new ModelVersion[Versions];
        float[][] expected = new float[Versions][];
        for (int v = 0; v < Versions; v++)
        {
            byte[] bytes = models.Version(v);
            versions[v] = await workspace.RegisterAsync("loans", ("model.zip", bytes));
            using LoadedModel model = await MLNetRuns.LoadAsync(bytes);
            ModelFunction<LoanRow, LoanDecision> function = model.Bind<LoanRow, LoanDecision>()!;
            expected[v] = [.. models.Loans.Select(l => function.Predict(l).Score)];
        }

        // Every version answers otherwise, so an answer tells who made it.
        Assert.All(Enumerable.Range(0, models.Loans.Count), row => Assert.Equal(Versions, expected.Select(e => e[row]).Distinct().Count()));
        await workspace.Registry.PromoteAsync(versions[0], "champion", cancellationToken: token);
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.UseMLNet().UseRegistry(workspace.Registry, workspace.Blobs).Configure(o => o.FailStartup = true).Serve<LoanRow, LoanDecision>("loans"), token);
        Predictor<LoanRow, LoanDecision> predictor = host.Predictor<LoanRow, LoanDecision>("loans");

        long done = 0;
        int wrong = 0;
        Exception? failure = null;
        int[] stamps = new int[Versions];
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(t => new Thread(() =>
        {
            try
            {
                for (int i = 0; i < CallsOfAll / Threads; i++)
                {
                    int row = (i + (t * 97)) % models.Loans.Count;
                    ValueTask<Prediction<LoanDecision>> call = predictor.PredictAsync(models.Loans[row], token);
                    Prediction<LoanDecision> prediction = call.IsCompletedSuccessfully ? call.Result : call.AsTask().GetAwaiter().GetResult();
                    int version = prediction.Version[0] - '1';
                    if (prediction.Value.Score != expected[version][row])
                    {
                        Interlocked.Increment(ref wrong);
                    }

                    Interlocked.Increment(ref stamps[version]);
                    Interlocked.Increment(ref done);
                }
            }
            catch (Exception error)
            {
                failure = error;
            }
        }))];
        Array.ForEach(threads, t => t.Start());
        for (int move = 1; move <= Moves; move++)
        {
            // The moves are spread over the calls, so that each happens under load.
            await Task.Run(() => SpinWait.SpinUntil(() => Interlocked.Read(ref done) >= (long)CallsOfAll / (Moves + 2) * move || failure is not null), token);
            await workspace.Registry.PromoteAsync(versions[move % Versions], "champion", $"move {move}", cancellationToken: token);
            string number = $"{versions[move % Versions].Number}";
            await Eventually(() => host.Model("loans").Version == number);
        }

        Array.ForEach(threads, t => t.Join());
        Assert.Null(failure);
        Assert.Equal((CallsOfAll, 0), (done, wrong));
        Assert.All(stamps, count => Assert.True(count > 0));
        Assert.Null(host.Model("loans").Reason);
        await Eventually(() => host.Model("loans").Versions.Count(v => v.State == VersionState.Retired) is var retired && retired == host.Model("loans").Versions.Count - 1);
    }

    private static async Task Eventually(Func<bool> condition)
    {
        for (int i = 0; i < 3_000 && !condition(); i++)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.True(condition());
    }
}
