using System.Numerics.Tensors;

namespace Lifecycle.Statistics;

/// <summary>
/// The Poisson binomial distribution: successes in independent trials whose probabilities differ. Exact by convolution, trial after
/// trial, in O(n √n); tails that a double cannot hold come from the same convolution with the trials tilted towards them.
/// </summary>
public sealed class PoissonBinomialDistribution
{
    private const double Trim = 1e-300;
    private const double Reliable = 1e-270;
    private readonly double[] _trials;
    private readonly (double[] Chances, int From) _counts;

    /// <summary>Prepares the law of the number of successes.</summary>
    /// <param name="probabilities">Probability of success of each trial, in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">A probability lies outside [0, 1].</exception>
    public PoissonBinomialDistribution(ReadOnlySpan<double> probabilities)
    {
        foreach (double p in probabilities)
        {
            Probability.ThrowIfOutside(p, nameof(probabilities));
            Mean += p;
            Variance += p * (1 - p);
        }

        _trials = probabilities.ToArray();
        _counts = Convolve(_trials);
    }

    /// <summary>Number of trials.</summary>
    public int Trials => _trials.Length;

    /// <summary>Expected number of successes, Σ p.</summary>
    public double Mean { get; }

    /// <summary>Variance of the number of successes, Σ p (1 - p).</summary>
    public double Variance { get; }

    /// <summary>The probability of exactly k successes.</summary>
    /// <param name="k">Successes.</param>
    /// <returns>P(X = k); 0 outside [0, <see cref="Trials"/>].</returns>
    public double ProbabilityOf(int k)
    {
        int at = k - _counts.From;
        return at >= 0 && at < _counts.Chances.Length ? _counts.Chances[at] : 0;
    }

    /// <summary>The distribution function, with relative precision in the lower tail.</summary>
    /// <param name="k">Successes.</param>
    /// <returns>P(X ≤ k).</returns>
    public double Cdf(int k) => k < 0 ? 0 : k >= Trials ? 1 : Math.Min(1, Lower(_counts, k));

    /// <summary>The survival function, with relative precision in the upper tail.</summary>
    /// <param name="k">Successes.</param>
    /// <returns>P(X &gt; k).</returns>
    public double Survival(int k) => k < 0 ? 1 : k >= Trials ? 0 : Math.Min(1, Upper(_counts, k));

    /// <summary>The natural logarithm of the survival function, finite where the function itself underflows.</summary>
    /// <param name="k">Successes.</param>
    /// <returns>ln P(X &gt; k); negative infinity where that is impossible.</returns>
    public double LogSurvival(int k)
    {
        double plain = Survival(k);
        if (plain > Reliable || k >= Trials)
        {
            return Math.Log(plain);
        }

        int possible = _trials.Count(p => p > 0);
        if (k >= possible)
        {
            return double.NegativeInfinity;
        }

        // Tilt the trials, p e^θ / (1 - p + p e^θ), until k + 1 successes are what is expected (or all that is possible).
        double target = Math.Min(k + 1, possible - 1e-9), theta = Probability.Solve(t => Tilted(t).Sum() - target, 1e-9, 1500);
        (double[] chances, int from) = Convolve(Tilted(theta));
        double sum = 0;
        for (int at = Math.Max(0, k + 1 - from); at < chances.Length; at++)
        {
            sum += chances[at] * Math.Exp(-theta * (at + from - k - 1));
        }

        return Math.Log(sum) - theta * (k + 1) + _trials.Sum(p => LogTilt(p, theta));
    }

    /// <summary>The quantile function.</summary>
    /// <param name="probability">Lower tail probability in [0, 1].</param>
    /// <returns>The least k with P(X ≤ k) at least <paramref name="probability"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The probability lies outside [0, 1].</exception>
    public int Quantile(double probability)
    {
        Probability.ThrowIfOutside(probability);
        double sum = 0;
        for (int at = 0; at < _counts.Chances.Length; at++)
        {
            sum += _counts.Chances[at];
            if (sum >= probability)
            {
                return probability == 0 ? 0 : at + _counts.From;
            }
        }

        return Trials;
    }

    private static double Lower((double[] Chances, int From) law, int k) =>
        Sum(law.Chances.AsSpan(0, Math.Clamp(k + 1 - law.From, 0, law.Chances.Length)));

    private static double Upper((double[] Chances, int From) law, int k) =>
        Sum(law.Chances.AsSpan(Math.Clamp(k + 1 - law.From, 0, law.Chances.Length)));

    private static double Sum(ReadOnlySpan<double> part)
    {
        CompensatedSum sum = default;
        foreach (double chance in part)
        {
            sum.Add(chance);
        }

        return sum.Value;
    }

    /// <summary>ln(1 - p + p e^θ).</summary>
    private static double LogTilt(double p, double theta) =>
        p == 0 ? 0 : theta + Math.Log(p + (1 - p) * Math.Exp(-theta));

    private double[] Tilted(double theta) => [.. _trials.Select(p => p == 0 ? 0 : p / (p + (1 - p) * Math.Exp(-theta)))];

    /// <summary>Probabilities from the count <c>From</c> on; what is below 1e-300 at either end is left out.</summary>
    private static (double[] Chances, int From) Convolve(double[] trials)
    {
        double[] state = new double[trials.Length + 2], shifted = new double[trials.Length + 2];
        int low = 0, high = 0;
        state[0] = 1;
        foreach (double p in trials)
        {
            // state[low - 1] and state[high + 1] are 0.
            Span<double> now = state.AsSpan(low, high - low + 2), next = shifted.AsSpan(low, high - low + 2);
            next[0] = 0;
            now[..^1].CopyTo(next[1..]);
            TensorPrimitives.Multiply(next, p, next);
            TensorPrimitives.MultiplyAdd(now, 1 - p, next, now);
            high++;
            for (; low < high && state[low] < Trim; low++)
            {
                state[low] = 0;
            }

            for (; high > low && state[high] < Trim; high--)
            {
                state[high] = 0;
            }
        }

        return (state[low..(high + 1)], low);
    }
}
