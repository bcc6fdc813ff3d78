using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>
/// Two models on rows that come one after the other, in shadow or canary: the verdict may be looked at after every row. The evidence is
/// an e-value; under equality the chance that it ever reaches 1/α is at most α (Ville 1939), so a difference once shown stays shown.
/// </summary>
public sealed class SequentialComparison
{
    private readonly PairedEValue? _decisions;
    private readonly BettingCapital? _better, _worse;
    private readonly GaussianSequentialTest? _differences;
    private double _sum;

    private SequentialComparison(double alpha, string method)
    {
        Alpha = alpha > 0 && alpha < 1 ? alpha : throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "The level lies strictly between 0 and 1, for example 0.05.");
        Method = method;
    }

    private SequentialComparison(double alpha, PairedEValue decisions)
        : this(alpha, "paired e-value, valid at any time") => _decisions = decisions;

    private SequentialComparison(double alpha, BettingCapital better, BettingCapital worse)
        : this(alpha, "betting, valid at any time") => (_better, _worse) = (better, worse);

    private SequentialComparison(double alpha, GaussianSequentialTest differences)
        : this(alpha, $"mixture SPRT, {GaussianSequentialTest.Validity}") => _differences = differences;

    /// <summary>The level: how often a difference may be claimed falsely over the whole run.</summary>
    public double Alpha { get; }

    /// <summary>How the evidence is made, and how it holds.</summary>
    public string Method { get; }

    /// <summary>Rows seen.</summary>
    public long Count { get; private set; }

    /// <summary>The natural logarithm of the evidence against equality.</summary>
    public double LogEvidence => _decisions?.LogValue ?? _differences?.LogValue ?? LogMean(_better!.LogValue, _worse!.LogValue);

    /// <summary>The evidence against equality, an e-value.</summary>
    public double Evidence => Math.Exp(LogEvidence);

    /// <summary>Whether a difference was shown, at this row or before.</summary>
    public bool IsDecided { get; private set; }

    /// <summary>At which row it was shown; null before.</summary>
    public long? DecidedAt { get; private set; }

    /// <summary>Mean oriented difference a row so far: positive when the candidate is better.</summary>
    public double MeanDifference => Count == 0 ? 0 : _sum / Count;

    /// <summary>Pass: the candidate was shown to be better; Fail: worse; else nobody can tell yet.</summary>
    public Verdict Verdict { get; private set; } = Verdict.Inconclusive;

    /// <summary>Compares right and wrong decisions.</summary>
    /// <param name="alpha">Level over the whole run, in (0, 1).</param>
    public static SequentialComparison OfDecisions(double alpha = 0.05) => new(alpha, new PairedEValue());

    /// <summary>Compares losses that lie in [0, 1].</summary>
    /// <param name="alpha">Level over the whole run, in (0, 1).</param>
    public static SequentialComparison OfLosses(double alpha = 0.05) => new(alpha, new BettingCapital(0.5, alpha), new BettingCapital(0.5, alpha));

    /// <summary>
    /// Compares losses of any size. Asymptotic: nothing is claimed within the burn-in, and the level holds for many rows.
    /// </summary>
    /// <param name="mixture">The size of differences that matter, above 0.</param>
    /// <param name="alpha">Level over the whole run, in (0, 1).</param>
    /// <param name="burnIn">Rows before the first claim.</param>
    public static SequentialComparison OfUnboundedLosses(double mixture, double alpha = 0.05, int burnIn = 100) =>
        new(alpha, new GaussianSequentialTest(mixture, burnIn));

    /// <summary>Adds a row of decisions.</summary>
    /// <param name="candidateRight">Whether the candidate was right.</param>
    /// <param name="championRight">Whether the champion was right.</param>
    /// <exception cref="InvalidOperationException">Losses are compared.</exception>
    public void Add(bool candidateRight, bool championRight)
    {
        if (_decisions is null)
        {
            throw new InvalidOperationException("This comparison takes losses; use Add(double, double).");
        }

        _decisions.Add(candidateRight, championRight);
        Look((candidateRight ? 1 : 0) - (championRight ? 1 : 0));
    }

    /// <summary>Adds a row of losses, of which less is better.</summary>
    /// <param name="candidateLoss">Loss of the candidate.</param>
    /// <param name="championLoss">Loss of the champion.</param>
    /// <exception cref="InvalidOperationException">Decisions are compared.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A loss is out of range.</exception>
    public void Add(double candidateLoss, double championLoss)
    {
        if (_decisions is not null)
        {
            throw new InvalidOperationException("This comparison takes decisions; use Add(bool, bool).");
        }

        if (_differences is { } differences)
        {
            differences.Add(championLoss - candidateLoss);
        }
        else
        {
            Check(candidateLoss, nameof(candidateLoss));
            Check(championLoss, nameof(championLoss));
            double gain = 0.5 * (1 + championLoss - candidateLoss);
            _better!.Add(gain);
            _worse!.Add(1 - gain);
        }

        Look(championLoss - candidateLoss);
    }

    private static void Check(double loss, string name)
    {
        if (!(loss >= 0 && loss <= 1))
        {
            throw new ArgumentOutOfRangeException(name, loss, "A loss lies between 0 and 1; use SequentialComparison.OfUnboundedLosses for others.");
        }
    }

    private static double LogMean(double a, double b) => Math.Max(a, b) + Math.Log(0.5 * (1 + Math.Exp(-Math.Abs(a - b))));

    private void Look(double difference)
    {
        Count++;
        _sum += difference;
        if (!IsDecided && LogEvidence >= -Math.Log(Alpha))
        {
            IsDecided = true;
            DecidedAt = Count;
            Verdict = _sum > 0 ? Verdict.Pass : Verdict.Fail;
        }
    }
}
