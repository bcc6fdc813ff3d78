using Lifecycle.Statistics;

namespace Lifecycle.Drift.Tests;

/// <summary>Seeded samples of known laws.</summary>
internal static class Samples
{
    public static double[] Normal(int count, ulong seed, ulong index = 0, double shift = 0, double scale = 1)
    {
        RandomStream stream = new(seed, index);
        return Fill(count, () => shift + scale * stream.NextGaussian());
    }

    public static double[] LogNormal(int count, ulong seed, ulong index) => [.. Normal(count, seed, index).Select(v => Math.Exp(v))];

    /// <summary>Student's t with 3 degrees of freedom.</summary>
    public static double[] HeavyTailed(int count, ulong seed, ulong index)
    {
        RandomStream stream = new(seed, index);
        return Fill(count, () =>
        {
            double z = stream.NextGaussian(), a = stream.NextGaussian(), b = stream.NextGaussian(), c = stream.NextGaussian();
            return z / Math.Sqrt((a * a + b * b + c * c) / 3);
        });
    }

    public static double[] Whole(int count, int values, ulong seed, ulong index)
    {
        RandomStream stream = new(seed, index);
        return Fill(count, () => stream.NextBelow(values));
    }

    private static double[] Fill(int count, Func<double> next)
    {
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = next();
        }

        return values;
    }
}
