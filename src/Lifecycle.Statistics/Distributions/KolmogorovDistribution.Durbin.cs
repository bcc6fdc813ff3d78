namespace Lifecycle.Statistics;

public static partial class KolmogorovDistribution
{
    private const double Huge = 1e140;

    /// <summary>Durbin's matrix method (Marsaglia, Tsang and Wang 2003): n! / n^n times the middle entry of H^n.</summary>
    private static double DurbinMatrix(long n, double d)
    {
        int k = (int)(n * d) + 1, size = 2 * k - 1;
        double h = k - n * d;
        double[] step = DurbinStep(size, h), power = new double[size * size], spare = new double[size * size];
        for (int i = 0; i < size; i++)
        {
            power[i * size + i] = 1;
        }

        int powerExponent = 0, stepExponent = 0;
        for (long rest = n; rest > 0; rest >>= 1)
        {
            if ((rest & 1) == 1)
            {
                Multiply(power, step, spare, size);
                (power, spare) = (spare, power);
                powerExponent += stepExponent + Rescale(power, size);
            }

            if (rest > 1)
            {
                Multiply(step, step, spare, size);
                (step, spare) = (spare, step);
                stepExponent = 2 * stepExponent + Rescale(step, size);
            }
        }

        double value = Math.Log(power[(k - 1) * size + k - 1]) + powerExponent * Math.Log(Huge);
        return Math.Exp(value + SpecialFunctions.StirlingError(n) + SpecialFunctions.LogSqrtTwoPi + 0.5 * Math.Log(n) - n);
    }

    private static double[] DurbinStep(int size, double h)
    {
        double[] step = new double[size * size];
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
            {
                step[i * size + j] = i - j + 1 < 0 ? 0 : 1;
            }
        }

        for (int i = 0; i < size; i++)
        {
            step[i * size] -= Math.Pow(h, i + 1);
            step[(size - 1) * size + i] -= Math.Pow(h, size - i);
        }

        step[(size - 1) * size] += 2 * h - 1 > 0 ? Math.Pow(2 * h - 1, size) : 0;
        for (int i = 0; i < size; i++)
        {
            double factorial = 1;
            for (int g = i + 1, j = i; j >= 0; j--)
            {
                factorial *= g - j;
                step[i * size + j] /= factorial;
            }
        }

        return step;
    }

    private static void Multiply(double[] a, double[] b, double[] product, int size)
    {
        Array.Clear(product);
        for (int i = 0; i < size; i++)
        {
            Span<double> row = product.AsSpan(i * size, size);
            for (int k = 0; k < size; k++)
            {
                System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(b.AsSpan(k * size, size), a[i * size + k], row, row);
            }
        }
    }

    private static int Rescale(double[] matrix, int size)
    {
        if (matrix[(size / 2) * size + size / 2] <= Huge)
        {
            return 0;
        }

        for (int i = 0; i < matrix.Length; i++)
        {
            matrix[i] *= 1 / Huge;
        }

        return 1;
    }
}
