namespace Lifecycle.Validation;

/// <summary>The area under the ROC curve of rows that all count alike: sorted once, one pass over whole numbers for each draw.</summary>
internal sealed class AreaRanking : RowFigure
{
    private const int Positive = 1, EndOfTie = 2, Shift = 2;

    // Row number, whether it is positive and whether it is the last of its score, in ascending order of scores.
    private readonly long[] _rows;

    public AreaRanking(EvaluationSet set)
    {
        double[] scores = set.Scores.ToArray();
        int[] order = new int[scores.Length];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort(scores, order);
        _rows = new long[order.Length];
        for (int i = 0; i < order.Length; i++)
        {
            bool isEnd = i + 1 == order.Length || scores[i + 1] != scores[i];
            _rows[i] = ((long)order[i] << Shift) | (set.Labels[order[i]] ? (uint)Positive : 0) | (isEnd ? (uint)EndOfTie : 0);
        }
    }

    public override MetricValue Of(byte[] multiplicities)
    {
        // Twice the area: a pair counts 2, a tied one 1.
        long area = 0, positives = 0, negatives = 0, up = 0, down = 0;
        foreach (long row in _rows)
        {
            long count = multiplicities[row >> Shift], mask = -(row & Positive);
            up += count & mask;
            down += count & ~mask;
            if ((row & EndOfTie) != 0)
            {
                area += up * (2 * negatives + down);
                positives += up;
                negatives += down;
                up = down = 0;
            }
        }

        return positives == 0 || negatives == 0
            ? MetricValue.Undefined(UndefinedReason.OneClass)
            : MetricValue.Of(0.5 * area / ((double)positives * negatives));
    }
}
