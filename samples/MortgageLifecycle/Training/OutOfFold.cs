using Lifecycle;
using Lifecycle.MLNet;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MortgageLifecycle.Training;

/// <summary>
/// Every application scored by a model that was trained without it, and decided by thresholds that were chosen without it.
/// So the verdict rests on all rows, not on the few of a test part.
/// </summary>
internal sealed class OutOfFold
{
    private OutOfFold(Scored[] rows, float[] scores, bool[] approved)
    {
        Rows = rows;
        Scores = scores;
        Approved = approved;
    }

    public IReadOnlyList<Scored> Rows { get; }

    /// <summary>Scores after the shift of the group, one a row.</summary>
    public float[] Scores { get; }

    public bool[] Approved { get; }

    public bool[] Repays => [.. Rows.Select(r => r.Repays)];

    public static OutOfFold Of(MLContext context, Candidate candidate, ColumnBatch rows, int[] folds, CancellationToken cancellationToken)
    {
        Scored[] scored = new Scored[rows.RowCount];
        for (int fold = 0; fold <= folds.Max(); fold++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            IDataView train = Candidate.Labelled(context, rows.Rows(Where(folds, f => f != fold)).ToDataView());
            int[] held = Where(folds, f => f == fold);
            ITransformer fitted = candidate.Pipeline(context).Fit(train);
            IDataView result = fitted.Transform(Candidate.Labelled(context, rows.Rows(held).ToDataView()));
            using IEnumerator<float> probability = result.GetColumn<float>("Probability").GetEnumerator();
            foreach (int row in held)
            {
                probability.MoveNext();
                scored[row] = new Scored(
                    probability.Current, rows[Candidate.Outcome].Text(row) == "no", rows[Candidate.Attribute].Text(row) == "yes");
            }
        }

        float[] scores = new float[scored.Length];
        bool[] approved = new bool[scored.Length];
        for (int fold = 0; fold <= folds.Max(); fold++)
        {
            Cut cut = Cut.Choose([.. Where(folds, f => f != fold).Select(i => scored[i])], candidate.ThresholdByGroup);
            foreach (int row in Where(folds, f => f == fold))
            {
                // Scores of all folds on one scale: the distance to the fold's own threshold.
                scores[row] = cut.Apply(scored[row]) - cut.Threshold;
                approved[row] = cut.Approves(scored[row]);
            }
        }

        return new OutOfFold(scored, scores, approved);
    }

    private static int[] Where(int[] folds, Func<int, bool> wanted) => [.. Enumerable.Range(0, folds.Length).Where(i => wanted(folds[i]))];
}
