namespace Lifecycle.Statistics;

public sealed partial class QuantileSketch
{
    /// <summary>The value below which a share of the values lies.</summary>
    /// <param name="share">In [0, 1]; 0 gives the least and 1 the greatest value, both exact.</param>
    /// <returns>A value of the stream; NaN when there is none.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The share lies outside [0, 1].</exception>
    public double Quantile(double share)
    {
        if (!(share is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(share), share, "A share lies between 0 and 1, for example 0.5 for the median.");
        }

        return share == 0 ? Minimum : share == 1 ? Maximum : At((long)Math.Min(share * _count, _count - 1.0));
    }

    /// <summary>The value at a place of the sorted stream.</summary>
    /// <param name="place">In [0, <see cref="Count"/>).</param>
    /// <returns>A value of the stream whose place is within <see cref="RankError"/>; NaN when there is none.</returns>
    public double At(long place)
    {
        SortedView view = View();
        return _count == 0 ? double.NaN : view.Values[view.IndexAbove(place)];
    }

    /// <summary>The share of values at or below a point.</summary>
    /// <param name="value">Any number but NaN.</param>
    /// <returns>A share in [0, 1] within <see cref="RankError"/>; NaN when there is no value.</returns>
    public double Rank(double value) => _count == 0 ? double.NaN : (double)CountAtOrBelow(value) / _count;

    /// <summary>How many values lie at or below a point, in whole numbers that add up to <see cref="Count"/>.</summary>
    /// <param name="value">Any number but NaN.</param>
    /// <returns>A count in [0, <see cref="Count"/>].</returns>
    public long CountAtOrBelow(double value) => View().WeightTo(value, isInclusive: true);

    /// <summary>How many values lie below a point.</summary>
    /// <param name="value">Any number but NaN.</param>
    /// <returns>A count in [0, <see cref="Count"/>].</returns>
    public long CountBelow(double value) => View().WeightTo(value, isInclusive: false);

    /// <summary>The distribution function at points.</summary>
    /// <param name="points">Any numbers but NaN, in any order.</param>
    /// <returns>For each the share of values at or below it.</returns>
    public double[] Cdf(ReadOnlySpan<double> points)
    {
        double[] shares = new double[points.Length];
        for (int i = 0; i < shares.Length; i++)
        {
            shares[i] = Rank(points[i]);
        }

        return shares;
    }

    /// <summary>What the sketch keeps: values in ascending order and how many of the stream each stands for.</summary>
    /// <returns>Distinct values, and weights that add up to <see cref="Count"/>.</returns>
    public (double[] Values, long[] Weights) ToWeighted()
    {
        SortedView view = View();
        List<double> values = [];
        List<long> weights = [];
        for (int i = 0; i < view.Values.Length; i++)
        {
            long weight = view.Upto[i] - (i == 0 ? 0 : view.Upto[i - 1]);
            if (values.Count > 0 && values[^1] == view.Values[i])
            {
                weights[^1] += weight;
            }
            else
            {
                values.Add(view.Values[i]);
                weights.Add(weight);
            }
        }

        return ([.. values], [.. weights]);
    }

    private SortedView View()
    {
        // Asking must not change what later values do to the sketch: the buffer stays as it is.
        _view ??= new SortedView([.. _levels.Select((l, h) => (l.Values.ToArray(), 1L << h)), (_buffer[.._buffered], 1L)], Retained);
        return _view;
    }

    /// <summary>All kept values in order and the weight up to each.</summary>
    private sealed class SortedView
    {
        public SortedView(IEnumerable<(double[] Values, long Weight)> levels, int count)
        {
            Values = new double[count];
            Upto = new long[count];
            int at = 0;
            foreach ((double[] values, long weight) in levels)
            {
                values.CopyTo(Values, at);
                Upto.AsSpan(at, values.Length).Fill(weight);
                at += values.Length;
            }

            Array.Sort(Values, Upto);
            for (int i = 1; i < count; i++)
            {
                Upto[i] += Upto[i - 1];
            }
        }

        public double[] Values { get; }

        public long[] Upto { get; }

        /// <summary>The first value whose weight with all below exceeds a place.</summary>
        public int IndexAbove(long place)
        {
            int from = 0, to = Upto.Length - 1;
            while (from < to)
            {
                int middle = (from + to) >>> 1;
                (from, to) = Upto[middle] > place ? (from, middle) : (middle + 1, to);
            }

            return from;
        }

        public long WeightTo(double value, bool isInclusive)
        {
            int from = 0, to = Values.Length;
            while (from < to)
            {
                int middle = (from + to) >>> 1;
                bool isBelow = isInclusive ? Values[middle] <= value : Values[middle] < value;
                (from, to) = isBelow ? (middle + 1, to) : (from, middle);
            }

            return from == 0 ? 0 : Upto[from - 1];
        }
    }
}
