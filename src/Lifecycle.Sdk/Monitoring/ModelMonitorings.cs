using System.Collections.Concurrent;

namespace Lifecycle;

/// <summary>All watched models of the process.</summary>
public sealed class ModelMonitorings : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ModelMonitoring> _models = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ModelPerformance> _performances = new(StringComparer.Ordinal);

    /// <summary>The watch over a model.</summary>
    /// <param name="model">The name under which it is served.</param>
    /// <exception cref="LifecycleException">The model is not watched.</exception>
    public ModelMonitoring this[string model] => _models.TryGetValue(model, out ModelMonitoring? monitoring)
        ? monitoring
        : throw new LifecycleException($"The model '{model}' is not watched; say .Serve<TIn, TOut>(\"{model}\", configure: s => s.MonitorDrift()).");

    /// <summary>The watch over how well a model predicts.</summary>
    /// <param name="model">The name under which it is served.</param>
    /// <exception cref="LifecycleException">It is not watched.</exception>
    public ModelPerformance PerformanceOf(string model) => _performances.TryGetValue(model, out ModelPerformance? performance)
        ? performance
        : throw new LifecycleException(
            $"The performance of '{model}' is not watched; say .Serve<TIn, TOut>(\"{model}\", configure: s => s.MonitorPerformance(p => p.Score(o => o.Probability).Reference(estimator))).");

    internal void Add(ModelPerformance performance) => _performances[performance.Model] = performance;

    internal void Add(ModelMonitoring monitoring) => _models[monitoring.Model] = monitoring;

    /// <summary>Closes all monitors; their open windows are checked.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(
        _models.Values.Cast<IAsyncDisposable>().Concat(_performances.Values.Cast<IAsyncDisposable>()).Select(m => m.DisposeAsync().AsTask())).ConfigureAwait(false);
}
