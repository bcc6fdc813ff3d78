namespace Lifecycle.Drift;

public sealed partial class Adwin
{
    private const int BucketsOfRow = 5;
    private const int Stride = BucketsOfRow + 1;
    private const int MostRows = 48;

    // Row r holds buckets of 2^r values, the oldest first.
    private int[] _counts = new int[MostRows];
    private double[] _totals = new double[MostRows * Stride];
    private double[] _variances = new double[MostRows * Stride];
    private int _rows = 1;

    private void Insert(double value)
    {
        if (_width > 0)
        {
            double deviation = value - _total / _width;
            _squares += _width * deviation * deviation / (_width + 1);
        }

        _width++;
        _total += value;
        int count = _counts[0]++;
        _totals[count] = value;
        _variances[count] = 0;
        if (count == BucketsOfRow)
        {
            Compress();
        }
    }

    /// <summary>Merges the two oldest buckets of each overfull row into one of the next.</summary>
    private void Compress()
    {
        double size = 1;
        for (int row = 0; _counts[row] > BucketsOfRow; row++, size *= 2)
        {
            Span<double> totals = _totals.AsSpan(row * Stride, 2 * Stride), variances = _variances.AsSpan(row * Stride, 2 * Stride);
            double difference = (totals[0] - totals[1]) / size;
            int place = Stride + _counts[row + 1]++;
            totals[place] = totals[0] + totals[1];
            variances[place] = variances[0] + variances[1] + size * difference * difference / 2;
            totals[2..Stride].CopyTo(totals);
            variances[2..Stride].CopyTo(variances);
            _counts[row] -= 2;
            _rows = Math.Max(_rows, row + 2);
        }
    }

    private void DropOldest()
    {
        int row = _rows - 1;
        Span<double> totals = _totals.AsSpan(row * Stride, Stride), variances = _variances.AsSpan(row * Stride, Stride);
        long size = 1L << row;
        _width -= size;
        _total -= totals[0];
        double difference = totals[0] / size - _total / _width;
        _squares -= variances[0] + (double)size * _width * difference * difference / (size + _width);
        totals[1..].CopyTo(totals);
        variances[1..].CopyTo(variances);
        _counts[row]--;
        while (_rows > 1 && _counts[_rows - 1] == 0)
        {
            _rows--;
        }
    }

    /// <summary>Whether any border of two buckets is a cut: abs(μ0 - μ1) &gt; √(2 k σ² d) + 2/3 k d.</summary>
    private bool HasCut(double d)
    {
        double total0 = 0, spread = 2 * d * Math.Max(0, _squares / _width), rest = 2.0 / 3 * d, all = _total;
        long n0 = 0, width = _width;
        for (int row = _rows - 1; row >= 0; row--)
        {
            long size = 1L << row;
            ReadOnlySpan<double> totals = _totals.AsSpan(row * Stride, _counts[row]);
            foreach (double total in totals)
            {
                n0 += size;
                total0 += total;
                long n1 = width - n0;
                if (n1 < ShortestPart)
                {
                    return false;
                }

                if (n0 < ShortestPart)
                {
                    continue;
                }

                double k = 1.0 / (n0 - ShortestPart + 1) + 1.0 / (n1 - ShortestPart + 1);
                double beyond = Math.Abs(total0 / n0 - (all - total0) / n1) - rest * k;
                if (beyond > 0 && beyond * beyond > spread * k)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>The largest d at which any border is a cut.</summary>
    private double StrongestCut()
    {
        double total0 = 0, variance = Math.Max(0, _squares / _width), strongest = 0;
        long n0 = 0;
        for (int row = _rows - 1; row >= 0; row--)
        {
            for (int i = 0; i < _counts[row]; i++)
            {
                n0 += 1L << row;
                total0 += _totals[row * Stride + i];
                long n1 = _width - n0;
                if (n0 < ShortestPart || n1 < ShortestPart)
                {
                    continue;
                }

                double k = 1.0 / (n0 - ShortestPart + 1) + 1.0 / (n1 - ShortestPart + 1);
                double b = Math.Sqrt(2 * k * variance), distance = Math.Abs(total0 / n0 - (_total - total0) / n1);
                double root = (Math.Sqrt(b * b + 8.0 / 3 * k * distance) - b) / (4.0 / 3 * k);
                strongest = Math.Max(strongest, root * root);
            }
        }

        return strongest;
    }
}
