namespace Lifecycle.Drift;

/// <summary>How runs are spent: all go on to <paramref name="Early"/> values; of those that have no alarm by then, every
/// <paramref name="Keep"/>-th goes on to the end and stands for the others.</summary>
internal readonly record struct SamplingPlan(long Early, int Keep)
{
    /// <summary>Every run goes on to the end.</summary>
    public static SamplingPlan Whole(long longest) => new(longest, 1);
}

/// <summary>
/// A mean run length, values divided by alarms, with its standard error, from runs of which some were given up (two-phase sampling: the
/// early alarms are counted in all runs, the late ones in the runs that went on).
/// </summary>
/// <remarks>
/// Detectors that compare with everything seen so far alarm early or hardly ever. The few runs that are cut then decide the mean: with 5 %
/// of them cut at 20 times the mean, its standard error is 4.4 times that of an exponential law, and most values are spent on those 5 %.
/// </remarks>
internal readonly struct RunOutcomes
{
    /// <summary>The run was cut without an alarm.</summary>
    public const long Cut = 0;

    /// <summary>The run was given up at the early point.</summary>
    public const long GivenUp = -1;

    private readonly double _early, _earlySquares, _going, _goingMean, _goingVariance, _runs;

    /// <param name="times">Number of values up to the alarm of each run, or <see cref="Cut"/> or <see cref="GivenUp"/>.</param>
    /// <param name="early">Where runs may have been given up.</param>
    /// <param name="longest">Where runs were cut.</param>
    public RunOutcomes(ReadOnlySpan<long> times, long early, long longest)
    {
        double values = 0, goingValues = 0, alarms = 0, goingAlarms = 0, going = 0;
        foreach (long time in times)
        {
            if (time > 0 && time <= early)
            {
                values += time;
                alarms++;
            }
            else if (time != GivenUp)
            {
                going++;
                goingValues += time == Cut ? longest : time;
                goingAlarms += time == Cut ? 0 : 1;
            }
        }

        _runs = times.Length;
        _going = going;
        double late = _runs - alarms, weight = going > 0 ? late / going : 0;
        AlarmShare = (alarms + weight * goingAlarms) / _runs;
        Mean = AlarmShare > 0 ? (values + weight * goingValues) / (AlarmShare * _runs) : double.PositiveInfinity;
        if (AlarmShare == 0)
        {
            return;
        }

        double squares = 0, sum = 0;
        foreach (long time in times)
        {
            double off = time == Cut ? longest : time - Mean;
            if (time > 0 && time <= early)
            {
                _earlySquares += off * off;
            }
            else if (time != GivenUp)
            {
                sum += off;
                squares += off * off;
            }
        }

        _early = alarms;
        _goingMean = going > 0 ? sum / going : 0;
        _goingVariance = going > 1 ? Math.Max(0, squares / going - _goingMean * _goingMean) : 0;
    }

    /// <summary>Values divided by alarms; positive infinity without alarms.</summary>
    public double Mean { get; }

    /// <summary>Share of the runs that end with an alarm.</summary>
    public double AlarmShare { get; }

    /// <summary>Relative standard error of the mean.</summary>
    public double Error => _going > 0 || _early > 0 ? Math.Sqrt(Variance((_runs - _early) / Math.Max(1, _going)) / _runs) : double.PositiveInfinity;

    /// <summary>Relative variance of the mean times runs, were one in <paramref name="keep"/> late runs followed.</summary>
    private double Variance(double keep)
    {
        double late = _runs - _early;
        return ((_earlySquares + late * _goingMean * _goingMean) / _runs + late / _runs * _goingVariance * keep) / (Mean * Mean * AlarmShare * AlarmShare);
    }

    /// <summary>The plan with the least variance for the values it takes, from runs that all went on to the end; how many values a run takes,
    /// and how many runs bring the relative standard error down to <paramref name="error"/>.</summary>
    public static (SamplingPlan Plan, double ValuesOfRun, double Runs) Choose(ReadOnlySpan<long> pilot, double target, long longest, double error)
    {
        (SamplingPlan Plan, double ValuesOfRun, double Runs) best = default;
        double least = double.PositiveInfinity;
        foreach (double share in (ReadOnlySpan<double>)[RunLength.Cut, 2, 1, 0.5, 0.2, 0.1, 0.05])
        {
            long early = (long)(share * target);
            RunOutcomes outcomes = new(pilot, early, longest);
            double before = 0, after = 0;
            foreach (long time in pilot)
            {
                long end = time == Cut ? longest : time;
                before += Math.Min(end, early);
                after += Math.Max(0, end - early);
            }

            // A plan needs a few late runs to be judged by.
            int most = outcomes._going < 20 ? 1 : 16;
            for (int keep = 1; keep <= most; keep *= 2)
            {
                double values = (before + after / keep) / pilot.Length, variance = outcomes.Variance(keep);
                if (values * variance < least)
                {
                    least = values * variance;
                    best = (new SamplingPlan(early, keep), values, variance / (error * error));
                }
            }
        }

        return best;
    }
}
