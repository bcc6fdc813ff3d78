using Lifecycle.Statistics;

namespace Lifecycle.Drift.Tests;

/// <summary>
/// How often numeric columns are called significant at .05: without drift over six pairs of sizes and four laws, with drift against
/// Kolmogorov-Smirnov on the same samples. Fixed seeds, short runs; the long ones are figures of the benchmarks.
/// </summary>
[Trait("Vectors", "any")]
public sealed class VerdictRateTests
{
    private const int Repetitions = 500, PowerRepetitions = 120;
    private const double Level = 0.05, Least = 0.035, Most = 0.065, Unlikely = 1e-4;
    private static readonly double LogLevel = Math.Log(Level);

    public static TheoryData<string> Laws => ["normal", "lognormal", "t3", "seven"];

    /// <summary>A rate outside .035 to .065 would give such a count in fewer than one of 10,000 cases.</summary>
    [Theory]
    [MemberData(nameof(Laws))]
    public void Verdict_false_alarm_rate_is_nominal_in_all_cells(string law)
    {
        foreach ((int n, int m) in ((int, int)[])[(1001, 100), (1001, 500), (1001, 1001), (5000, 200), (5000, 1000), (10_000, 10_000)])
        {
            int runs = n == 10_000 ? Repetitions / 2 : Repetitions, raw = 0, stored = 0;
            for (int i = 0; i < runs; i++)
            {
                double[] then = Draw(law, n, 8001, (ulong)i), now = Draw(law, m, 8002, (ulong)i);
                SortedSample sorted = new(then);
                raw += DriftCheck.Compare(then, now).LogAdjustedPValue <= LogLevel ? 1 : 0;
                stored += DriftCheck.Compare(SortedColumn.Of("x", sorted), now).LogAdjustedPValue <= LogLevel ? 1 : 0;
            }

            Holds(raw, runs, $"raw {law} {n} {m}");
            Holds(stored, runs, $"stored {law} {n} {m}");
        }
    }

    [Theory]
    [InlineData(200)]
    [InlineData(1000)]
    [InlineData(5000)]
    public void Verdict_beats_KS_in_every_power_cell(int current)
    {
        const int reference = 5000;
        int ours = 0, theirs = 0;
        foreach (double delta in (double[])[.02, .05, .1, .2, .5])
        {
            foreach (bool isShift in (bool[])[true, false])
            {
                int won = 0, lost = 0;
                for (int i = 0; i < PowerRepetitions; i++)
                {
                    double[] then = Samples.Normal(reference, 8101, (ulong)i);
                    double[] now = Samples.Normal(current, 8102, (ulong)i, isShift ? delta : 0, isShift ? 1 : 1 + delta);
                    bool verdict = DriftCheck.Compare(then, now).LogPValue <= LogLevel;
                    bool ks = KolmogorovSmirnov.Test(then, now, method: PValueMethod.Asymptotic).LogPValue <= LogLevel;
                    won += verdict && !ks ? 1 : 0;
                    lost += ks && !verdict ? 1 : 0;
                    ours += verdict ? 1 : 0;
                    theirs += ks ? 1 : 0;
                }

                // A deficit of .02 is allowed; three standard errors of the difference of paired runs come on top.
                double error = Math.Sqrt(won + lost) / PowerRepetitions;
                Assert.True((won - lost) / (double)PowerRepetitions >= -0.02 - 3 * error, $"{current} {delta} {(isShift ? "shift" : "scale")}: +{won} -{lost}");
            }
        }

        Assert.True(ours > theirs, $"{current}: {ours} against {theirs}");
    }

    private static void Holds(int alarms, int runs, string cell)
    {
        double tooMany = alarms == 0 ? 1 : BinomialDistribution.Survival(alarms - 1, runs, Most), tooFew = BinomialDistribution.Cdf(alarms, runs, Least);
        Assert.True(tooMany > Unlikely && tooFew > Unlikely, $"{cell}: {alarms} alarms in {runs}");
    }

    private static double[] Draw(string law, int count, ulong seed, ulong index) => law switch
    {
        "normal" => Samples.Normal(count, seed, index),
        "lognormal" => Samples.LogNormal(count, seed, index),
        "t3" => Samples.HeavyTailed(count, seed, index),
        _ => Samples.Whole(count, 7, seed, index),
    };
}
