using Lifecycle.Tracking;
using Microsoft.ML;

namespace Lifecycle.MLNet;

/// <summary>Autologging in one line.</summary>
public static class AutologExtensions
{
    /// <summary>
    /// The same pipeline; when it is fitted, the run gets the trainer's options (<c>trainer.*</c>), the transforms (<c>pipeline.*</c>), rows and duration
    /// (<c>fit.*</c>), the input's schema and, with <paramref name="validation"/>, the metrics of its task (<c>val_*</c>).
    /// </summary>
    /// <param name="pipeline">A trainer or a chain of estimators.</param>
    /// <param name="run">Where to write.</param>
    /// <param name="validation">Rows to evaluate on; null evaluates nothing.</param>
    /// <param name="label">The label column of <paramref name="validation"/>.</param>
    public static IEstimator<TTransformer> TrackWith<TTransformer>(
        this IEstimator<TTransformer> pipeline, Run run, IDataView? validation = null, string label = "Label")
        where TTransformer : class, ITransformer
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentNullException.ThrowIfNull(run);
        return new TrackedEstimator<TTransformer>(pipeline, run, validation, label);
    }
}
