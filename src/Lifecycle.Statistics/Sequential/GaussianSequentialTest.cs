namespace Lifecycle.Statistics;

/// <summary>
/// The mixture sequential probability ratio test of a mean of 0 (Johari, Pekelis and Walsh 2022) with a normal mixture N(0, τ²) and the
/// running variance put in for the true one. Asymptotic: it holds for many values; within a burn-in nothing is rejected.
/// </summary>
public sealed class GaussianSequentialTest
{
    private double _mean, _squares;

    /// <summary>Opens a test.</summary>
    /// <param name="mixture">τ: the size of effects that matter, above 0.</param>
    /// <param name="burnIn">Values before the first verdict, at least 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public GaussianSequentialTest(double mixture, int burnIn = 100)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(burnIn, 2);
        Mixture = mixture > 0 && double.IsFinite(mixture)
            ? mixture
            : throw new ArgumentOutOfRangeException(nameof(mixture), mixture, "The size of effects that matter is finite and above 0.");
        BurnIn = burnIn;
    }

    /// <summary>τ: the size of effects that matter.</summary>
    public double Mixture { get; }

    /// <summary>Values before the first verdict.</summary>
    public int BurnIn { get; }

    /// <summary>How the test holds, in one word.</summary>
    public const string Validity = "asymptotic";

    /// <summary>Values seen.</summary>
    public long Count { get; private set; }

    /// <summary>Mean of the values.</summary>
    public double Mean => _mean;

    /// <summary>The natural logarithm of the likelihood ratio ½ ln(s²/(s²+nτ²)) + n² τ² m²/(2 s² (s²+nτ²)); 0 within the burn-in.</summary>
    public double LogValue
    {
        get
        {
            double variance = _squares / (Count - 1), n = Count, square = Mixture * Mixture;
            return Count < BurnIn || !(variance > 0)
                ? 0
                : 0.5 * Math.Log(variance / (variance + n * square)) + n * n * square * _mean * _mean / (2 * variance * (variance + n * square));
        }
    }

    /// <summary>Sees a value, usually the difference of two models on a row.</summary>
    /// <param name="value">Finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite.</exception>
    public void Add(double value)
    {
        if (!double.IsFinite(value))
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, "The value must be finite.");
        }

        Count++;
        double gap = value - _mean;
        _mean += gap / Count;
        _squares += gap * (value - _mean);
    }

    /// <summary>Whether equality is rejected now.</summary>
    /// <param name="alpha">The level.</param>
    public bool Rejects(double alpha = 0.05) => LogValue >= -Math.Log(alpha);
}
