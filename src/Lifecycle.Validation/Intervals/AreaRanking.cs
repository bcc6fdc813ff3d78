namespace Lifecycle.Validation;

/// <summary>The area under the ROC curve of rows that all count alike: sorted once, one pass over whole numbers for each draw.</summary>
internal sealed class AreaRanking : RowFigure
{
    private const byte Positive = 1, EndOfTie = 2;

    // In ascending order of scores: row numbers, and whether a row is positive and the last of its score.
    private readonly int[] _order;
    private readonly byte[] _marks;

    // By row: rank of its score, and twice the number of rows of the other class on the right side of it, ties counting one.
    private readonly int[] _ranks;
    private readonly long[] _twice;
    private readonly bool[] _labels;
    private readonly long _twiceArea, _positives, _negatives;

    public AreaRanking(EvaluationSet set)
    {
        double[] scores = set.Scores.ToArray();
        _labels = set.Labels.ToArray();
        _order = new int[scores.Length];
        _marks = new byte[scores.Length];
        _ranks = new int[scores.Length];
        _twice = new long[scores.Length];
        for (int i = 0; i < _order.Length; i++)
        {
            _order[i] = i;
        }

        Array.Sort(scores, _order);
        _positives = _labels.AsSpan().Count(true);
        _negatives = scores.Length - _positives;
        long positivesBelow = 0, negativesBelow = 0;
        for (int from = 0, to, rank = 0; from < scores.Length; from = to, rank++)
        {
            int up = 0;
            for (to = from; to < scores.Length && scores[to] == scores[from]; to++)
            {
                _ranks[_order[to]] = rank;
                _marks[to] = _labels[_order[to]] ? Positive : (byte)0;
                up += _marks[to];
            }

            int down = to - from - up;
            _marks[to - 1] |= EndOfTie;
            for (int i = from; i < to; i++)
            {
                _twice[_order[i]] = (_marks[i] & Positive) != 0 ? 2 * negativesBelow + down : 2 * (_positives - positivesBelow - up) + up;
            }

            _twiceArea += up * (2 * negativesBelow + down);
            positivesBelow += up;
            negativesBelow += down;
        }
    }

    public override MetricValue Of(byte[] multiplicities)
    {
        byte[] sorted = new byte[multiplicities.Length];
        for (int i = 0; i < sorted.Length; i++)
        {
            sorted[i] = multiplicities[_order[i]];
        }

        return OfDrawn(sorted);
    }

    public override MetricValue OfDrawn(byte[] multiplicities)
    {
        // Twice the area: a pair counts 2, a tied one 1.
        long area = 0, positives = 0, negatives = 0, up = 0, down = 0;
        ReadOnlySpan<byte> marks = _marks, counts = multiplicities.AsSpan(0, marks.Length);
        for (int i = 0; i < marks.Length; i++)
        {
            long count = counts[i], mask = -(long)(marks[i] & Positive);
            up += count & mask;
            down += count & ~mask;
            if ((marks[i] & EndOfTie) != 0)
            {
                area += up * (2 * negatives + down);
                positives += up;
                negatives += down;
                up = down = 0;
            }
        }

        return Area(area, positives, negatives);
    }

    public override MetricValue Without(int block, int blocks, byte[] ones)
    {
        long area = _twiceArea, positives = _positives, negatives = _negatives;
        for (int row = block; row < _labels.Length; row += blocks)
        {
            area -= _twice[row];
            positives -= _labels[row] ? 1 : 0;
            negatives -= _labels[row] ? 0 : 1;

            // A pair within the block was taken off twice.
            for (int other = block; other < row; other += blocks)
            {
                if (_labels[row] != _labels[other])
                {
                    int ahead = _labels[row] ? _ranks[row] - _ranks[other] : _ranks[other] - _ranks[row];
                    area += ahead > 0 ? 2 : ahead == 0 ? 1 : 0;
                }
            }
        }

        return Area(area, positives, negatives);
    }

    private static MetricValue Area(long twice, long positives, long negatives) => positives == 0 || negatives == 0
        ? MetricValue.Undefined(UndefinedReason.OneClass)
        : MetricValue.Of(0.5 * twice / ((double)positives * negatives));
}
