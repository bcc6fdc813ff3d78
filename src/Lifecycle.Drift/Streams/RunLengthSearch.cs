using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>
/// Finds the level of a detector that gives a run length, by seeded simulation; path i draws from stream i, so the result does not depend
/// on the number of threads. Where the score
/// does not depend on the level, each path is simulated once and remembers its records: they tell the run length of every level (see
/// <see cref="ScoreRecords"/>). Elsewhere the level is
/// bracketed with few runs and then settled with many.
/// </summary>
internal static class RunLengthSearch
{
    private const int Rough = 200;
    private const int Fewest = 400;
    private const int MostRuns = 8_000;
    private const int Chunk = 256;

    public static (double Level, double RunLength) Find<TDetector>(Func<double, TDetector> at, StreamLaw law, double target, int? runs = null, ulong seed = RandomStream.DefaultSeed)
        where TDetector : StreamDetector
    {
        TDetector probe = at(1);
        int count = runs ?? (int)Math.Clamp(probe.RunsWorth / target, Fewest, MostRuns);
        return probe.HasFreeScore ? ScoreRecords.Find(at, law, target, count, seed) : Bracket(at, law, target, count, seed);
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

    private static (double Level, double RunLength) Bracket<TDetector>(Func<double, TDetector> at, StreamLaw law, double target, int runs, ulong seed)
        where TDetector : StreamDetector
    {
        double goal = Math.Log(target);
        (double low, double lowLog, double high, double highLog) = RoughBracket(level => RoughLog(at, law, level, target, seed), at(1).FirstLevel, goal, target);
        double level = low + (high - low) * Math.Clamp((goal - lowLog) / (highLog - lowLog), 0, 1), slope = (highLog - lowLog) / (high - low);
        double log = LogAt(level);
        double bestLevel = level, bestLog = log;
        for (int i = 0; i < 5 && Math.Abs(bestLog - goal) > 0.02; i++)
        {
            double next = level + Math.Clamp((goal - log) / slope, -0.5 * Math.Abs(high - low) - 0.05, 0.5 * Math.Abs(high - low) + 0.05), nextLog = LogAt(next);
            if (Math.Abs(nextLog - log) > 1e-3 && (nextLog - log) / (next - level) > slope / 4)
            {
                slope = (nextLog - log) / (next - level);
            }

            (level, log) = (next, nextLog);
            if (Math.Abs(log - goal) < Math.Abs(bestLog - goal))
            {
                (bestLevel, bestLog) = (level, log);
            }
        }

        return (bestLevel, Math.Exp(bestLog));

        double LogAt(double l) => Math.Log(RunLength.Measure(() => at(l), law, (long)(RunLength.Cut * target), runs, seed + 1));
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
            throw new RunLengthException(FormattableString.Invariant($"A run length of {target:#,0} cannot be had on this stream with these settings: the shortest is longer. Ask for more."));
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

    public static RunLengthException Unreachable(double target, double most) => new(FormattableString.Invariant(
        $"A run length of {target:#,0} cannot be had on this stream with these settings, whatever the threshold: about {most:#,0} is the most. Choose another detector, for example PageHinkley."));
}
