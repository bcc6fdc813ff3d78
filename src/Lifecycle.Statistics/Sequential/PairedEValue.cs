namespace Lifecycle.Statistics;

/// <summary>
/// Evidence that two proportions on the same rows differ, valid at any time and after every look: E = 2^(b+c) B(b+½, c+½)/B(½, ½) over
/// the rows on which they differ. Under equality its mean is 1 at any time, so P(E ever reaches 1/α) ≤ α (Ville 1939).
/// </summary>
public sealed class PairedEValue
{
    private double _log;

    /// <summary>b: rows where only the first succeeded.</summary>
    public long FirstOnly { get; private set; }

    /// <summary>c: rows where only the second succeeded.</summary>
    public long SecondOnly { get; private set; }

    /// <summary>The natural logarithm of E.</summary>
    public double LogValue => _log;

    /// <summary>E now; infinite where it exceeds the largest number.</summary>
    public double Value => Math.Exp(_log);

    /// <summary>E of counts.</summary>
    /// <param name="firstOnly">b: rows where only the first succeeded.</param>
    /// <param name="secondOnly">c: rows where only the second succeeded.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    public static double Of(long firstOnly, long secondOnly)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstOnly);
        ArgumentOutOfRangeException.ThrowIfNegative(secondOnly);

        // B(b+½, c+½)/B(½, ½) = C(2b, b) C(2c, c) / (C(b+c, b) 4^(b+c)), and twice 2^(b+c) of it is left.
        double b = firstOnly, c = secondOnly;
        double log = SpecialFunctions.LogBinomial(2 * b, b) + SpecialFunctions.LogBinomial(2 * c, c) - SpecialFunctions.LogBinomial(b + c, b);
        return Math.Exp(log - (b + c) * Math.Log(2));
    }

    /// <summary>Adds a row on which both agree, or on which they differ.</summary>
    /// <param name="first">Whether the first succeeded.</param>
    /// <param name="second">Whether the second succeeded.</param>
    public void Add(bool first, bool second)
    {
        if (first == second)
        {
            return;
        }

        long own = first ? FirstOnly : SecondOnly;
        _log += Math.Log((2.0 * own + 1) / (FirstOnly + SecondOnly + 1));
        FirstOnly += first ? 1 : 0;
        SecondOnly += first ? 0 : 1;
    }
}
