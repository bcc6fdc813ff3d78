namespace Lifecycle.Statistics.Tests;

/// <summary>
/// COMPAS deciles against the number of earlier offences as scores of the same rows, rebuilt from how often each pair of them occurs by
/// label.
/// </summary>
public class CompasDeLongTests
{
    /// <summary>Rows by number of earlier offences (0, 1, 2, ...): deciles 1 to 10 of label 0, then of label 1.</summary>
    private static readonly string[] Counts =
    [
        "617 288 117 50 31 12 6 4 4 2 0 0 1",
        "267 162 79 53 32 20 7 8 10 2 0 0 3 2 1 0 1 0 1",
        "180 102 74 35 17 17 10 12 3 1 2 4 3 3 0 0 0 0 0 2 1",
        "148 92 55 37 23 23 16 12 11 7 3 4 0 1 0 0 0 2 0 0 0 0 0 0 0 0 0 0 0 0 1",
        "109 87 41 32 24 14 9 8 7 5 2 0 5 3 2 2 1 0 0 0 1 1 1 0 0 0 0 1",
        "61 56 39 18 18 19 17 11 11 8 5 4 3 3 2 3 1 0 0 2 0 1 0 0 0 0 0 0 0 1",
        "63 38 23 26 11 18 12 8 5 5 3 5 3 3 2 5 2 0 1 1 3 0 0 1 1 1 0 1 1",
        "34 31 15 6 12 11 7 6 3 9 4 4 2 2 4 3 1 2 1 2 1 0 0 0 2",
        "25 28 21 11 7 5 4 8 7 7 6 4 4 1 5 3 2 1 1 1 1 0 1",
        "16 12 7 5 8 8 4 2 4 1 1 5 2 1 1 1 1 1 1 0 1 2 0 0 0 0 0 2 0 0 0 0 0 0 0 1",
        "112 77 34 29 19 10 8 5 6 2 0 1 1 2 0 1 0 0 0 0 0 1",
        "87 72 43 30 17 10 10 5 5 1 3 1 3 2 0 0 0 1 2 0 1",
        "86 54 41 26 22 14 9 8 6 5 3 2 0 0 1 1 0 0 0 0 2 0 0 1",
        "83 66 43 30 23 17 15 8 11 9 10 3 0 5 5 2 0 2 1 0 0 0 0 1",
        "57 50 50 36 25 35 19 12 12 3 11 5 2 2 0 1 2 1 0 1 0 0 1 0 0 0 1",
        "52 53 30 44 23 19 22 18 14 13 12 9 11 6 3 4 3 3 5 2 1 2 2 1 1 0 0 0 0 1 1 1 0 1 0 0 1",
        "48 40 39 26 25 25 18 18 16 22 14 12 4 5 6 2 2 6 2 2 1 6 3 2 1 0 2 0 0 0 0 0 0 1 0 0 0 1 1",
        "49 28 30 33 31 15 18 21 20 17 8 13 8 13 8 3 6 5 1 4 2 1 2 5 2 2 1 0 1 2 0 0 0 0 0 0 0 0 1",
        "31 26 36 18 19 30 16 21 18 18 15 12 12 8 7 12 10 5 5 5 5 5 7 4 0 1 0 2 4 1 0 1 0 1",
        "25 35 23 23 14 12 15 15 14 12 8 10 6 15 9 8 7 7 5 8 3 3 4 1 4 5 3 1 1",
    ];

    private static readonly (double[] Deciles, double[] Priors, bool[] Labels) Rows = Rebuild();

    [Fact]
    public void Comparison_agrees_with_the_page() => Check(DeLong.Compare(Rows.Deciles, Rows.Priors, Rows.Labels));

    [Fact]
    public void Comparison_in_single_precision_agrees_too() => Check(DeLong.Compare(
        Array.ConvertAll(Rows.Deciles, d => (float)d), Array.ConvertAll(Rows.Priors, p => (float)p), Rows.Labels));

    [Fact]
    public void Decisions_give_the_paired_counts_of_the_page()
    {
        long first = 0, second = 0;
        for (int i = 0; i < Rows.Labels.Length; i++)
        {
            bool one = Rows.Deciles[i] >= 5 == Rows.Labels[i], other = Rows.Priors[i] >= 3 == Rows.Labels[i];
            first += one && !other ? 1 : 0;
            second += !one && other ? 1 : 0;
        }

        Assert.Equal((1202L, 1124L, 7214), (first, second, Rows.Labels.Length));
    }

    private static void Check(AreaComparison pair)
    {
        Close.Relative(.7021662544019726, pair.First.Area, 1e-10);
        Close.Relative(.6703926111983403, pair.Second.Area, 1e-10);
        Close.Relative(.006089079340368245, pair.First.StandardError, 1e-10);
        Close.Relative(.006282992593213943, pair.Second.StandardError, 1e-10);
        Close.Relative(1.3951561092524916e-05, pair.Covariance, 1e-10);
        Close.Relative(4.5554014854044045, pair.Z, 1e-10);
        Close.Relative(5.228561599889231e-06, pair.PValue, 1e-10);
    }

    private static (double[], double[], bool[]) Rebuild()
    {
        List<double> deciles = [], priors = [];
        List<bool> labels = [];
        for (int k = 0; k < Counts.Length; k++)
        {
            int[] counts = [.. Counts[k].Split(' ').Select(int.Parse)];
            for (int p = 0; p < counts.Length; p++)
            {
                deciles.AddRange(Enumerable.Repeat(k % 10 + 1.0, counts[p]));
                priors.AddRange(Enumerable.Repeat((double)p, counts[p]));
                labels.AddRange(Enumerable.Repeat(k >= 10, counts[p]));
            }
        }

        return ([.. deciles], [.. priors], [.. labels]);
    }
}
