using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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

    /// <summary>Draws standard normal numbers, the same as so many calls of <see cref="NextGaussian"/> and faster.</summary>
    /// <param name="values">Where they go.</param>
    public void FillGaussian(Span<double> values)
    {
        ref double edges = ref MemoryMarshal.GetArrayDataReference(LayerEdges);
        ulong s0 = _s0, s1 = _s1, s2 = _s2, s3 = _s3;
        for (int i = 0; i < values.Length; i++)
        {
            ulong bits = BitOperations.RotateLeft(s1 * 5, 7) * 9;
            ulong n2 = s2 ^ s0, n3 = s3 ^ s1;
            ulong n1 = s1 ^ n2, n0 = s0 ^ n3, t2 = n2 ^ (s1 << 17), t3 = BitOperations.RotateLeft(n3, 45);
            nint layer = (nint)(bits & (Layers - 1));
            double x = ((long)bits >> 11) * (1.0 / (1L << 52)) * Unsafe.Add(ref edges, layer);
            if (Math.Abs(x) < Unsafe.Add(ref edges, layer + 1))
            {
                (s0, s1, s2, s3) = (n0, n1, t2, t3);
                values[i] = x;
                continue;
            }

            (_s0, _s1, _s2, _s3) = (s0, s1, s2, s3);
            values[i] = NextGaussian();
            (s0, s1, s2, s3) = (_s0, _s1, _s2, _s3);
        }

        (_s0, _s1, _s2, _s3) = (s0, s1, s2, s3);
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
