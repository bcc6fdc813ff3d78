using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>Rows in ascending order of their scores.</summary>
/// <param name="Scores">Scores in [0, 1], ascending.</param>
/// <param name="Predicted">Whether the positive class was predicted, row by row.</param>
/// <param name="Probabilities">What belongs to the rows: calibrated probabilities, or labels as 0 and 1; empty until they are known.</param>
/// <param name="Weights">Weights of the rows; empty means equal ones.</param>
internal sealed record ScoredRows(double[] Scores, bool[] Predicted, double[] Probabilities, double[] Weights)
{
    public int Count => Scores.Length;

    /// <summary>
    /// Scores and predictions alone. What was predicted yes and what was predicted no is sorted apart and merged, so that only keys are sorted.
    /// </summary>
    public static ScoredRows Of(ReadOnlySpan<double> scores, ReadOnlySpan<bool> predicted, double threshold)
    {
        double[] yes = new double[scores.Length], no = new double[scores.Length];
        int yesCount = 0, noCount = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            double score = scores[i];
            bool isYes = predicted.IsEmpty ? score >= threshold : predicted[i];
            yes[yesCount] = score;
            no[noCount] = score;
            yesCount += isYes ? 1 : 0;
            noCount += isYes ? 0 : 1;
        }

        return Merge(new SortedSample(no.AsSpan(0, noCount)).Values, new SortedSample(yes.AsSpan(0, yesCount)).Values);
    }

    /// <summary>Rows with their own probabilities or labels, in one order whatever order they came in.</summary>
    public static ScoredRows Of(
        ReadOnlySpan<double> scores, ReadOnlySpan<bool> predicted, double threshold, ReadOnlySpan<double> probabilities, ReadOnlySpan<double> weights)
    {
        Row[] rows = new Row[scores.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = new Row(
                scores[i] + 0.0, probabilities[i], weights.IsEmpty ? 1 : weights[i], predicted.IsEmpty ? scores[i] >= threshold : predicted[i]);
        }

        Array.Sort(rows);
        ScoredRows sorted = new(
            new double[rows.Length], new bool[rows.Length], new double[rows.Length], weights.IsEmpty ? [] : new double[rows.Length]);
        for (int i = 0; i < rows.Length; i++)
        {
            (sorted.Scores[i], sorted.Predicted[i], sorted.Probabilities[i]) = (rows[i].Score, rows[i].Predicted, rows[i].Probability);
            if (!weights.IsEmpty)
            {
                sorted.Weights[i] = rows[i].Weight;
            }
        }

        return sorted;
    }

    /// <summary>Labels as 0 and 1.</summary>
    public static double[] Numbers(ReadOnlySpan<bool> labels)
    {
        double[] numbers = new double[labels.Length];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = labels[i] ? 1 : 0;
        }

        return numbers;
    }

    public double WeightOf(int row) => Weights.Length == 0 ? 1 : Weights[row];

    private static ScoredRows Merge(ReadOnlySpan<double> no, ReadOnlySpan<double> yes)
    {
        double[] scores = new double[no.Length + yes.Length];
        bool[] predicted = new bool[scores.Length];
        for (int i = 0, n = 0, y = 0; i < scores.Length; i++)
        {
            bool takesNo = y == yes.Length || (n < no.Length && no[n] <= yes[y]);
            scores[i] = takesNo ? no[n++] : yes[y++];
            predicted[i] = !takesNo;
        }

        return new ScoredRows(scores, predicted, [], []);
    }

    private readonly record struct Row(double Score, double Probability, double Weight, bool Predicted) : IComparable<Row>
    {
        public int CompareTo(Row other)
        {
            int order = Score.CompareTo(other.Score);
            order = order != 0 ? order : Probability.CompareTo(other.Probability);
            order = order != 0 ? order : Weight.CompareTo(other.Weight);
            return order != 0 ? order : Predicted.CompareTo(other.Predicted);
        }
    }
}
