using System.Diagnostics.CodeAnalysis;
using Lifecycle.Drift;
using Lifecycle.Serving;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lifecycle;

/// <summary>Watching served predictions.</summary>
public static class MonitoringBuilderExtensions
{
    /// <summary>
    /// Counts every prediction against the reference profile that was registered for the version that answers
    /// (<c>lifecycle.Drift.RegisterReferenceAsync(model, version, profile)</c>), and raises alerts when the inputs drift.
    /// </summary>
    /// <param name="model">The served model.</param>
    /// <param name="configure">Columns and windows; null means properties by name and the defaults of drift.</param>
    public static ServedModelBuilder<TIn, TOut> MonitorDrift<
        [DynamicallyAccessedMembers(TypedModel.Members)] TIn,
        [DynamicallyAccessedMembers(TypedModel.Members)] TOut>(
        this ServedModelBuilder<TIn, TOut> model, Action<MonitoringSetup<TIn>>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        MonitoringSetup<TIn> setup = new();
        configure?.Invoke(setup);
        return model.Tap(services =>
        {
            string name = model.Name;
            PredictionMonitoring<TIn, TOut> monitoring = new(
                name,
                services.GetRequiredService<DriftMonitors>(),
                () => services.GetRequiredService<ModelHost>().Model(name).Version,
                setup,
                services.GetRequiredService<ILoggerFactory>().CreateLogger("Lifecycle.Monitoring"));
            services.GetRequiredService<ModelMonitorings>().Add(monitoring);
            return monitoring;
        });
    }

    /// <summary>
    /// Watches how well a model of two classes predicts: estimated from the scores of its answers, measured when labels come by
    /// <c>lifecycle.PerformanceOf(model).RecordLabel(requestId, actual)</c>. Predictions and windows are kept by <c>lifecycle.Drift</c>.
    /// </summary>
    /// <param name="model">The served model.</param>
    /// <param name="configure">Names the score and the reference.</param>
    /// <exception cref="ArgumentException">The score or the reference is not named.</exception>
    public static ServedModelBuilder<TIn, TOut> MonitorPerformance<
        [DynamicallyAccessedMembers(TypedModel.Members)] TIn,
        [DynamicallyAccessedMembers(TypedModel.Members)] TOut>(
        this ServedModelBuilder<TIn, TOut> model, Action<PerformanceSetup<TOut>> configure)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(configure);
        PerformanceSetup<TOut> setup = new();
        configure(setup);
        if (setup.ScoreOf is null || setup.EstimatorOf is null)
        {
            throw new ArgumentException(
                "Name score and reference, for example s.MonitorPerformance(p => p.Score(o => o.Probability).Reference(estimator)).", nameof(configure));
        }

        return model.Tap(services =>
        {
            string name = model.Name;
            ServedPerformance<TIn, TOut> performance = new(
                name,
                services.GetRequiredService<DriftMonitors>(),
                () => services.GetRequiredService<ModelHost>().Model(name).Version,
                setup,
                services.GetRequiredService<TimeProvider>(),
                services.GetRequiredService<ILoggerFactory>().CreateLogger("Lifecycle.Monitoring"));
            services.GetRequiredService<ModelMonitorings>().Add(performance);
            return performance;
        });
    }
}
