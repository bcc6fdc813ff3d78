using Lifecycle.Validation;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet.Tests;

public sealed class EvaluationTests
{
    private readonly MLContext _context = new(seed: 1);

    [Fact]
    public void TheAreaUnderTheCurve_IsTheOneOfMLNet()
    {
        foreach (IEstimator<ITransformer> trainer in (IEstimator<ITransformer>[])
            [
                _context.BinaryClassification.Trainers.LbfgsLogisticRegression(),

                // Few leaves: many rows share a score.
                _context.BinaryClassification.Trainers.FastTree(numberOfTrees: 3, numberOfLeaves: 4),
            ])
        {
            IDataView scored = Fit(trainer).Transform(LoanTable.Rows(2_000, seed: 2).ToDataView());
            CalibratedBinaryClassificationMetrics expected = _context.BinaryClassification.Evaluate(scored);
            EvaluationSet set = scored.ToEvaluationSet();
            Assert.Equal(expected.AreaUnderRocCurve, Metric.AreaUnderRoc.Compute(set).Value, 1e-6);
            Assert.Equal(expected.Accuracy, Metric.Accuracy.Compute(set).Value, 1e-12);
            Assert.Equal(expected.F1Score, Metric.F1.Compute(set).Value, 1e-9);
        }
    }

    [Fact]
    public void Decisions_AreThoseOfTheView_OrFollowTheThreshold()
    {
        IDataView scored = Fit(_context.BinaryClassification.Trainers.LbfgsLogisticRegression()).Transform(LoanTable.Rows(500, seed: 2).ToDataView());
        Assert.Equal(scored.GetColumn<bool>("PredictedLabel"), scored.ToEvaluationSet().Predictions.ToArray());
        Assert.Equal(scored.GetColumn<float>("Probability").Select(p => p >= 0.8), scored.ToEvaluationSet(decision: null, threshold: 0.8).Predictions.ToArray());
        Assert.Equal(scored.GetColumn<float>("Score").Select(s => (double)s), scored.ToEvaluationSet(score: "Score").Scores.ToArray());
        Assert.Contains("Denied", Assert.Throws<UnknownColumnException>(() => scored.ToEvaluationSet(label: "Denied")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABatchPredictor_ScoresAsThePipelineDoes()
    {
        TransformerChain<ITransformer> model = Fit(_context.BinaryClassification.Trainers.LbfgsLogisticRegression());
        ColumnBatch rows = LoanTable.Rows(300, seed: 3);
        double[] scores = new double[300];
        await model.ToBatchPredictor()(rows, scores, CancellationToken.None);
        Assert.Equal(model.Transform(rows.ToDataView()).GetColumn<float>("Probability").Select(p => (double)p), scores);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await model.ToBatchPredictor()(rows, scores, new CancellationToken(canceled: true)));
    }

    private TransformerChain<ITransformer> Fit(IEstimator<ITransformer> trainer) => LoanTable.Features(_context).Append(trainer).Fit(LoanTable.Rows(1_000).ToDataView());
}
