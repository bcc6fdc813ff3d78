using FsCheck.Xunit;

namespace Lifecycle.Statistics.Tests;

public class RankCurvesTests
{
    [Property(MaxTest = 200)]
    public void Area_equals_the_count_over_all_pairs((sbyte Score, bool Label, byte Weight)[] rows)
    {
        double[] scores = [.. rows.Select(r => r.Score / 16.0)], weights = [.. rows.Select(r => r.Weight / 8.0)];
        bool[] labels = [.. rows.Select(r => r.Label)];
        double won = 0, all = 0;
        foreach ((sbyte Score, bool Label, byte Weight) p in rows.Where(r => r.Label))
        {
            foreach ((sbyte Score, bool Label, byte Weight) n in rows.Where(r => !r.Label))
            {
                double weight = p.Weight / 8.0 * (n.Weight / 8.0);
                all += weight;
                won += p.Score > n.Score ? weight : p.Score == n.Score ? weight / 2 : 0;
            }
        }

        double area = RankCurves.AreaUnderRoc(scores, labels, weights);
        if (all == 0)
        {
            Assert.True(double.IsNaN(area));
            return;
        }

        Close.Relative(won / all, area, 1e-12);
    }

    [Property(MaxTest = 100)]
    public void DeLong_variance_equals_its_definition((sbyte First, sbyte Second, bool Label)[] rows)
    {
        double[] first = [.. rows.Select(r => (double)r.First)], second = [.. rows.Select(r => (double)r.Second)];
        bool[] labels = [.. rows.Select(r => r.Label)];
        AreaComparison comparison = DeLong.Compare(first, second, labels);
        if (labels.Count(l => l) < 2 || labels.Count(l => !l) < 2)
        {
            Assert.True(double.IsNaN(comparison.Covariance));
            return;
        }

        double expected = Covariance(first, second, labels, true) + Covariance(first, second, labels, false);
        Close.Absolute(expected, comparison.Covariance, 1e-12);
        Close.Absolute(RankCurves.AreaUnderRoc(first, labels), comparison.First.Area, 1e-13);
        Assert.False(double.IsNaN(comparison.PValue));
        AreaComparison single = DeLong.Compare(Array.ConvertAll(first, s => (float)s), Array.ConvertAll(second, s => (float)s), labels);
        Assert.Equal((comparison.First.Area, comparison.Second.Area), (single.First.Area, single.Second.Area));
        Close.Absolute(comparison.Covariance, single.Covariance, 1e-15);
    }

    [Fact]
    public void Two_threads_of_many_rows_agree_with_one()
    {
        RandomStream random = new(3);
        float[] first = new float[60_000], second = new float[60_000];
        bool[] labels = new bool[60_000];
        for (int i = 0; i < first.Length; i++)
        {
            labels[i] = random.NextDouble() < 0.3;
            first[i] = (float)Math.Round(random.NextGaussian() + (labels[i] ? 1 : 0), i % 2 == 0 ? 2 : 6);
            second[i] = -(float)random.NextDouble() + first[i];
        }

        AreaComparison single = DeLong.Compare(first, second, labels);
        AreaComparison doubles = DeLong.Compare(Array.ConvertAll(first, s => (double)s), Array.ConvertAll(second, s => (double)s), labels);
        Assert.Equal((doubles.First.Area, doubles.Second.Area), (single.First.Area, single.Second.Area));
        Close.Relative(doubles.Covariance, single.Covariance, 1e-12);
        Close.Relative(doubles.StandardError, single.StandardError, 1e-12);
        Assert.Equal(RankCurves.AreaUnderRoc(Array.ConvertAll(first, s => (double)s), labels), single.First.Area, 1e-12);
        Assert.Throws<ArgumentException>(() => DeLong.Estimate([1f, float.NaN], [true, false]));
    }

    [Fact]
    public void Perfect_ranking_has_a_bounded_interval()
    {
        AreaEstimate perfect = DeLong.Estimate([1, 2, 3, 4, 5], [false, false, true, true, true]);
        Assert.Equal(1, perfect.Area);
        Close.Relative(Math.Pow(0.05, 0.5), perfect.LogitInterval().Lower, 1e-12);
        Assert.Equal(1, perfect.LogitInterval().Upper);
        AreaEstimate wrong = DeLong.Estimate([5, 4, 3, 2, 1], [false, false, true, true, true]);
        Assert.Equal(new Interval(0, 1 - perfect.LogitInterval().Lower), wrong.LogitInterval());
    }

    [Fact]
    public void Bad_input_is_refused_with_its_reason()
    {
        Assert.Throws<ArgumentException>(() => RankCurves.AreaUnderRoc([1, 2], [true]));
        Assert.Throws<ArgumentException>(() => RankCurves.AreaUnderRoc([1, double.NaN], [true, false]));
        Assert.Throws<ArgumentException>(() => RankCurves.AveragePrecision([1, 2], [true, false], [1, -1]));
        Assert.True(double.IsNaN(RankCurves.AreaUnderRoc([], [])));
    }

    private static double Covariance(double[] a, double[] b, bool[] labels, bool side)
    {
        double[] va = Placements(a, labels, side), vb = Placements(b, labels, side);
        double ma = va.Average(), mb = vb.Average();
        return va.Zip(vb, (x, y) => (x - ma) * (y - mb)).Sum() / (va.Length - 1) / va.Length;
    }

    private static double[] Placements(double[] scores, bool[] labels, bool side)
    {
        int sign = side ? 1 : -1;
        return [.. scores.Where((_, i) => labels[i] == side).Select(x => scores.Where((_, i) => labels[i] != side)
            .Average(y => Math.Sign(x - y) * sign * 0.5 + 0.5))];
    }
}
