using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Lifecycle.Statistics;

namespace Lifecycle.Drift.Tests;

/// <summary>Detectors that keep sums against forms that look at everything again at every value.</summary>
public sealed class NaiveDetectorTests
{
    [Property(MaxTest = 60)]
    public void Adwin_equals_the_form_with_a_list_of_buckets(ushort seed, bool keeps, bool often)
    {
        int clock = often ? 1 : 7;
        double[] stream = seed % 2 == 0
            ? ErrorStreams.Changing(seed, 1500, 700, 0.2, 0.5)
            : Samples.Normal(1500, seed).Select((z, i) => i < 800 ? z : z + 1).ToArray();
        Assert.Equal(NaiveAdwin(stream, 0.05, clock, keeps), ErrorStreams.Alarms(new Adwin { Delta = 0.05, Clock = clock, KeepWindow = keeps }, stream));
    }

    [Fact]
    public void Adwin_keeps_mean_and_variance_of_its_window()
    {
        double[] stream = Samples.Normal(3000, 8, shift: 1e6);
        Adwin adwin = new() { KeepWindow = true };
        for (int i = 0; i < stream.Length; i++)
        {
            adwin.Update(stream[i]);
            if (i % 100 == 50)
            {
                double[] window = stream[(i + 1 - (int)adwin.Width)..(i + 1)];
                double mean = window.Average();
                Assert.Equal(mean, adwin.WindowMean, 1e-6);
                Assert.Equal(window.Average(v => (v - mean) * (v - mean)), adwin.WindowVariance, 1e-3);
            }
        }
    }

    [Property(MaxTest = 12)]
    public void Windowed_detectors_equal_the_forms_that_look_again(ushort seed, byte level)
    {
        double[] stream = ErrorStreams.Changing(seed, 420, 220, 0.15, 0.15 + level / 400.0);
        Assert.Equal(Naive(stream, h => Fhddm(h, 100)), ErrorStreams.Alarms(new Fhddm(), stream));
        Assert.Equal(Naive(stream, h => Fhddm(h, 100) || (h.Count >= 100 && Fhddm(h, 25, 100))), ErrorStreams.Alarms(new Fhddms(), stream));
        Assert.Equal(Naive(stream, h => Mddm(h, i => 1 + 0.01 * i)), ErrorStreams.Alarms(new MddmA(), stream));
        Assert.Equal(Naive(stream, h => Mddm(h, i => Math.Pow(1.01, i + 1))), ErrorStreams.Alarms(new MddmG(), stream));
        Assert.Equal(Naive(stream, h => Mddm(h, i => Math.Exp(0.01 * i))), ErrorStreams.Alarms(new MddmE(), stream));
        Assert.Equal(Naive(stream, Stepd), ErrorStreams.Alarms(new Stepd(), stream));
    }

    [Property(MaxTest = 40)]
    public void The_likelihood_ratio_chart_equals_the_sum_over_all_change_points(ushort seed, bool up)
    {
        double[] errors = ErrorStreams.Changing(seed, 700, 400, 0.2, 0.5), numbers = Samples.Normal(700, seed);
        for (int i = 400; i < 700; i++)
        {
            numbers[i] += up ? 1 : -1;
        }

        ChangeDirection direction = up ? ChangeDirection.Up : ChangeDirection.Both;
        Assert.Equal(
            Naive(errors, h => Evidence(h, up, (s, n) => n * (Term(s / n, 0.2) + Term(1 - s / n, 0.8)), 0.2) > 8),
            ErrorStreams.Alarms(new GlrCusum { ErrorRate = 0.2, Threshold = 8, Window = 100, Direction = direction }, errors));
        Assert.Equal(
            Naive(numbers, h => Evidence(h, up, (s, n) => s * s / (2 * n * 1.21), 0) > 8),
            ErrorStreams.Alarms(new GlrCusum { Mean = 0, StandardDeviation = 1.1, Threshold = 8, Window = 100, Direction = direction }, numbers));
    }

    [Property(MaxTest = 20)]
    public void Kswin_equals_the_test_of_the_statistics_package(ushort seed, bool ties)
    {
        double[] stream = ties ? Samples.Whole(400, 6, seed, 0) : Samples.Normal(400, seed);
        for (int i = 250; i < 400; i++)
        {
            stream[i] += 1;
        }

        PythonRandom draws = new(3);
        int[] expected = Naive(stream, h =>
        {
            if (h.Count == 1)
            {
                draws = new PythonRandom(3);
            }

            if (h.Count < 100)
            {
                return false;
            }

            List<double> old = h[^100..^30];
            double[] drawn = new double[30];
            for (int i = 0; i < 30; i++)
            {
                int j = draws.Below(old.Count);
                drawn[i] = old[j];
                old[j] = old[^1];
                old.RemoveAt(old.Count - 1);
            }

            Lifecycle.Statistics.TestResult test = KolmogorovSmirnov.Test(drawn, h[^30..].ToArray());
            return test.PValue <= 0.01 && test.Statistic > 0.1;
        });
        Assert.Equal(expected, ErrorStreams.Alarms(new Kswin { Alpha = 0.01, Draws = () => new PythonRandom(3).Below }, stream));
    }

    [Property(MaxTest = 15)]
    public void Hddm_and_the_charts_equal_their_formulas(ushort seed)
    {
        double[] errors = ErrorStreams.Changing(seed, 900, 500, 0.2, 0.6), numbers = Samples.Normal(600, seed);
        Assert.Equal(Naive(errors, HddmA), ErrorStreams.Alarms(new HddmA(), errors));
        Assert.Equal(Naive(errors, h => h.Count >= 29 && PageHinkley(h, 0.9999) >= 15), ErrorStreams.Alarms(new PageHinkley { Threshold = 15 }, errors));
        Assert.Equal(Naive(errors, h => h.Count >= 29 && PageHinkley(h, 1) >= 15), ErrorStreams.Alarms(new Cusum { Threshold = 15 }, errors));
        Assert.Equal(Naive(numbers, Ewma), ErrorStreams.Alarms(new Ewma { Mean = 0, StandardDeviation = 1, Limit = 2.2 }, numbers));
        Assert.Equal(Naive(numbers, h => Math.Abs(h[^1] - 0.1) > 2.5), ErrorStreams.Alarms(new Shewhart { Mean = 0.1, StandardDeviation = 1.25, Limit = 2 }, numbers));
    }

    /// <summary>Runs a rule on all values since the last alarm.</summary>
    private static int[] Naive(double[] stream, Func<List<double>, bool> rule)
    {
        List<int> alarms = [];
        List<double> history = [];
        for (int i = 0; i < stream.Length; i++)
        {
            history.Add(stream[i]);
            if (rule(history))
            {
                alarms.Add(i);
                history.Clear();
            }
        }

        return [.. alarms];
    }

    private static bool Fhddm(List<double> history, int window, int from = 0)
    {
        double best = 0, last = 0;
        for (int end = Math.Max(window, from); end <= history.Count; end++)
        {
            last = 1 - history[(end - window)..end].Average();
            best = Math.Max(best, last);
        }

        return history.Count >= window && best - last > Math.Sqrt(Math.Log(1e6) / (2 * window)) - 1e-12;
    }

    private static bool Mddm(List<double> history, Func<int, double> weight)
    {
        const int window = 100;
        double[] weights = [.. Enumerable.Range(0, window).Select(weight)];
        double sum = weights.Sum(), best = 0, last = 0;
        for (int end = window; end <= history.Count; end++)
        {
            last = weights.Select((w, i) => w * (1 - history[end - window + i])).Sum() / sum;
            best = Math.Max(best, last);
        }

        return history.Count >= window && best - last > Math.Sqrt(weights.Sum(w => w / sum * (w / sum)) * Math.Log(1e6) / 2);
    }

    private static bool Stepd(List<double> history)
    {
        if (history.Count < 60)
        {
            return false;
        }

        double recent = history[^30..].Average(), old = history[..^30].Average(), all = history.Average(), inverse = 1.0 / 30 + 1.0 / (history.Count - 30);
        double z = Math.Max(0, Math.Abs(old - recent) - inverse / 2) / Math.Sqrt(all * (1 - all) * inverse);
        return recent > old && 2 * NormalDistribution.Survival(z) < 0.003;
    }

    private static double Term(double p, double q) => p == 0 ? 0 : p * Math.Log(p / q);

    private static double Evidence(List<double> history, bool upOnly, Func<double, double, double> evidence, double mean)
    {
        double best = 0, sum = 0;
        for (int n = 1; n <= Math.Min(100, history.Count); n++)
        {
            sum += history[^n];
            best = upOnly && sum / n <= mean ? best : Math.Max(best, evidence(sum, n));
        }

        return best;
    }

    private static bool HddmA(List<double> history)
    {
        double Upper(int n) => history[..n].Average() + Math.Sqrt(Math.Log(1000) / (2 * n));

        // Of equal bounds the later one; rounding of the last digit is left to the sums.
        int cut = 1;
        for (int n = 2; n <= history.Count; n++)
        {
            cut = Upper(cut) >= Upper(n) ? n : cut;
        }

        double all = history.Count, m = (all - cut) / (all * cut);
        return cut < history.Count && history.Average() - history[..cut].Average() >= Math.Sqrt(m / 2 * Math.Log(2000));
    }

    private static double PageHinkley(List<double> history, double fading)
    {
        double sum = 0, total = 0;
        for (int i = 0; i < history.Count; i++)
        {
            total += history[i];
            sum = Math.Max(0, fading * sum + history[i] - total / (i + 1) - 0.005);
        }

        return sum;
    }

    private static bool Ewma(List<double> history)
    {
        double z = 0;
        foreach (double value in history)
        {
            z = 0.1 * value + 0.9 * z;
        }

        return Math.Abs(z) > 2.2 * Math.Sqrt(0.1 / 1.9 * (1 - Math.Pow(0.9, 2 * history.Count)));
    }

    /// <summary>Buckets in a list, statistics of the parts from their values.</summary>
    private static int[] NaiveAdwin(double[] stream, double delta, int clock, bool keeps)
    {
        List<List<double>> buckets = [];
        List<int> alarms = [];
        int since = 0;
        for (int t = 0; t < stream.Length; t++)
        {
            buckets.Add([stream[t]]);
            for (int size = 1; buckets.Count(b => b.Count == size) > 5; size *= 2)
            {
                int oldest = buckets.FindIndex(b => b.Count == size);
                buckets[oldest].AddRange(buckets[oldest + 1]);
                buckets.RemoveAt(oldest + 1);
            }

            if (++since < clock)
            {
                continue;
            }

            since = 0;
            bool isCut = false;
            while (buckets.Sum(b => b.Count) > 10 && HasCut(buckets, delta))
            {
                isCut = true;
                if (keeps)
                {
                    buckets.RemoveAt(0);
                }
                else
                {
                    buckets.Clear();
                }
            }

            if (isCut)
            {
                alarms.Add(t);
            }
        }

        return [.. alarms];
    }

    private static bool HasCut(List<List<double>> buckets, double delta)
    {
        double[] window = [.. buckets.SelectMany(b => b)];
        double mean = window.Average(), variance = window.Average(v => (v - mean) * (v - mean)), d = Math.Log(2 * Math.Log(window.Length) / delta);
        int n0 = 0;
        foreach (List<double> bucket in buckets)
        {
            n0 += bucket.Count;
            int n1 = window.Length - n0;
            if (n0 < 5 || n1 < 5)
            {
                continue;
            }

            double k = 1.0 / (n0 - 4) + 1.0 / (n1 - 4);
            if (Math.Abs(window[..n0].Average() - window[n0..].Average()) > Math.Sqrt(2 * k * variance * d) + 2.0 / 3 * k * d)
            {
                return true;
            }
        }

        return false;
    }
}
