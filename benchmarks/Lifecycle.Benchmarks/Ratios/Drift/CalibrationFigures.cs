using Lifecycle.Drift;
using Lifecycle.Statistics;

namespace Lifecycle.Benchmarks.Ratios.Drift;

/// <summary>
/// False-alarm rates and power of the verdict of two raw numeric samples at .05, 5,000 repetitions a cell on two threads. Without drift: six
/// pairs of sizes, four laws. With drift: N(0, 1) against N(δ, 1) and N(0, (1+δ)²), against the exact Kolmogorov-Smirnov test of the same
/// samples. Repetition i of a cell draws from stream i, so the figures are the same on every run.
/// </summary>
internal static class CalibrationFigures
{
    private const int Repetitions = 5000, Laws = 4, PowerReference = 5000;
    private static readonly double LogLevel = Math.Log(0.05);
    private static readonly ParallelOptions Two = new() { MaxDegreeOfParallelism = 2 };

    public static IEnumerable<Figure> Measure()
    {
        (string Cell, double Rate)[] rates = [.. NullRates()];
        (string Cell, double Gain)[] gains = [.. PowerGains()];
        (string worst, double most) = rates.MaxBy(r => r.Rate);
        (string best, double least) = rates.MinBy(r => r.Rate);
        (string weakest, double gain) = gains.MinBy(g => g.Gain);
        Console.Error.WriteLine($"drift.null.rate: most in {worst}, least in {best}; drift.power: least gain in {weakest}");
        yield return new Figure("drift.null.rate.max", most, "-", AtLeast: false, 0.065);
        yield return new Figure("drift.null.rate.min", least, "-", AtLeast: true, 0.035);
        yield return new Figure("drift.power.minus_ks.min", gain, "-", AtLeast: true, -0.02);
    }

    private static IEnumerable<(string Cell, double Rate)> NullRates()
    {
        foreach ((int n, int m) in ((int, int)[])[(1001, 100), (1001, 500), (1001, 1001), (5000, 200), (5000, 1000), (10_000, 10_000)])
        {
            for (int law = 0; law < Laws; law++)
            {
                int alarms = 0, kind = law;
                Parallel.For(0, Repetitions, Two, i =>
                {
                    RandomStream random = new((ulong)(n + m + kind), (ulong)i);
                    double[] then = DistanceRates.Draw(random, n, kind), now = DistanceRates.Draw(random, m, kind);
                    if (DriftCheck.Compare(then, now).LogPValue <= LogLevel)
                    {
                        Interlocked.Increment(ref alarms);
                    }
                });
                yield return ($"{n}/{m} law {law}", (double)alarms / Repetitions);
            }
        }
    }

    private static IEnumerable<(string Cell, double Gain)> PowerGains()
    {
        foreach (int m in (int[])[200, 1000, 5000])
        {
            foreach (double delta in (double[])[.02, .05, .1, .2, .5])
            {
                foreach (bool isShift in (bool[])[true, false])
                {
                    int gain = 0;
                    Parallel.For(0, Repetitions, Two, i =>
                    {
                        RandomStream random = new((ulong)m, (ulong)i);
                        double[] then = DistanceRates.Draw(random, PowerReference, 0), now = DistanceRates.Draw(random, m, 0);
                        foreach (ref double value in now.AsSpan())
                        {
                            value = isShift ? value + delta : value * (1 + delta);
                        }

                        bool verdict = DriftCheck.Compare(then, now).LogPValue <= LogLevel, ks = IsSignificant(then, now);
                        Interlocked.Add(ref gain, (verdict ? 1 : 0) - (ks ? 1 : 0));
                    });
                    yield return ($"5000/{m} {(isShift ? "shift" : "scale")} {delta}", (double)gain / Repetitions);
                }
            }
        }
    }

    /// <summary>By the exact law; far from the level the limit decides alike and is quicker.</summary>
    private static bool IsSignificant(double[] then, double[] now)
    {
        SortedSample first = new(then), second = new(now);
        double quick = KolmogorovSmirnov.Test(first, second, method: PValueMethod.Asymptotic).PValue;
        return quick <= 0.03 || (quick < 0.08 && KolmogorovSmirnov.Test(first, second, method: PValueMethod.Exact).PValue <= 0.05);
    }
}
