namespace Lifecycle.Drift;

/// <summary>
/// The records (new highest scores) of one simulated stream, with the number of values at which each came. A detector at level h would
/// have alarmed at the first record above h.
/// </summary>
internal sealed class ScoreRecords
{
    private const int Chunk = 256;

    private readonly StreamDetector _detector;
    private readonly StreamLaw.Source _source;
    private readonly double[] _values = new double[Chunk];
    private readonly List<(long At, double Score)> _records = [];
    private long _n;
    private int _place = Chunk;

    private ScoreRecords(StreamDetector detector, StreamLaw.Source source) => (_detector, _source) = (detector, source);

    public double Highest { get; private set; } = double.NegativeInfinity;

    public static (double Level, double RunLength) Find(Func<double, StreamDetector> at, StreamLaw law, double target, int runs, ulong seed)
    {
        ScoreRecords[] paths = [.. Enumerable.Range(0, runs).Select(i => new ScoreRecords(at(1), law.Open(seed, (ulong)i)))];
        long longest = (long)(RunLength.Cut * target);
        double level = double.NegativeInfinity;
        while (true)
        {
            Parallel.For(0, runs, i => paths[i].Continue(level, longest));
            double length = MeanAt(paths, level, longest);
            if (length >= target)
            {
                return Settle(paths, level, target, longest);
            }

            // The level that half of the streams which can still go on have passed: they go on to it.
            double[] going = [.. paths.Where(p => p._n < longest && !double.IsPositiveInfinity(p.Highest)).Select(p => p.Highest).Order()];
            if (going.Length == 0)
            {
                throw RunLengthSearch.Unreachable(target, length);
            }

            level = going[going.Length / 2];
        }
    }

    private void Continue(double level, long longest)
    {
        while (_n < longest && !(Highest > level))
        {
            if (_place == Chunk)
            {
                _source.Fill(_values);
                _place = 0;
            }

            _n++;
            double score = _detector.Score(_values[_place++]);
            if (score > Highest)
            {
                Highest = score;
                _records.Add((_n, score));
            }
        }
    }

    /// <summary>Values divided by alarms, were the level the given one.</summary>
    private static double MeanAt(ScoreRecords[] paths, double level, long longest)
    {
        double values = 0;
        int alarms = 0;
        foreach (ScoreRecords path in paths)
        {
            (long at, bool isAlarm) = path.FirstAbove(level, longest);
            values += at;
            alarms += isAlarm ? 1 : 0;
        }

        return alarms == 0 ? double.PositiveInfinity : values / alarms;
    }

    private (long At, bool IsAlarm) FirstAbove(double level, long longest)
    {
        int low = 0, high = _records.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_records[middle].Score > level)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low < _records.Count ? (_records[low].At, true) : (longest, false);
    }

    /// <summary>
    /// The lowest level with the run length. Run lengths change only at records: the level lies in the middle between two of them, so
    /// that rounding never decides. Where
    /// neighbouring levels are far apart (scores of few values) the one below is taken if it is within 3 %.
    /// </summary>
    private static (double Level, double RunLength) Settle(ScoreRecords[] paths, double level, double target, long longest)
    {
        double[] levels = [.. paths.SelectMany(p => p._records).Select(r => r.Score).Where(s => s <= level).Append(level).Distinct().Order()];
        int low = 0, high = levels.Length - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (MeanAt(paths, levels[middle], longest) >= target)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        double length = MeanAt(paths, levels[high], longest), below = high > 0 ? MeanAt(paths, levels[high - 1], longest) : 0;
        if (below >= 0.97 * target && below / target > target / length)
        {
            (high, length) = (high - 1, below);
        }

        if (double.IsInfinity(length))
        {
            throw RunLengthSearch.Unreachable(target, below);
        }

        double next = paths.SelectMany(p => p._records).Select(r => r.Score).Where(s => s > levels[high] && double.IsFinite(s)).DefaultIfEmpty(levels[high] + Math.Abs(levels[high]) * 1e-3).Min();
        return ((levels[high] + next) / 2, length);
    }
}
