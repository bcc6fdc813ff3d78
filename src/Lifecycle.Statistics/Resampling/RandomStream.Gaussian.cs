namespace Lifecycle.Statistics;

public sealed partial class RandomStream
{
    private const int Layers = 256;
    private const double TailStart = 3.6541528853610088;
    private static readonly double[] LayerEdges = CreateLayers();

    /// <summary>
    /// Draws a standard normal number by the ziggurat of Marsaglia and Tsang (2000) with 256 layers, layer and position from
    /// different bits of one draw (Doornik 2005), and Marsaglia's exact tail beyond 3.654.
    /// </summary>
    /// <returns>A standard normal number.</returns>
    public double NextGaussian()
    {
        double[] edges = LayerEdges;
        while (true)
        {
            ulong bits = NextUInt64();
            int layer = (int)(bits & (Layers - 1));
            double u = ((long)bits >> 11) * (1.0 / (1L << 52));
            double x = u * edges[layer];
            if (Math.Abs(x) < edges[layer + 1])
            {
                return x;
            }

            if (layer == 0)
            {
                return Math.CopySign(TailDraw(), u);
            }

            double top = Math.Exp(-0.5 * (edges[layer + 1] * edges[layer + 1] - x * x));
            double bottom = Math.Exp(-0.5 * (edges[layer] * edges[layer] - x * x));
            if (bottom + NextDouble() * (top - bottom) < 1)
            {
                return x;
            }
        }
    }

    private double TailDraw()
    {
        double x, y;
        do
        {
            x = -Math.Log(1 - NextDouble()) / TailStart;
            y = -Math.Log(1 - NextDouble());
        }
        while (y + y < x * x);

        return TailStart + x;
    }

    private static double[] CreateLayers()
    {
        // All layers have the area of the lowest one: its rectangle and the tail beyond TailStart.
        double density = Math.Exp(-0.5 * TailStart * TailStart);
        double area = TailStart * density + NormalDistribution.Survival(TailStart) * Math.Sqrt(2 * Math.PI);
        double[] edges = new double[Layers + 1];
        edges[0] = area / density;
        edges[1] = TailStart;
        for (int i = 2; i < Layers; i++)
        {
            edges[i] = Math.Sqrt(-2 * Math.Log(area / edges[i - 1] + Math.Exp(-0.5 * edges[i - 1] * edges[i - 1])));
        }

        return edges;
    }
}
