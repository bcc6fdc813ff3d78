using System.Diagnostics;
using Lifecycle.Tracking;
using Microsoft.ML;

namespace Lifecycle.MLNet;

/// <summary>What the caller of <c>TrackWith</c> asked for.</summary>
internal sealed record TrackedFit(IDataView? Validation, string? Label, bool Model, DatasetReference? Data);

/// <summary>A pipeline that writes down what it was told and what came out. Nothing it does can fail a fit.</summary>
internal sealed class TrackedEstimator<TTransformer>(IEstimator<TTransformer> inner, Run run, TrackedFit asked) : IEstimator<TTransformer>
    where TTransformer : class, ITransformer
{
    public TTransformer Fit(IDataView input)
    {
        FitLog log = new(run, inner);
        log.Options();
        log.Seed();
        long started = Stopwatch.GetTimestamp();
        TTransformer fitted;
        try
        {
            fitted = inner.Fit(input);
        }
        catch
        {
            log.Pipeline(null, null);
            throw;
        }

        TimeSpan duration = Stopwatch.GetElapsedTime(started);
        log.Duration(duration);
        log.Pipeline(fitted, input);
        log.EffectiveOptions();
        log.Data(input, asked.Data);
        if (asked.Model)
        {
            log.Model(fitted, input);
        }

        if (asked.Validation is { } validation)
        {
            log.Metrics(fitted, validation, asked.Label);
        }

        return fitted;
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => inner.GetOutputSchema(inputSchema);
}
