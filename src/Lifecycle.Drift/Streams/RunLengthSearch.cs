using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>
/// Finds the level of a detector that gives a run length, by seeded simulation; run i draws from stream i, so the result does not depend
/// on the number of threads. Where the score does not depend on the level, each run is simulated once and remembers its records: they tell
/// the run length of every level (see <see cref="ScoreRecords"/>). Elsewhere the level is bracketed with few runs and then settled with
/// many. How many is told by the standard error of the first ones.
/// </summary>
internal static class RunLengthSearch
{
    /// <summary>Runs are added until the mean has this relative standard error, as far as the detector's worth of values goes.</summary>
    public const double Error = 0.01;

    // Whatever the detector's worth, runs are added until the mean has at most this standard error: 10 % are three of them.
    private const double WorstError = 0.032;
    private const double Tolerance = 0.1;
    private const string Other = "another detector, for example PageHinkley with a Delta of half the shift that matters, in units of the values";
    private const double FarOff = 0.05;
    private const int Rough = 200;
    private const int Glanced = 100;
    private const int Fewest = 400;
    private const int Pilot = 2_000;
    private const int MostRuns = 100_000;
    private const int Chunk = 256;

    /// <summary>The level whose run length is nearest to the target.</summary>
    public static (double Level, double RunLength) Find<TDetector>(
        Func<double, TDetector> at, StreamLaw law, double target, SearchEffort effort = SearchEffort.Whole, ulong seed = RandomStream.DefaultSeed)
        where TDetector : StreamDetector
    {
        TDetector probe = at(1);
        int pilot = effort == SearchEffort.Glance ? Glanced : (int)Math.Clamp(0.2 * probe.RunsWorth / target, Fewest, effort == SearchEffort.Rough ? Fewest : Pilot);
        double worth = effort == SearchEffort.Whole ? probe.RunsWorth : 0;
        return probe.HasFreeScore ? ScoreRecords.Find(at, law, target, pilot, worth, effort == SearchEffort.Glance ? 2 : RunLength.Cut, seed) : Bracket(at, law, target, pilot, worth, seed);
    }

    /// <summary>Refuses a run length that is not the one that was asked for.</summary>
    public static void Require(double target, double length)
    {
        if (!(Math.Abs(length / target - 1) <= Tolerance))
        {
            throw Missed(target, length);
        }
    }

    /// <summary>Refuses a run length that would be simulated for many minutes.</summary>
    public static void RequireAffordable(StreamDetector detector, double target, bool isFitted)
    {
        // A level alone is found in one pass over the runs; elsewhere the runs are made some ten times.
        double most = detector.RunsWorth * (detector.HasFreeScore && !isFitted ? 1 : 0.2) / 100;
        if (target > most)
        {
            throw new RunLengthException(FormattableString.Invariant(
                $"A run length of {target:#,0} takes too long to simulate for {detector.GetType().Name}, whose updates are dear: the longest is {most:#,0}. Ask for that, set the threshold yourself and measure it with RunLength.Measure, or choose a cheaper detector, for example PageHinkley."));
        }
    }

    /// <summary>How many runs a plan gets.</summary>
    public static int Count(double needed, double valuesOfRun, double worth, int pilot)
    {
        if (worth == 0)
        {
            return pilot;
        }

        double least = needed * (Error / WorstError) * (Error / WorstError);
        return (int)Math.Clamp(Math.Max(least, Math.Min(needed, worth / valuesOfRun)), pilot, MostRuns);
    }

    /// <summary>One run from the start to the first alarm.</summary>
    public static (long Length, bool IsAlarm) RunOnce(StreamDetector detector, StreamLaw.Source source, long longest)
    {
        Span<double> values = stackalloc double[Chunk];
        for (long n = 0; n < longest;)
        {
            source.Fill(values);
            foreach (double value in values)
            {
                n++;
                if (detector.Update(value) == Signal.Drift)
                {
                    return (n, true);
                }

                if (n == longest)
                {
                    break;
                }
            }
        }

        return (longest, false);
    }

    public static double Mean(ReadOnlySpan<long> lengths, ReadOnlySpan<bool> alarms)
    {
        double values = 0, found = 0;
        for (int i = 0; i < lengths.Length; i++)
        {
            values += lengths[i];
            found += alarms[i] ? 1 : 0;
        }

        return found == 0 ? double.PositiveInfinity : values / found;
    }

    /// <summary>The mean run length at a level, from runs that no search has seen; from few of them where it is far off the
    /// target.</summary>
    public static double Again<TDetector>(Func<double, TDetector> at, double level, StreamLaw law, double target, ulong seed)
        where TDetector : StreamDetector
    {
        long longest = (long)(RunLength.Cut * target);
        int runs = Count(1 / (Error * Error), target, at(1).RunsWorth, Fewest), few = runs / 10;
        long[] times = new long[runs];
        Parallel.For(0, few, Run);
        double first = new RunOutcomes(times.AsSpan(0, few), longest, longest).Mean;
        if (Math.Abs(Math.Log(first / target)) > FarOff + 4 / Math.Sqrt(few))
        {
            return first;
        }

        Parallel.For(few, runs, Run);
        return new RunOutcomes(times, longest, longest).Mean;

        void Run(int i) => times[i] = ScoreRecords.TimeAt(at(level), level, law.Open(seed, (ulong)i), (ulong)i, longest);
    }

    /// <summary>Outcomes of runs by a plan; the runs that go on are made again from their start.</summary>
    private static long[] Times<TDetector>(Func<TDetector> create, StreamLaw law, SamplingPlan plan, long longest, int runs, ulong seed)
        where TDetector : StreamDetector
    {
        long[] times = new long[runs];
        long early = plan.Keep == 1 ? longest : plan.Early;
        Parallel.For(0, runs, i => times[i] = Run(i, early));
        if (plan.Keep > 1)
        {
            int[] late = [.. Enumerable.Range(0, runs).Where(i => times[i] == RunOutcomes.Cut)];
            Parallel.For(0, late.Length, k => times[late[k]] = k % plan.Keep == 0 ? Run(late[k], longest) : RunOutcomes.GivenUp);
        }

        return times;

        long Run(int i, long end)
        {
            (long length, bool isAlarm) = RunOnce(create(), law.Open(seed, (ulong)i), end);
            return isAlarm ? length : RunOutcomes.Cut;
        }
    }

    private static (double Level, double RunLength) Bracket<TDetector>(Func<double, TDetector> at, StreamLaw law, double target, int pilot, double worth, ulong seed)
        where TDetector : StreamDetector
    {
        double goal = Math.Log(target);
        long longest = (long)(RunLength.Cut * target);
        (double low, double lowLog, double high, double highLog) = RoughBracket(level => RoughLog(at, law, level, target, seed), at(1).FirstLevel, goal, target);
        double level = low + (high - low) * Math.Clamp((goal - lowLog) / (highLog - lowLog), 0, 1), slope = (highLog - lowLog) / (high - low);

        // First few runs to come near, which also tell how to spend the many that settle the level.
        SamplingPlan plan = SamplingPlan.Whole(longest);
        int runs = pilot;
        long[] times = [];
        (double nearLevel, _) = Approach(level, 0.05);
        double close = 0.01;
        if (worth > 0)
        {
            times = Times(() => at(nearLevel), law, plan, longest, runs, seed + 1);
            (plan, double valuesOfRun, double needed) = RunOutcomes.Choose(times, target, longest, Error);
            runs = Count(needed, valuesOfRun, worth, pilot);
            close = Math.Clamp(0.5 * Error * Math.Sqrt(needed / runs), 0.01, 0.02);
        }

        return Approach(nearLevel, close);

        (double Level, double RunLength) Approach(double start, double close)
        {
            double l = start, log = LogAt(l), bestLevel = l, bestLog = log;
            for (int i = 0; i < 5 && !(Math.Abs(bestLog - goal) <= close); i++)
            {
                double reach = 0.5 * Math.Abs(high - low) + 0.05;
                double next = l + (double.IsFinite(log) ? Math.Clamp((goal - log) / slope, -reach, reach) : -reach / 2), nextLog = LogAt(next);
                if (Math.Abs(nextLog - log) > 1e-3 && (nextLog - log) / (next - l) > slope / 4)
                {
                    slope = Math.Min((nextLog - log) / (next - l), 4 * slope);
                }

                (l, log) = (next, nextLog);
                if (!(Math.Abs(log - goal) >= Math.Abs(bestLog - goal)))
                {
                    (bestLevel, bestLog) = (l, log);
                }
            }

            return (bestLevel, Math.Exp(bestLog));
        }

        double LogAt(double l) => Math.Log(new RunOutcomes(Times(() => at(l), law, plan, longest, runs, seed + 1), plan.Early, longest).Mean);
    }

    /// <summary>Walks up from a low level, where runs are short, until the rough run length passes the goal.</summary>
    private static (double Low, double LowLog, double High, double HighLog) RoughBracket(Func<double, double> logAt, double first, double goal, double target)
    {
        double low = first, lowLog = logAt(low);
        while (lowLog >= goal && low > first / 16)
        {
            low *= 0.7;
            lowLog = logAt(low);
        }

        if (lowLog >= goal)
        {
            throw Longer(target);
        }

        double step = 0.25;
        for (int i = 0; i < 60; i++)
        {
            double high = low + step, highLog = logAt(high);
            if (highLog >= goal)
            {
                return (low, lowLog, high, double.IsInfinity(highLog) ? goal + 1 : highLog);
            }

            double slope = Math.Max((highLog - lowLog) / step, 0.5);
            (low, lowLog) = (high, highLog);
            step = Math.Clamp(0.6 * (goal - highLog) / slope, 0.1, 1);
        }

        throw Unreachable(target, Math.Exp(lowLog));
    }

    /// <summary>Few runs, each cut at twice the target: enough to know on which side of it a level lies.</summary>
    private static double RoughLog<TDetector>(Func<double, TDetector> at, StreamLaw law, double level, double target, ulong seed)
        where TDetector : StreamDetector => Math.Log(RunLength.Measure(() => at(level), law, (long)(2 * target), Rough, seed));

    public static RunLengthException Longer(double target) =>
        new(FormattableString.Invariant($"A run length of {target:#,0} cannot be had on this stream with these settings: the shortest is longer. Ask for more."));

    public static RunLengthException Missed(double target, double nearest) => new(FormattableString.Invariant(double.IsFinite(nearest)
        ? $"A run length of {target:#,0} cannot be had on this stream with these settings: the nearest is {nearest:#,0}. {(nearest is >= RunLength.Shortest and <= RunLength.Longest ? "Ask for that, or choose" : "Choose")} {Other}."
        : (FormattableString)$"A run length of {target:#,0} cannot be had on this stream with these settings: the nearest threshold is never passed. Choose {Other}."));

    public static RunLengthException Unreachable(double target, double most) => new(FormattableString.Invariant(
        $"A run length of {target:#,0} cannot be had on this stream with these settings, whatever the threshold: about {most:#,0} is the most. Choose {Other}."));
}
