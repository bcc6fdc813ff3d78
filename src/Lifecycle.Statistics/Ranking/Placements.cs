namespace Lifecycle.Statistics;

/// <summary>
/// For each positive row the share of negative rows scored below it, for each negative row the share of positive rows above it, ties ½. Rows stand in
/// their own order.
/// </summary>
internal sealed class Placements
{
    private readonly double[] _shares;
    private readonly int _positives, _negatives;
    private readonly double _area;

    private Placements(double[] shares, int positives, int negatives, double area)
    {
        _shares = shares;
        _positives = positives;
        _negatives = negatives;
        _area = area;
    }

    public static Placements Of(ReadOnlySpan<double> scores, ReadOnlySpan<bool> labels)
    {
        Check(scores.Length, labels.Length);
        foreach (double score in scores)
        {
            CheckNumber(score);
        }

        int[] order = RadixOrder.Ascending(scores);
        Walk walk = new(labels);
        for (int from = 0, to; from < order.Length; from = to)
        {
            double score = scores[order[from]];
            for (to = from + 1; to < order.Length && scores[order[to]] == score; to++)
            {
            }

            walk.Place(order.AsSpan(from, to - from), labels);
        }

        return walk.Done();
    }

    public static Placements Of(ReadOnlySpan<float> scores, ReadOnlySpan<bool> labels)
    {
        Check(scores.Length, labels.Length);
        foreach (float score in scores)
        {
            CheckNumber(score);
        }

        ulong[] pairs = RadixOrder.Pack(scores);
        Walk walk = new(labels);
        Span<int> tied = stackalloc int[1];
        for (int from = 0, to; from < pairs.Length; from = to)
        {
            uint key = (uint)(pairs[from] >> 32);
            for (to = from + 1; to < pairs.Length && (uint)(pairs[to] >> 32) == key; to++)
            {
            }

            if (to == from + 1)
            {
                tied[0] = (int)(uint)pairs[from];
                walk.Place(tied, labels);
            }
            else
            {
                walk.Place(Array.ConvertAll(pairs[from..to], p => (int)(uint)p), labels);
            }
        }

        return walk.Done();
    }

    public static AreaComparison Compare(Placements a, Placements b, ReadOnlySpan<bool> labels) =>
        new(a.Estimate(labels), b.Estimate(labels), Covariance(a, b, labels));

    public AreaEstimate Estimate(ReadOnlySpan<bool> labels) => new(_area, Covariance(this, this, labels), _positives, _negatives);

    private static double Covariance(Placements a, Placements b, ReadOnlySpan<bool> labels)
    {
        double positives = 0, negatives = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            double product = (a._shares[i] - a._area) * (b._shares[i] - b._area);
            positives += labels[i] ? product : 0;
            negatives += labels[i] ? 0 : product;
        }

        return Part(positives, a._positives) + Part(negatives, a._negatives);
    }

    private static double Part(double sum, int rows) => rows < 2 ? double.NaN : sum / (rows - 1) / rows;

    private static void Check(int scores, int labels)
    {
        if (scores != labels)
        {
            throw new ArgumentException($"{scores} scores and {labels} labels do not belong together.");
        }
    }

    private static void CheckNumber(double score)
    {
        if (double.IsNaN(score))
        {
            throw new ArgumentException("A score is NaN; drop or replace such rows first.", nameof(score));
        }
    }

    /// <summary>Goes through rows in ascending order of scores, one group of ties after the other.</summary>
    private struct Walk
    {
        private readonly double[] _shares;
        private readonly int _positives, _negatives;
        private long _positivesBelow, _negativesBelow, _twicePairs;

        public Walk(ReadOnlySpan<bool> labels)
        {
            _shares = GC.AllocateUninitializedArray<double>(labels.Length);
            _positives = labels.Count(true);
            _negatives = labels.Length - _positives;
        }

        public void Place(ReadOnlySpan<int> tied, ReadOnlySpan<bool> labels)
        {
            int up = 0;
            foreach (int row in tied)
            {
                up += labels[row] ? 1 : 0;
            }

            int down = tied.Length - up;
            double ofPositive = (_negativesBelow + 0.5 * down) / _negatives, ofNegative = 1 - (_positivesBelow + 0.5 * up) / _positives;
            foreach (int row in tied)
            {
                _shares[row] = labels[row] ? ofPositive : ofNegative;
            }

            _twicePairs += up * (2 * _negativesBelow + down);
            _positivesBelow += up;
            _negativesBelow += down;
        }

        public readonly Placements Done()
        {
            double area = _positives > 0 && _negatives > 0 ? 0.5 * _twicePairs / ((double)_positives * _negatives) : double.NaN;
            return new Placements(_shares, _positives, _negatives, area);
        }
    }
}
