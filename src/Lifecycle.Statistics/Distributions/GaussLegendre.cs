namespace Lifecycle.Statistics;

/// <summary>Gauss-Legendre quadrature with 64 points a panel.</summary>
internal static class GaussLegendre
{
    private const int Points = 64;
    private static readonly (double[] Nodes, double[] Weights) Rule = CreateRule();

    /// <summary>The nodes in (-1, 1).</summary>
    public static ReadOnlySpan<double> Nodes => Rule.Nodes;

    /// <summary>The weights of <see cref="Nodes"/>, with sum 2.</summary>
    public static ReadOnlySpan<double> Weights => Rule.Weights;

    /// <summary>The integral of a function of a number and a state, which is passed on so that nothing is captured.</summary>
    public static double Integrate<TState>(TState state, Func<double, TState, double> f, double from, double to)
    {
        double half = 0.5 * (to - from), middle = from + half, sum = 0;
        for (int i = 0; i < Points; i++)
        {
            sum += Rule.Weights[i] * f(middle + half * Rule.Nodes[i], state);
        }

        return sum * half;
    }

    private static (double[], double[]) CreateRule()
    {
        double[] nodes = new double[Points], weights = new double[Points];
        for (int i = 0; i < Points; i++)
        {
            double x = -Math.Cos(Math.PI * (i + 0.75) / (Points + 0.5)), slope = 1;
            for (int round = 0; round < 6; round++)
            {
                double previous = 1, current = x;
                for (int k = 2; k <= Points; k++)
                {
                    (previous, current) = (current, ((2 * k - 1) * x * current - (k - 1) * previous) / k);
                }

                slope = Points * (x * current - previous) / (x * x - 1);
                x -= current / slope;
            }

            nodes[i] = x;
            weights[i] = 2 / ((1 - x * x) * slope * slope);
        }

        return (nodes, weights);
    }
}
