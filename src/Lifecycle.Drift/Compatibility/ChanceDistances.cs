using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>
/// What two distances are on average when nothing changed: for a Brownian bridge B, E|B(t)| = √(2 t(1 - t)/π) and E B(t)² = t(1 - t), so that
/// W₁ has the mean √(2κ/π) ∫ √(F(1 - F)) and the squared energy distance 2κ ∫ F(1 - F), κ = 1/n + 1/m.
/// </summary>
/// <param name="Wasserstein">Mean of the Wasserstein-1 distance.</param>
/// <param name="SquaredEnergy">Mean of the squared energy distance.</param>
internal readonly record struct ChanceDistances(double Wasserstein, double SquaredEnergy)
{
    public static ChanceDistances Of(SortedSample first, SortedSample second)
    {
        double n = first.Count, m = second.Count, total = n + m, noise = 1 / n + 1 / m, root = 0, plain = 0;
        int i = 0, j = 0;
        double last = double.NaN;
        while (i < first.Count || j < second.Count)
        {
            Interruption.LookAt(i + j);
            double next = i == first.Count || (j < second.Count && second[j] < first[i]) ? second[j] : first[i];
            if (i + j > 0 && next > last)
            {
                double share = (i + j) / total, spread = share * (1 - share);
                root += Math.Sqrt(spread) * (next - last);
                plain += spread * (next - last);
            }

            last = next;
            (i, j) = i < first.Count && first[i] == next ? (i + 1, j) : (i, j + 1);
        }

        return new ChanceDistances(Math.Sqrt(2 * noise / Math.PI) * root, 2 * noise * plain);
    }
}
