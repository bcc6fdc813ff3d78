using System.Collections.Concurrent;
using System.Diagnostics;
using Lifecycle.Serving;
using Lifecycle.Serving.TestModels;

namespace Lifecycle.Benchmarks.Ratios.Serving;

/// <summary>
/// A model under three times the load that it can answer: calls arrive at a fixed rate whatever comes of them, each may take 250 ms. The model of the figures
/// computes for a millisecond. A refusal costs some microseconds, so what is left of the peak is less for lighter models; standard error says how much for
/// <c>bigmlp</c>, some 40 us a row in batches.
/// </summary>
internal static class OverloadFigures
{
    private const int Width = 256;
    private const int PeakCallers = 64;
    private const double Load = 3;
    private static readonly TimeSpan Deadline = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Work = TimeSpan.FromMilliseconds(1);

    public static async IAsyncEnumerable<Figure> MeasureAsync()
    {
        TensorSignature signature = new(
            [new TensorSpec("x", TensorElementType.Float32, [-1, Width])], [new TensorSpec("y", TensorElementType.Float32, [-1, 1])]);
        await using ModelHost slow = await ModelHost.StartAsync(h => h.Serve(
            "slow", s => s.FromFunction("v1", signature, Compute).Batching(b => b.Enabled = false)));
        (double goodput, double refusal) = await MeasureAsync(slow.Model("slow"));
        await using (ModelHost light = await OnnxFigures.HostAsync("bigmlp", OnnxModels.BigMlp()))
        {
            await MeasureAsync(light.Model("bigmlp"));
        }

        yield return new Figure("serving.overload.goodput", goodput, "x", AtLeast: true, 0.90);
        yield return new Figure("serving.overload.reject", refusal / 1e6, "ms", AtLeast: false, 5);
    }

    private static void Compute(TensorSet inputs, TensorSet outputs)
    {
        outputs.Prepare("y", TensorElementType.Float32, [inputs["x"].Shape[0], 1]).Raw.Clear();
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < Work)
        {
            Thread.SpinWait(20);
        }
    }

    private static async Task<(double Share, double Refusal)> MeasureAsync(ServedModel model)
    {
        double peak = 0, good = 0, refusal = double.MaxValue;
        for (int round = 0; round <= ServingRounds.Count; round++)
        {
            double answered = (await Callers.TimesAsync(model, Width, PeakCallers, ServingRounds.Window)).Length / ServingRounds.Window.TotalSeconds;
            peak = Math.Max(peak, answered);
            (double goodput, double refused) = await OverAsync(model, Load * answered);
            if (round > 0)
            {
                (good, refusal) = (Math.Max(good, goodput), Math.Min(refusal, refused));
            }
        }

        ServingRounds.Note($"serving.overload: {model.Name}, peak {peak:F0}/s, answered in time under {Load} times that load {good:F0}/s, p99 of a refusal {refusal / 1e6:F2} ms");
        return (good / peak, refusal);
    }

    private static async Task<(double Goodput, double Refusal)> OverAsync(ServedModel model, double rate)
    {
        ConcurrentBag<TensorSets> spare = [];
        ConcurrentQueue<long> refusals = [];
        int good = 0, open = 0;
        async Task CallAsync()
        {
            if (!spare.TryTake(out TensorSets? sets))
            {
                sets = new TensorSets(OnnxPeer.Inputs(1, Width), new TensorSet());
            }

            long started = Stopwatch.GetTimestamp();
            try
            {
                await model.InferAsync(sets.Inputs, sets.Outputs, new PredictionOptions { Timeout = Deadline }).ConfigureAwait(false);
                if (Stopwatch.GetElapsedTime(started) <= Deadline)
                {
                    Interlocked.Increment(ref good);
                }

                spare.Add(sets);
            }
            catch (PredictionRejectedException)
            {
                refusals.Enqueue(Stopwatch.GetTimestamp() - started);
                spare.Add(sets);
            }
            catch (PredictionTimeoutException)
            {
                // The run may still read its tensors.
            }
            finally
            {
                Interlocked.Decrement(ref open);
            }
        }

        long first = Stopwatch.GetTimestamp();
        long window = (long)(ServingRounds.Window.TotalSeconds * Stopwatch.Frequency);
        Thread arrivals = new(() =>
        {
            long sent = 0;
            for (long now = 0; now < window; now = Stopwatch.GetTimestamp() - first)
            {
                for (long due = (long)(rate * now / Stopwatch.Frequency); sent < due; sent++)
                {
                    Interlocked.Increment(ref open);
                    ThreadPool.UnsafeQueueUserWorkItem(static call => _ = call(), CallAsync, preferLocal: false);
                }

                Thread.Sleep(1);
            }
        });
        arrivals.Start();
        arrivals.Join();
        int within = Volatile.Read(ref good);
        while (Volatile.Read(ref open) > 0)
        {
            await Task.Delay(10);
        }

        return (within / ServingRounds.Window.TotalSeconds, refusals.IsEmpty ? 0 : ServingRounds.Percentile([.. refusals], 0.99));
    }

    private sealed record TensorSets(TensorSet Inputs, TensorSet Outputs);
}
