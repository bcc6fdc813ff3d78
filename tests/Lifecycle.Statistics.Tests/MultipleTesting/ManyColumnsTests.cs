namespace Lifecycle.Statistics.Tests;

/// <summary>Many columns over many windows: a chi-squared test of ten bins a column, 5,000 rows of reference against 1,000.</summary>
public class ManyColumnsTests
{
    private const int Columns = 200, Windows = 1000, Bins = 10;
    private const double Level = 0.05;

    [Fact]
    public void Holm_over_200_null_columns_x_1000_windows()
    {
        int uncorrected = 0, corrected = 0;
        for (int window = 0; window < Windows; window++)
        {
            double[] p = Judge(window, drifted: 0);
            uncorrected += p.Any(v => v <= Level) ? 1 : 0;
            corrected += FamilyWise.Holm(p).Any(v => v <= Level) ? 1 : 0;
        }

        // Four standard errors about the nominal rate; without correction nearly every window alarms.
        double error = Math.Sqrt(Level * (1 - Level) / Windows);
        Assert.InRange(corrected / (double)Windows, Level - 4 * error, Level + 4 * error);
        Assert.InRange(uncorrected, Windows - 5, Windows);
    }

    [Fact]
    public void False_discoveries_are_at_most_one_in_twenty_when_a_tenth_of_the_columns_drifted()
    {
        const int Drifted = Columns / 10, Some = Windows / 2;
        double share = 0, found = 0, careful = 0;
        for (int window = 0; window < Some; window++)
        {
            double[] p = Judge(window, Drifted), adjusted = FalseDiscovery.BenjaminiHochberg(p), dependent = FalseDiscovery.BenjaminiYekutieli(p);
            careful += dependent.Skip(Drifted).Count(v => v <= Level) / Math.Max(1.0, dependent.Count(v => v <= Level));
            int right = adjusted.Take(Drifted).Count(v => v <= Level), wrong = adjusted.Skip(Drifted).Count(v => v <= Level);
            share += wrong / Math.Max(1.0, right + wrong);
            found += right;
        }

        Assert.InRange(share / Some, 0.03, Level);
        Assert.InRange(careful / Some, 0, 0.02);
        Assert.InRange(found / Some / Drifted, 0.5, 1);
    }

    private static double[] Judge(int window, int drifted)
    {
        RandomStream random = new(41, (ulong)window);
        double[] p = new double[Columns];
        long[] reference = new long[Bins], current = new long[Bins];
        for (int column = 0; column < Columns; column++)
        {
            Deal(random, reference, 5000, 0.1);
            Deal(random, current, 1000, column < drifted ? 0.145 : 0.1);
            p[column] = ChiSquare.Test(reference, current).Test.PValue;
        }

        return p;
    }

    /// <summary>Multinomial counts, the first bin with its own probability.</summary>
    private static void Deal(RandomStream random, long[] counts, long rows, double first)
    {
        for (int b = 0; b < Bins; b++)
        {
            double share = b == 0 ? first : 1.0 / (Bins - b);
            counts[b] = new BinomialSampler(rows, share).Next(random);
            rows -= counts[b];
        }
    }
}
