using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>
/// Mean run lengths of stream detectors: how many values pass until an alarm. Exact for the charts of independent normal values (Brook
/// and Evans 1972, a Markov chain of about 200 and
/// 400 states, extrapolated), simulated for everything else.
/// </summary>
public static class RunLength
{
    /// <summary>Shortest run length that can be chosen.</summary>
    public const double Shortest = 100;

    /// <summary>Longest run length that can be chosen.</summary>
    public const double Longest = 10_000_000;

    /// <summary>Simulated runs are cut at this many times the target.</summary>
    internal const int Cut = 20;

    /// <summary>Weight of an <see cref="Ewma"/> below which its run length is simulated: values move it by less than a cell of the chain.</summary>
    internal const double LeastWeight = 0.001;

    // A search for a level goes down to this share of its start before it is given up.
    private const double Lowest = 1e-6;

    /// <summary>Mean run length of a <see cref="TabularCusum"/> of normal values with known mean and standard deviation, from its
    /// start.</summary>
    /// <param name="slack">Reference value k in standard deviations, positive.</param>
    /// <param name="threshold">Limit h in standard deviations, positive.</param>
    /// <param name="shift">True mean less the chart's, in standard deviations, finite; 0 for the false-alarm run length.</param>
    /// <param name="direction">The sums that are kept.</param>
    /// <returns>Values until the alarm, about six digits; positive infinity beyond 1e14, where the chain loses its digits.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive, or the shift not finite.</exception>
    public static double OfCusum(double slack, double threshold, double shift = 0, ChangeDirection direction = ChangeDirection.Both)
    {
        Setting.Positive(slack, "0.5", nameof(slack));
        Setting.Positive(threshold, "5", nameof(threshold));
        Setting.Finite(shift, "0", nameof(shift));
        return direction switch
        {
            ChangeDirection.Up => MarkovRunLength.OfCusum(slack, threshold, shift),
            ChangeDirection.Down => MarkovRunLength.OfCusum(slack, threshold, -shift),
            _ => Both(MarkovRunLength.OfCusum(slack, threshold, shift), shift == 0 ? null : MarkovRunLength.OfCusum(slack, threshold, -shift)),
        };
    }

    /// <summary>Mean run length of an <see cref="Ewma"/> of normal values with known mean and standard deviation, from its start.</summary>
    /// <param name="weight">Weight λ of the newest value, from 0.001 to 1: with smaller ones a value moves the average by less than the chain
    /// tells apart.</param>
    /// <param name="limit">Limit L in standard deviations of the average, positive.</param>
    /// <param name="shift">True mean less the chart's, in standard deviations, finite.</param>
    /// <param name="steadyLimits">Whether the steady limits hold from the first value on.</param>
    /// <returns>Values until the alarm; about six digits with steady limits, three with the exact limits of the first values. Positive
    /// infinity beyond 1e14, where the chain loses its digits.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number lies outside its range.</exception>
    public static double OfEwma(double weight, double limit, double shift = 0, bool steadyLimits = false)
    {
        if (!(weight >= LeastWeight && weight <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(weight), weight, "A weight whose run length is computed lies between 0.001 and 1, for example 0.1; measure smaller ones with RunLength.Measure.");
        }

        Setting.Positive(limit, "2.814", nameof(limit));
        Setting.Finite(shift, "0", nameof(shift));
        return weight == 1 ? OfShewhart(limit, shift) : MarkovRunLength.OfEwma(weight, limit, shift, steadyLimits);
    }

    /// <summary>Mean run length of a <see cref="Shewhart"/> chart of normal values with known mean and standard deviation.</summary>
    /// <param name="limit">Limit L in standard deviations, positive.</param>
    /// <param name="shift">True mean less the chart's, in standard deviations, finite.</param>
    /// <returns>1/P(outside); 370.3983 for L = 3.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not positive, or the shift not finite.</exception>
    public static double OfShewhart(double limit, double shift = 0)
    {
        Setting.Positive(limit, "3", nameof(limit));
        Setting.Finite(shift, "0", nameof(shift));
        return 1 / (NormalDistribution.Survival(limit - shift) + NormalDistribution.Survival(limit + shift));
    }

    /// <summary>Measures a mean run length by simulation: values given, divided by alarms, over many runs that each begin with a new
    /// detector.</summary>
    /// <param name="create">Makes the detector, for example <c>() =&gt; new Ddm()</c>.</param>
    /// <param name="law">The stream. With the law of the undisturbed stream it is the false-alarm run length, with another the delay of a
    /// change that is there from the start.</param>
    /// <param name="longest">A run without alarm ends after this many values.</param>
    /// <param name="runs">Runs; the relative standard error is about 1/√(alarms).</param>
    /// <param name="seed">Seed; run i draws from stream i. The result does not depend on the number of threads.</param>
    /// <returns>The mean run length; positive infinity when there was no alarm.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive.</exception>
    /// <exception cref="ArgumentException">No detector was made, it does not take values of this law, or its settings contradict each
    /// other.</exception>
    public static double Measure(Func<StreamDetector> create, StreamLaw law, long longest, int runs = 2_000, ulong seed = RandomStream.DefaultSeed)
    {
        ArgumentNullException.ThrowIfNull(create);
        ArgumentNullException.ThrowIfNull(law);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(longest);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(runs);
        StreamDetector first = create() ?? throw new ArgumentException("No detector was made; return a new one, for example () => new Ddm().", nameof(create));
        first.RequireFit(law);
        long[] lengths = new long[runs];
        bool[] alarms = new bool[runs];
        Parallel.For(0, runs, i => (lengths[i], alarms[i]) = RunLengthSearch.RunOnce(create(), law.Open(seed, (ulong)i), longest));
        return RunLengthSearch.Mean(lengths, alarms);
    }

    /// <summary>The level at which an increasing run length has the target.</summary>
    internal static (double Level, double RunLength) Solve(Func<double, double> lengthAt, double target, double start)
    {
        double goal = Math.Log(target), low = start, lowLog = Math.Log(lengthAt(low));
        while (lowLog > goal && low > start * Lowest)
        {
            low /= 4;
            lowLog = Math.Log(lengthAt(low));
        }

        if (lowLog > goal)
        {
            return (low, Math.Exp(lowLog));
        }

        double high = low, highLog = lowLog;
        while (highLog < goal)
        {
            (low, lowLog) = (high, highLog);
            high *= 1.5;
            highLog = Math.Log(lengthAt(high));
        }

        for (int i = 0; i < 60 && Math.Abs(highLog - goal) > 1e-7; i++)
        {
            double next = low + (high - low) * Math.Clamp((goal - lowLog) / (highLog - lowLog), 0.02, 0.98), nextLog = Math.Log(lengthAt(next));
            if (nextLog < goal - 1e-7)
            {
                (low, lowLog) = (next, nextLog);
            }
            else
            {
                (high, highLog) = (next, nextLog);
            }
        }

        return (high, Math.Exp(highLog));
    }

    private static double Both(double up, double? down) => 1 / (1 / up + 1 / (down ?? up));
}
