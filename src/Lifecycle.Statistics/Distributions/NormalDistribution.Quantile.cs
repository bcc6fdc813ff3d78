namespace Lifecycle.Statistics;

public static partial class NormalDistribution
{
    // Rational approximations of Wichura's algorithm AS 241, PPND16 (Applied Statistics 37, 1988), highest power first.
    private static ReadOnlySpan<double> CentreNumerator =>
    [
        2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987,
        13731.69376550946, 1971.5909503065513, 133.14166789178438, 3.3871328727963665,
    ];

    private static ReadOnlySpan<double> CentreDenominator =>
    [
        5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597,
        5394.196021424751, 687.1870074920579, 42.31333070160091, 1,
    ];

    private static ReadOnlySpan<double> MiddleNumerator =>
    [
        0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684,
        3.6478483247632045, 5.769497221460691, 4.630337846156546, 1.4234371107496835,
    ];

    private static ReadOnlySpan<double> MiddleDenominator =>
    [
        1.0507500716444169e-09, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008,
        0.6897673349851, 1.6763848301838038, 2.053191626637759, 1,
    ];

    private static ReadOnlySpan<double> TailNumerator =>
    [
        2.0103343992922881e-07, 2.7115555687434876e-05, 0.0012426609473880784, 0.026532189526576124,
        0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103,
    ];

    private static ReadOnlySpan<double> TailDenominator =>
    [
        2.0442631033899397e-15, 1.421511758316446e-07, 1.8463183175100548e-05, 0.0007868691311456133,
        0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1,
    ];

    /// <summary>The standard normal quantile (Wichura 1988, algorithm AS 241, about 1e-16 relative).</summary>
    /// <param name="probability">Lower tail probability in [0, 1].</param>
    /// <returns>The z with Φ(z) = <paramref name="probability"/>; infinite at 0 and 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The probability lies outside [0, 1].</exception>
    public static double Quantile(double probability)
    {
        Probability.ThrowIfOutside(probability);
        double centred = probability - 0.5;
        if (Math.Abs(centred) > 0.425)
        {
            return centred < 0 ? -UpperTail(probability) : UpperTail(1 - probability);
        }

        double r = 0.180625 - centred * centred;
        return centred * Polynomial(CentreNumerator, r) / Polynomial(CentreDenominator, r);
    }

    /// <summary>The z whose upper tail has the given probability; precise for tiny probabilities.</summary>
    /// <param name="probability">Upper tail probability in [0, 1].</param>
    /// <returns>The z with 1 - Φ(z) = <paramref name="probability"/>; infinite at 0 and 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The probability lies outside [0, 1].</exception>
    public static double UpperQuantile(double probability) => -Quantile(probability);

    private static double UpperTail(double tail)
    {
        if (tail == 0)
        {
            return double.PositiveInfinity;
        }

        double r = Math.Sqrt(-Math.Log(tail));
        return r <= 5
            ? Polynomial(MiddleNumerator, r - 1.6) / Polynomial(MiddleDenominator, r - 1.6)
            : Polynomial(TailNumerator, r - 5) / Polynomial(TailDenominator, r - 5);
    }

    private static double Polynomial(ReadOnlySpan<double> coefficients, double x)
    {
        double value = 0;
        foreach (double c in coefficients)
        {
            value = value * x + c;
        }

        return value;
    }
}
