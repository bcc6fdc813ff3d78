namespace Lifecycle.Drift;

internal sealed partial class ScoreRecords
{
    // Records are kept up to the level at which the first runs have this many times the target.
    private const double Beyond = 1.25;

    /// <summary>The level whose run length is nearest to the target.</summary>
    public static (double Level, double RunLength) Find(Func<double, StreamDetector> at, StreamLaw law, double target, int pilot, double worth, double cut, ulong seed)
    {
        long longest = (long)(cut * target);
        double grain = at(1).Grain;
        ScoreRecords[] paths = Open(0, pilot);
        double ceiling = Climb(paths, target, longest);
        (double level, double length) = Settle(paths, ceiling, target, longest, longest, grain);
        long[] times = [.. paths.Select(p => p.TimeAt(level))];
        (SamplingPlan plan, double valuesOfRun, double needed) = RunOutcomes.Choose(times, target, longest, RunLengthSearch.Error);
        int runs = RunLengthSearch.Count(needed, valuesOfRun, worth, pilot);
        if (runs <= pilot)
        {
            return (level, length);
        }

        ScoreRecords[] more = Open(pilot, runs - pilot);
        Parallel.For(0, more.Length, i =>
        {
            more[i].Continue(ceiling, plan.Keep == 1 ? longest : plan.Early);
            if (plan.Keep == 1 || more[i].Highest > ceiling)
            {
                more[i].End(isGivenUp: false);
            }
        });
        ScoreRecords[] late = [.. more.Where(p => p._detector is not null)];
        Parallel.For(0, late.Length, i =>
        {
            if (i % plan.Keep == 0)
            {
                late[i].Continue(ceiling, longest);
            }

            late[i].End(isGivenUp: i % plan.Keep != 0);
        });
        return Settle([.. paths, .. more], ceiling, target, plan.Keep == 1 ? longest : plan.Early, longest, grain);

        ScoreRecords[] Open(int first, int count) => [.. Enumerable.Range(first, count).Select(i => new ScoreRecords(at(1), law, seed, (ulong)i))];
    }

    /// <summary>Lets the runs go on until they know the run lengths of all levels up to a little beyond the target.</summary>
    private static double Climb(ScoreRecords[] paths, double target, long longest)
    {
        double level = double.NegativeInfinity;
        while (true)
        {
            double next = level;
            Parallel.For(0, paths.Length, i => paths[i].Continue(next, longest));
            double length = MeanAt(paths, level, longest, longest);
            if (length >= Beyond * target)
            {
                return level;
            }

            // The level that half of the streams which can still go on have passed: they go on to it.
            double[] going = [.. paths.Where(p => p._n < longest && !double.IsPositiveInfinity(p.Highest)).Select(p => p.Highest).Order()];
            if (going.Length == 0)
            {
                return length >= target ? level : throw RunLengthSearch.Unreachable(target, length);
            }

            level = going[going.Length / 2];
        }
    }

    private static double MeanAt(ScoreRecords[] paths, double level, long early, long longest)
    {
        long[] times = new long[paths.Length];
        for (int i = 0; i < times.Length; i++)
        {
            times[i] = paths[i].TimeAt(level);
        }

        return new RunOutcomes(times, early, longest).Mean;
    }

    /// <summary>
    /// The level with the nearest run length. Run lengths change only at records: the level lies in the middle between two of them that
    /// differ by more than rounding, so that rounding never decides.
    /// </summary>
    private static (double Level, double RunLength) Settle(ScoreRecords[] paths, double ceiling, double target, long early, long longest, double grain)
    {
        double[] all = [.. paths.SelectMany(p => p._records).Select(r => r.Score).Where(double.IsFinite).Distinct().Order()];
        double[] scores = [.. all.Where((s, i) => i + 1 == all.Length || all[i + 1] - s > grain * Math.Abs(s))];
        int high = Array.FindLastIndex(scores, s => s <= ceiling * (1 + grain)), low = 0;
        if (high < 0)
        {
            throw RunLengthSearch.Longer(target);
        }

        while (low < high)
        {
            int middle = (low + high) / 2;
            if (MeanAt(paths, scores[middle], early, longest) >= target)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        double length = MeanAt(paths, scores[high], early, longest), below = high > 0 ? MeanAt(paths, scores[high - 1], early, longest) : 0;
        if (below > 0 && target / below < length / target)
        {
            (high, length) = (high - 1, below);
        }

        double next = high + 1 < scores.Length ? scores[high + 1] : scores[high] + Math.Abs(scores[high]) * 1e-3;
        return ((scores[high] + next) / 2, length);
    }
}
