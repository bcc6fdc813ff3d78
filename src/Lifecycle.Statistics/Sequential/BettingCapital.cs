namespace Lifecycle.Statistics;

/// <summary>
/// Evidence that the mean of values in [0, 1] exceeds m, valid at any time: the capital of a gambler who bets λ on each value before
/// seeing it, K ← K (1 + λ (x - m)), with the predictable plug-in bets of Waudby-Smith and Ramdas (2024). P(K ever reaches 1/α) ≤ α when
/// the mean is at most m.
/// </summary>
public sealed class BettingCapital
{
    private readonly double _logInverseAlpha;
    private double _sum = 0.5, _squares = 0.25;

    /// <summary>Opens a game.</summary>
    /// <param name="mean">m: the greatest mean under the hypothesis, in (0, 1).</param>
    /// <param name="alpha">The level the bets aim at, in (0, 1); the evidence stays valid at any other.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument lies outside (0, 1).</exception>
    public BettingCapital(double mean, double alpha = 0.05)
    {
        Mean = mean > 0 && mean < 1 ? mean : throw new ArgumentOutOfRangeException(nameof(mean), mean, "The mean lies strictly between 0 and 1.");
        _logInverseAlpha = alpha > 0 && alpha < 1
            ? -Math.Log(alpha)
            : throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "The level lies strictly between 0 and 1.");
    }

    /// <summary>The greatest mean under the hypothesis.</summary>
    public double Mean { get; }

    /// <summary>Values seen.</summary>
    public long Count { get; private set; }

    /// <summary>The natural logarithm of the capital; 0 at the start.</summary>
    public double LogValue { get; private set; }

    /// <summary>The capital now, an e-value.</summary>
    public double Value => Math.Exp(LogValue);

    /// <summary>The bet on the next value, from the values before it: min(√(2 ln(1/α)/(s² i ln(1+i))), 1/(2m)).</summary>
    public double NextBet
    {
        get
        {
            double i = Count + 1, variance = _squares / i;
            return Math.Min(Math.Sqrt(2 * _logInverseAlpha / (variance * i * Math.Log(1 + i))), 1 / (2 * Mean));
        }
    }

    /// <summary>Bets, then sees a value.</summary>
    /// <param name="value">In [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">The value lies outside [0, 1].</exception>
    public void Add(double value)
    {
        Probability.ThrowIfOutside(value);
        LogValue += Math.Log(1 + NextBet * (value - Mean));
        Count++;
        _sum += value;
        double gap = value - _sum / (Count + 1);
        _squares += gap * gap;
    }
}
