namespace Lifecycle.Statistics;

/// <summary>
/// For each positive row the share of negative rows scored below it, for each negative row the share of positive rows above it, ties ½.
/// Rows stand in their own order.
/// </summary>
internal sealed class Placements
{
    private const int LeastParallelRows = 50_000;
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
        Walk walk = new(labels.Length, labels.Count(true));
        for (int from = 0, to; from < order.Length; from = to)
        {
            double score = scores[order[from]];
            int up = labels[order[from]] ? 1 : 0;
            for (to = from + 1; to < order.Length && scores[order[to]] == score; to++)
            {
                up += labels[order[to]] ? 1 : 0;
            }

            (double ofPositive, double ofNegative) = walk.Step(up, to - from - up);
            for (int i = from; i < to; i++)
            {
                walk.Shares[order[i]] = labels[order[i]] ? ofPositive : ofNegative;
            }
        }

        return walk.Done();
    }

    public static Placements Of(ReadOnlySpan<float> scores, ReadOnlySpan<bool> labels)
    {
        Check(scores, labels);
        return Of(RadixOrder.Pack(scores, labels));
    }

    private static Placements Of(ulong[] packed)
    {
        const uint Label = 1u << 31;
        ulong[] pairs = RadixOrder.SortPacked(packed);
        int positives = 0;
        foreach (ulong pair in pairs)
        {
            positives += (int)((uint)pair >> 31);
        }

        Walk walk = new(pairs.Length, positives);
        for (int from = 0, to; from < pairs.Length; from = to)
        {
            uint key = (uint)(pairs[from] >> 32);
            int up = (int)((uint)pairs[from] >> 31);
            for (to = from + 1; to < pairs.Length && (uint)(pairs[to] >> 32) == key; to++)
            {
                up += (int)((uint)pairs[to] >> 31);
            }

            (double ofPositive, double ofNegative) = walk.Step(up, to - from - up);
            for (int i = from; i < to; i++)
            {
                uint row = (uint)pairs[i];
                walk.Shares[(int)(row & ~Label)] = (row & Label) != 0 ? ofPositive : ofNegative;
            }
        }

        return walk.Done();
    }

    /// <summary>Both models at once, each on a thread of its own.</summary>
    public static (Placements First, Placements Second) OfBoth(ReadOnlySpan<float> first, ReadOnlySpan<float> second, ReadOnlySpan<bool> labels)
    {
        if (labels.Length < LeastParallelRows)
        {
            return (Of(first, labels), Of(second, labels));
        }

        Check(first, labels);
        Check(second, labels);
        ulong[] one = RadixOrder.Pack(first, labels), other = RadixOrder.Pack(second, labels);
        Placements? a = null, b = null;
        Parallel.Invoke(() => a = Of(one), () => b = Of(other));
        return (a!, b!);
    }

    public static AreaComparison Compare(Placements a, Placements b, ReadOnlySpan<bool> labels)
    {
        Products positives = default, negatives = default;
        for (int i = 0; i < labels.Length; i++)
        {
            double first = a._shares[i] - a._area, second = b._shares[i] - b._area;
            if (labels[i])
            {
                positives.Add(first, second);
            }
            else
            {
                negatives.Add(first, second);
            }
        }

        int up = a._positives, down = a._negatives;
        return new AreaComparison(
            new AreaEstimate(a._area, Part(positives.First, up) + Part(negatives.First, down), up, down),
            new AreaEstimate(b._area, Part(positives.Second, up) + Part(negatives.Second, down), up, down),
            Part(positives.Both, up) + Part(negatives.Both, down));
    }

    private struct Products
    {
        public double First, Second, Both;

        public void Add(double first, double second)
        {
            First += first * first;
            Second += second * second;
            Both += first * second;
        }
    }

    public AreaEstimate Estimate(ReadOnlySpan<bool> labels) => Compare(this, this, labels).First;

    private static double Part(double sum, int rows) => rows < 2 ? double.NaN : sum / (rows - 1) / rows;

    private static void Check(int scores, int labels)
    {
        if (scores != labels)
        {
            throw new ArgumentException($"{scores} scores and {labels} labels do not belong together.");
        }
    }

    private static void Check(ReadOnlySpan<float> scores, ReadOnlySpan<bool> labels)
    {
        Check(scores.Length, labels.Length);
        foreach (float score in scores)
        {
            CheckNumber(score);
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
        private readonly int _positives, _negatives;
        private long _positivesBelow, _negativesBelow, _twicePairs;

        public Walk(int rows, int positives)
        {
            Shares = GC.AllocateUninitializedArray<double>(rows);
            _positives = positives;
            _negatives = rows - positives;
        }

        public double[] Shares { get; }

        /// <summary>The shares of tied rows, positive ones and negative ones.</summary>
        public (double OfPositive, double OfNegative) Step(int up, int down)
        {
            double ofPositive = (_negativesBelow + 0.5 * down) / _negatives, ofNegative = 1 - (_positivesBelow + 0.5 * up) / _positives;
            _twicePairs += up * (2 * _negativesBelow + down);
            _positivesBelow += up;
            _negativesBelow += down;
            return (ofPositive, ofNegative);
        }

        public readonly Placements Done()
        {
            double area = _positives > 0 && _negatives > 0 ? 0.5 * _twicePairs / ((double)_positives * _negatives) : double.NaN;
            return new Placements(Shares, _positives, _negatives, area);
        }
    }
}
