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
    public IAsyncEnumerable<Scored<TOut>> ScoreAsync(
        IAsyncEnumerable<TIn> rows, ScoringOptions? options = null, Action<ScoringProgress>? progress = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return Job(options, progress).RunAsync(stop => RowSource<TIn>.Of(rows, stop), ct);
    }

    /// <inheritdoc cref="ScoreAsync(IAsyncEnumerable{TIn}, ScoringOptions?, Action{ScoringProgress}?, CancellationToken)"/>
    public IAsyncEnumerable<Scored<TOut>> ScoreAsync(
        IEnumerable<TIn> rows, ScoringOptions? options = null, Action<ScoringProgress>? progress = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return Job(options, progress).RunAsync(_ => RowSource<TIn>.Of(rows), ct);
    }

    private ScoringJob<TIn, TOut> Job(ScoringOptions? options, Action<ScoringProgress>? progress)
    {
        options ??= new ScoringOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxDegree, 1, nameof(options));
        return new ScoringJob<TIn, TOut>(_model, options, progress, _time);
    }
}
