namespace Lifecycle.Statistics;

/// <summary>Quadratic forms of a small symmetric matrix, by Jacobi's rotations.</summary>
internal static class SymmetricForm
{
    private const double Negligible = 1e-15;

    /// <summary>v' A⁺ v and the rank of A⁺, A⁺ the Moore-Penrose inverse; eigenvalues below 1e-15 of the largest count as 0.</summary>
    public static (double Form, int Rank) OfPseudoInverse(ReadOnlySpan<double> matrix, ReadOnlySpan<double> vector)
    {
        int size = vector.Length;
        double[] a = matrix.ToArray(), v = vector.ToArray();
        for (int sweep = 0; sweep < 50 && Diagonalize(a, v, size); sweep++)
        {
        }

        double largest = 0, least = double.PositiveInfinity, form = 0;
        for (int i = 0; i < size; i++)
        {
            largest = Math.Max(largest, a[i * size + i]);
        }

        for (int i = 0; i < size; i++)
        {
            least = a[i * size + i] > Negligible * largest ? Math.Min(least, a[i * size + i]) : least;
        }

        // The rank of the inverse as numpy takes it: singular values above size · 2⁻⁵² of the largest.
        int rank = 0;
        for (int i = 0; i < size; i++)
        {
            double value = a[i * size + i];
            if (value > Negligible * largest)
            {
                form += v[i] * v[i] / value;
                rank += least / value > size * Math.BitIncrement(1.0) - size ? 1 : 0;
            }
        }

        return (form, rank);
    }

    /// <summary>One sweep of rotations, which also turn the vector; false when nothing is left to rotate.</summary>
    private static bool Diagonalize(double[] a, double[] v, int size)
    {
        bool rotated = false;
        for (int p = 0; p < size; p++)
        {
            for (int q = p + 1; q < size; q++)
            {
                double off = a[p * size + q];
                if (off * off <= 1e-40 * Math.Abs(a[p * size + p] * a[q * size + q]) || off == 0)
                {
                    continue;
                }

                rotated = true;
                double theta = (a[q * size + q] - a[p * size + p]) / (2 * off);
                double t = (theta < 0 ? -1 : 1) / (Math.Abs(theta) + Math.Sqrt(theta * theta + 1)), c = 1 / Math.Sqrt(t * t + 1), s = t * c;
                for (int k = 0; k < size; k++)
                {
                    (double x, double y) = (a[k * size + p], a[k * size + q]);
                    (a[k * size + p], a[k * size + q]) = (c * x - s * y, s * x + c * y);
                }

                for (int k = 0; k < size; k++)
                {
                    (double x, double y) = (a[p * size + k], a[q * size + k]);
                    (a[p * size + k], a[q * size + k]) = (c * x - s * y, s * x + c * y);
                }

                (v[p], v[q]) = (c * v[p] - s * v[q], s * v[p] + c * v[q]);
                a[p * size + q] = a[q * size + p] = 0;
            }
        }

        return rotated;
    }
}
