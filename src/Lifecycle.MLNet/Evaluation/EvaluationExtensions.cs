using Lifecycle.Validation;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet;

/// <summary>Scored views as evaluation sets.</summary>
public static class EvaluationExtensions
{
    /// <summary>Labels, scores and, where the view has it, <c>PredictedLabel</c> as the decision.</summary>
    /// <param name="scored">What a binary classifier's <c>Transform</c> gives.</param>
    /// <param name="label">A Boolean column.</param>
    /// <param name="score">A column of numbers, for example <c>Probability</c> or <c>Score</c>.</param>
    /// <param name="decision">A Boolean column; null means score &gt;= <paramref name="threshold"/>.</param>
    /// <param name="threshold">Least score that is a positive decision, when <paramref name="decision"/> is null or not in the view.</param>
    /// <exception cref="UnknownColumnException">A column is not in the view.</exception>
    public static EvaluationSet ToEvaluationSet(
        this IDataView scored, string label = "Label", string score = "Probability", string? decision = "PredictedLabel", double threshold = 0.5)
    {
        ArgumentNullException.ThrowIfNull(scored);
        bool decided = decision is not null && scored.Schema.GetColumnOrNull(decision) is not null;
        ColumnBatch columns = scored.ToColumnBatch(decided ? [label, score, decision!] : [label, score]);
        EvaluationSet set = EvaluationSet.Of(columns.Column<bool>(label).Values.Span, columns[score].ToDoubles(), threshold);
        return decided ? set.WithPredictions(columns.Column<bool>(decision!).Values.Span) : set;
    }

    /// <summary>A fitted pipeline as the function that robustness requirements call: rows in, scores out.</summary>
    /// <param name="transformer">The model.</param>
    /// <param name="score">The column of scores.</param>
    public static BatchPredictor ToBatchPredictor(this ITransformer transformer, string score = "Probability")
    {
        ArgumentNullException.ThrowIfNull(transformer);
        return (rows, scores, cancellationToken) =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            transformer.Transform(rows.ToDataView()).ToColumnBatch([score])[score].ToDoubles().CopyTo(scores);
            return ValueTask.CompletedTask;
        };
    }

    /// <summary>Checks the scalar columns of a view against a contract: before a pipeline is fitted, or before it scores.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="view">The view; read once. A missing number is NaN, a missing text the empty one.</param>
    /// <param name="options">How rows are checked.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public static ContractResult Check(this ColumnContract contract, IDataView view, ContractOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(contract);
        return contract.Check(view.ToColumnBatches(), options, cancellationToken);
    }
}
