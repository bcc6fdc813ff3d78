using Lifecycle.Statistics;

namespace Lifecycle.Drift.Tests;

/// <summary>Rows of a logistic law, P(positive) = 1/(1 + exp(-(a + b x))), whose scores are a distorted probability; the inputs may shift.</summary>
internal sealed record LogisticRows(double[] Scores, bool[] Labels, bool[] Predicted)
{
    public static LogisticRows Draw(int count, ulong seed, ulong index, double shift = 0, double offset = -0.8, double slope = 1.5, double power = 1.3, double concept = 0,
        double spread = 1)
    {
        RandomStream random = new(seed, index);
        LogisticRows rows = new(new double[count], new bool[count], new bool[count]);
        for (int i = 0; i < count; i++)
        {
            double x = shift + spread * random.NextGaussian(), p = 1 / (1 + Math.Exp(-(offset + slope * x)));
            rows.Scores[i] = Math.Pow(p, power);
            rows.Labels[i] = random.NextDouble() < 1 / (1 + Math.Exp(-(offset + concept + slope * x)));
            rows.Predicted[i] = rows.Scores[i] >= 0.5;
        }

        return rows;
    }

    /// <summary>u_0 .. u_(count - 1) of the golden stream U(seed): plain SplitMix64, 53 bits.</summary>
    public static double[] Uniform(ulong seed, int count)
    {
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            ulong z = seed + ((ulong)i + 1) * 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            values[i] = ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
        }

        return values;
    }
}
