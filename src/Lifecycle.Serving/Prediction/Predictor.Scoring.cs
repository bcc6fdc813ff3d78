using System.Runtime.CompilerServices;

namespace Lifecycle.Serving;

/// <content>Many rows.</content>
public sealed partial class Predictor<TIn, TOut>
{
    /// <summary>
    /// Scores rows on one version, however often it is replaced meanwhile: answers come in the order of the rows, in bounded memory. A job does not wait in the
    /// queue of the calls and takes at most half of <see cref="AdmissionOptions.MaxConcurrency"/>.
    /// </summary>
    /// <param name="rows">The rows; read as they are needed.</param>
    /// <param name="options">Degree, errors, version.</param>
    /// <param name="progress">Is told about once a second and at the end.</param>
    /// <param name="ct">Stops within one chunk of 256 rows.</param>
    /// <exception cref="PredictionRejectedException">No version is ready.</exception>
    /// <exception cref="PredictionFailedException">The model threw and errors are not collected.</exception>
    public async IAsyncEnumerable<Scored<TOut>> ScoreAsync(
        IAsyncEnumerable<TIn> rows, ScoringOptions? options = null, Action<ScoringProgress>? progress = null, [EnumeratorCancellation] CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        options ??= new ScoringOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxDegree, 1);
        ct.ThrowIfCancellationRequested();
        VersionLease lease = _model.Acquire(id: LifecycleId.New(_time), version: options.Version);
        try
        {
            int degree = Math.Clamp(options.MaxDegree, 1, Math.Max(1, _model.MaxConcurrency / 2));
            ScoringJob<TIn, TOut> job = new(_model, Unsafe.As<TypedModel<TIn, TOut>>(lease.Version.Typed!), lease, options, degree);
            await foreach (Scored<TOut> row in job.RunAsync(rows, progress, _time, ct).ConfigureAwait(false))
            {
                yield return row;
            }
        }
        finally
        {
            lease.Release();
        }
    }

    /// <inheritdoc cref="ScoreAsync(IAsyncEnumerable{TIn}, ScoringOptions?, Action{ScoringProgress}?, CancellationToken)"/>
    public IAsyncEnumerable<Scored<TOut>> ScoreAsync(
        IEnumerable<TIn> rows, ScoringOptions? options = null, Action<ScoringProgress>? progress = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return ScoreAsync(rows.ToAsyncEnumerable(), options, progress, ct);
    }
}
