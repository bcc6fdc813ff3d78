using System.Collections.Concurrent;

namespace Lifecycle;

/// <summary>All watched models of the process.</summary>
public sealed class ModelMonitorings : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ModelMonitoring> _models = new(StringComparer.Ordinal);

    /// <summary>The watch over a model.</summary>
    /// <param name="model">The name under which it is served.</param>
    /// <exception cref="LifecycleException">The model is not watched.</exception>
    public ModelMonitoring this[string model] => _models.TryGetValue(model, out ModelMonitoring? monitoring)
        ? monitoring
        : throw new LifecycleException($"The model '{model}' is not watched; say .Serve<TIn, TOut>(\"{model}\", configure: s => s.MonitorDrift()).");

    internal void Add(ModelMonitoring monitoring) => _models[monitoring.Model] = monitoring;

    /// <summary>Closes all monitors; their open windows are checked.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (ModelMonitoring monitoring in _models.Values)
        {
            await ((IAsyncDisposable)monitoring).DisposeAsync().ConfigureAwait(false);
        }
    }
}
