namespace Lifecycle.Validation;

/// <summary>Scores rows. Called with at most 8,192 rows at a time, one call after the other.</summary>
/// <param name="rows">The features of the rows, under the names given to <see cref="EvaluationSet"/>.</param>
/// <param name="scores">Where the scores go, one a row, all of them finite.</param>
/// <param name="cancellationToken">Cancelled when the evaluation is.</param>
public delegate ValueTask BatchPredictor(ColumnBatch rows, Memory<double> scores, CancellationToken cancellationToken);
