using System.Collections.Concurrent;
using Lifecycle.Serving;

namespace MortgageLifecycle.Serving;

/// <summary>Customers who do not stop asking while the model is swapped.</summary>
internal sealed class Callers : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, long> _versions = new();
    private readonly Task[] _tasks;
    private long _calls;
    private long _failed;

    public Callers(Predictor<Application, Decision> predictor, IReadOnlyList<Application> applications, int callers = 4) =>
        _tasks = [.. Enumerable.Range(0, callers).Select(caller => Task.Run(() => AskAsync(predictor, applications, caller)))];

    public async Task<(long Calls, long Failed, IReadOnlyDictionary<string, long> Versions)> StopAsync()
    {
        await Task.Delay(100);
        await _stop.CancelAsync();
        await Task.WhenAll(_tasks);
        return (_calls, _failed, _versions);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private async Task AskAsync(Predictor<Application, Decision> predictor, IReadOnlyList<Application> applications, int caller)
    {
        for (int i = caller; !_stop.IsCancellationRequested; i += 7)
        {
            try
            {
                Prediction<Decision> answer = await predictor.PredictAsync(applications[i % applications.Count]);
                _versions.AddOrUpdate(answer.Version, 1, (_, n) => n + 1);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                Interlocked.Increment(ref _failed);
            }

            // A customer every few hundred microseconds, so that the training gets the processor too.
            if (Interlocked.Increment(ref _calls) % 20 == 0)
            {
                await Task.Delay(1);
            }
        }
    }
}
