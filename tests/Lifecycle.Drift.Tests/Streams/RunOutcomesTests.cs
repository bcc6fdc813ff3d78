using Lifecycle.Statistics;

namespace Lifecycle.Drift.Tests;

/// <summary>The mean run length of runs that were partly given up, and its standard error.</summary>
public sealed class RunOutcomesTests
{
    private const long Longest = 20_000;

    [Fact]
    public void Without_runs_given_up_it_is_values_by_alarms()
    {
        RunOutcomes outcomes = new([100, 300, RunOutcomes.Cut, 200], Longest, Longest);
        Assert.Equal((100 + 300 + 20_000 + 200) / 3.0, outcomes.Mean);
        Assert.Equal(0.75, outcomes.AlarmShare);

        // The ratio estimator's: the squares of values less mean x alarms.
        double mean = outcomes.Mean, squares = Square(100 - mean) + Square(300 - mean) + Square(20_000) + Square(200 - mean);
        Assert.Equal(Math.Sqrt(squares) / (3 * mean), outcomes.Error, 1e-12);
        Assert.Equal(outcomes.Error, new RunOutcomes([100, 300, RunOutcomes.Cut, 200], 50, Longest).Error, 1e-12);
    }

    [Fact]
    public void Runs_that_go_on_stand_for_those_given_up()
    {
        RunOutcomes whole = new([10, 20, 5_000, 5_000, RunOutcomes.Cut, RunOutcomes.Cut], 1_000, Longest);
        RunOutcomes half = new([10, 20, 5_000, RunOutcomes.GivenUp, RunOutcomes.Cut, RunOutcomes.GivenUp], 1_000, Longest);
        Assert.Equal(whole.Mean, half.Mean, 1e-9);
        Assert.Equal(whole.AlarmShare, half.AlarmShare, 1e-12);
        Assert.True(half.Error > whole.Error);
    }

    [Fact]
    public void The_standard_error_is_the_spread_over_repetitions()
    {
        // A heavy tail: 94 % of the runs alarm within 300 values or so, the rest at a rate of 1 in 80,000.
        const int repetitions = 400, runs = 2_000;
        RandomStream random = new(9);
        double[] means = new double[repetitions];
        double error = 0;
        for (int r = 0; r < repetitions; r++)
        {
            long[] times = Draw(random, runs);
            GiveUp(times, 1_000, 4);
            RunOutcomes outcomes = new(times, 1_000, Longest);
            means[r] = outcomes.Mean;
            error += outcomes.Error / repetitions;
        }

        Moments moments = Moments.Of(means);
        Assert.InRange(error / (Math.Sqrt(moments.Variance) / moments.Mean), 0.9, 1.1);
    }

    [Fact]
    public void A_heavy_tail_is_sampled_late_and_an_exponential_law_is_not()
    {
        RandomStream random = new(10);
        long[] heavy = Draw(random, 5_000), exponential = [.. Enumerable.Range(0, 5_000).Select(_ => Math.Max(1, (long)(-1_000 * Math.Log(1 - random.NextDouble()))))];
        (SamplingPlan plan, double values, double needed) = RunOutcomes.Choose(heavy, 1_000, Longest, 0.02);
        Assert.True(plan.Keep > 1, $"{plan}");
        RunOutcomes whole = new(heavy, Longest, Longest);
        Assert.True(values * needed < 0.6 * heavy.Average(t => t == 0 ? Longest : t) * Square(whole.Error / 0.02) * heavy.Length, $"{plan}: {values} values, {needed} runs");
        (plan, _, needed) = RunOutcomes.Choose(exponential, 1_000, Longest, 0.02);
        Assert.Equal(1, plan.Keep);
        Assert.InRange(needed, 2_200, 2_800);
    }

    private static double Square(double x) => x * x;

    private static long[] Draw(RandomStream random, int runs)
    {
        long[] times = new long[runs];
        for (int i = 0; i < runs; i++)
        {
            double scale = random.NextDouble() < 0.94 ? 100 : 80_000;
            long time = Math.Max(1, (long)(-scale * Math.Log(1 - random.NextDouble())));
            times[i] = time > Longest ? RunOutcomes.Cut : time;
        }

        return times;
    }

    private static void GiveUp(long[] times, long early, int keep)
    {
        int late = 0;
        for (int i = 0; i < times.Length; i++)
        {
            if ((times[i] == RunOutcomes.Cut || times[i] > early) && late++ % keep != 0)
            {
                times[i] = RunOutcomes.GivenUp;
            }
        }
    }
}
