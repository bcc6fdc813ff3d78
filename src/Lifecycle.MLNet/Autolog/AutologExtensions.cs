using Lifecycle.Tracking;
using Microsoft.ML;

namespace Lifecycle.MLNet;

/// <summary>Autologging in one line.</summary>
public static class AutologExtensions
{
    /// <summary>
    /// The same pipeline; when it is fitted, the run gets the trainer's options (<c>trainer.*</c>), the transforms (<c>pipeline.*</c>), rows and duration
    /// (<c>fit.*</c>), the training data with schema and digest as an input, with <paramref name="validation"/> the metrics of its task (<c>val_*</c>), and the
    /// model, which is saved in the background: the end of the run waits for it. What cannot be logged becomes a problem of the run; a fit never fails of it.
    /// </summary>
    /// <param name="pipeline">A trainer or a chain of estimators.</param>
    /// <param name="run">Where to write.</param>
    /// <param name="validation">Rows to evaluate on; null evaluates nothing.</param>
    /// <param name="label">The label column of <paramref name="validation"/>; null takes the trainer's.</param>
    /// <param name="model">Whether the model is saved; <c>run.LogModelAsync(transformer)</c> gives it.</param>
    /// <param name="data">
    /// What the training rows are; a dataset version or a part of a split converts to it. Null takes what the view says of itself, see
    /// <see cref="ColumnBatchView.Source"/>; when it says nothing the rows are read once more after the fit and digested, up to 256 MiB.
    /// </param>
    public static IEstimator<TTransformer> TrackWith<TTransformer>(
        this IEstimator<TTransformer> pipeline, Run run, IDataView? validation = null, string? label = null, bool model = true, DatasetReference? data = null)
        where TTransformer : class, ITransformer
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentNullException.ThrowIfNull(run);
        return new TrackedEstimator<TTransformer>(pipeline, run, new TrackedFit(validation, label, model, data));
    }

    /// <summary>
    /// Lets the run keep what ML.NET says while it works, information and above, at most 1 MiB, as the artifact <c>lifecycle/mlnet.log</c>. It is written when
    /// the run ends; then the context is let go.
    /// </summary>
    /// <returns>The same context.</returns>
    public static MLContext TrackWith(this MLContext context, Run run)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(run);
        LogChannel.Attach(context, run);
        return context;
    }
}
