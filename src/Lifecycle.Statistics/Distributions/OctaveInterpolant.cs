namespace Lifecycle.Statistics;

/// <summary>
/// A smooth function of a positive number that is dear to compute, interpolated an octave at a time at the 24 Chebyshev points. A function that is
/// analytic but at 0 has an error of about (3 + √8)^-24 there, below the rounding of a double. An octave is computed when it is first asked for; its
/// coefficients do not depend on who asks, so two threads may both compute it.
/// </summary>
/// <param name="exact">The function.</param>
/// <param name="least">The least exponent: octaves begin at 2^least.</param>
/// <param name="most">The exponent at which the last octave ends.</param>
internal sealed class OctaveInterpolant(Func<double, double> exact, int least, int most)
{
    private const int Points = 24;

    private readonly double[]?[] _octaves = new double[most - least][];

    /// <summary>Whether a number lies in one of the octaves.</summary>
    public bool Covers(double x) => x >= Math.ScaleB(1, least) && x < Math.ScaleB(1, most);

    /// <summary>The function at a number that <see cref="Covers"/> accepts.</summary>
    public double At(double x)
    {
        int exponent = Math.ILogB(x);
        double[] coefficients = Volatile.Read(ref _octaves[exponent - least]) ?? Compute(exponent);
        double u = 2 * Math.ScaleB(x, -exponent) - 3, next = 0, last = 0;
        for (int k = Points - 1; k > 0; k--)
        {
            (next, last) = (coefficients[k] + 2 * u * next - last, next);
        }

        return 0.5 * coefficients[0] + u * next - last;
    }

    private double[] Compute(int exponent)
    {
        double[] values = new double[Points], coefficients = new double[Points];
        for (int i = 0; i < Points; i++)
        {
            values[i] = exact(Math.ScaleB(1.5 + 0.5 * Math.Cos(Math.PI * (i + 0.5) / Points), exponent));
        }

        for (int k = 0; k < Points; k++)
        {
            double sum = 0;
            for (int i = 0; i < Points; i++)
            {
                sum += values[i] * Math.Cos(Math.PI * k * (i + 0.5) / Points);
            }

            coefficients[k] = 2 * sum / Points;
        }

        Volatile.Write(ref _octaves[exponent - least], coefficients);
        return coefficients;
    }
}
