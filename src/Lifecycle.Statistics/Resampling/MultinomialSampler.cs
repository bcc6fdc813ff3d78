namespace Lifecycle.Statistics;

/// <summary>
/// Draws multinomial counts by conditional binomials: exact, in one binomial draw a cell. A bootstrap of n rows that fall into cells is
/// one such draw, whatever n is.
/// </summary>
public sealed class MultinomialSampler
{
    private readonly double[] _shares;
    private readonly double[] _left;

    /// <summary>Prepares draws from the shares of counts.</summary>
    /// <param name="counts">One count a cell, at least 0; at least one is positive.</param>
    /// <exception cref="ArgumentException">A count is negative or not finite, or all are 0.</exception>
    public MultinomialSampler(ReadOnlySpan<double> counts)
    {
        _shares = counts.ToArray();
        _left = new double[_shares.Length];
        double left = 0;
        for (int i = _shares.Length - 1; i >= 0; i--)
        {
            if (!(_shares[i] >= 0 && double.IsFinite(_shares[i])))
            {
                throw new ArgumentException($"The count of cell {i} is {_shares[i]}; counts are finite and at least 0.", nameof(counts));
            }

            left += _shares[i];
            _left[i] = left;
        }

        if (left <= 0)
        {
            throw new ArgumentException("All counts are 0; at least one cell must have rows.", nameof(counts));
        }
    }

    /// <summary>Draws once.</summary>
    /// <param name="random">Where the randomness comes from.</param>
    /// <param name="rows">Rows to spread over the cells, at least 0.</param>
    /// <param name="drawn">Receives one count a cell; they add up to <paramref name="rows"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="drawn"/> has another length than the cells.</exception>
    public void Draw(RandomStream random, long rows, Span<double> drawn)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        if (drawn.Length != _shares.Length)
        {
            throw new ArgumentException($"There are {_shares.Length} cells and room for {drawn.Length}.", nameof(drawn));
        }

        long left = rows;
        for (int i = 0; i < drawn.Length; i++)
        {
            double share = _shares[i];
            long count = left == 0 || share == 0 ? 0 : share >= _left[i] ? left : BinomialSampler.Draw(left, share / _left[i], random);
            drawn[i] = count;
            left -= count;
        }
    }
}
