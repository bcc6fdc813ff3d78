namespace Lifecycle.Statistics;

/// <summary>
/// Sampling error of areas under ROC curves (DeLong, DeLong and Clarke-Pearson 1988) by midranks in O(n log n)
/// (Sun and Xu 2014).
/// </summary>
public static class DeLong
{
    /// <summary>The area under the ROC curve of one model, with its variance.</summary>
    /// <param name="scores">One score a row; NaN is not allowed.</param>
    /// <param name="labels">True for positive rows.</param>
    /// <returns>The estimate; area and variance are NaN when they are not defined.</returns>
    /// <exception cref="ArgumentException">Lengths differ or a score is NaN.</exception>
    public static AreaEstimate Estimate(ReadOnlySpan<double> scores, ReadOnlySpan<bool> labels) =>
        new Placements(scores, labels).Estimate();

    /// <summary>The areas of two models on the same rows, with their covariance.</summary>
    /// <param name="first">Scores of the first model.</param>
    /// <param name="second">Scores of the second model, row by row.</param>
    /// <param name="labels">True for positive rows.</param>
    /// <returns>Both estimates and their covariance.</returns>
    /// <exception cref="ArgumentException">Lengths differ or a score is NaN.</exception>
    public static AreaComparison Compare(ReadOnlySpan<double> first, ReadOnlySpan<double> second, ReadOnlySpan<bool> labels)
    {
        Placements a = new(first, labels), b = new(second, labels);
        return new AreaComparison(a.Estimate(), b.Estimate(), Placements.Covariance(a, b));
    }

    /// <summary>For each positive row the share of negatives below it, and the reverse (ties ½).</summary>
    private sealed class Placements
    {
        private readonly double[] _positive, _negative;
        private readonly double _area;

        public Placements(ReadOnlySpan<double> scores, ReadOnlySpan<bool> labels)
        {
            Check(scores, labels);
            double[] positives = Select(scores, labels, true), negatives = Select(scores, labels, false);
            double[] pooled = RadixOrder.MidRanks(scores);
            _positive = Place(Select(pooled, labels, true), RadixOrder.MidRanks(positives), negatives.Length);
            _negative = Place(Select(pooled, labels, false), RadixOrder.MidRanks(negatives), positives.Length);
            for (int j = 0; j < _negative.Length; j++)
            {
                _negative[j] = 1 - _negative[j];
            }

            double sum = 0;
            foreach (double place in _positive)
            {
                sum += place * _negative.Length;
            }

            _area = _positive.Length > 0 && _negative.Length > 0 ? sum / ((double)_positive.Length * _negative.Length) : double.NaN;
        }

        public static double Covariance(Placements a, Placements b) =>
            Product(a._positive, b._positive, a._area, b._area) + Product(a._negative, b._negative, a._area, b._area);

        public AreaEstimate Estimate() => new(_area, Covariance(this, this), _positive.Length, _negative.Length);

        private static void Check(ReadOnlySpan<double> scores, ReadOnlySpan<bool> labels)
        {
            if (scores.Length != labels.Length)
            {
                throw new ArgumentException($"{scores.Length} scores and {labels.Length} labels do not belong together.");
            }

            foreach (double score in scores)
            {
                if (double.IsNaN(score))
                {
                    throw new ArgumentException("A score is NaN; drop or replace such rows first.", nameof(scores));
                }
            }
        }

        private static double[] Select(ReadOnlySpan<double> values, ReadOnlySpan<bool> labels, bool label)
        {
            double[] selected = new double[labels.Count(label)];
            for (int i = 0, k = 0; i < labels.Length; i++)
            {
                if (labels[i] == label)
                {
                    selected[k++] = values[i];
                }
            }

            return selected;
        }

        private static double[] Place(double[] pooled, double[] own, int others)
        {
            for (int i = 0; i < pooled.Length; i++)
            {
                pooled[i] = (pooled[i] - own[i]) / others;
            }

            return pooled;
        }

        private static double Product(double[] a, double[] b, double meanA, double meanB)
        {
            double sum = 0;
            for (int i = 0; i < a.Length; i++)
            {
                sum += (a[i] - meanA) * (b[i] - meanB);
            }

            return a.Length < 2 ? double.NaN : sum / (a.Length - 1) / a.Length;
        }
    }
}
