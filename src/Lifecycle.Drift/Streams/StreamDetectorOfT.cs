using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Drift;

/// <summary>A stream detector whose false-alarm rate can be chosen: its threshold is set so that a run without change lasts as long as
/// asked, within 10 % of the mean run length (values divided by alarms over runs that are cut at 20 times the target).</summary>
/// <remarks>
/// Where a statistic has few values, the threshold alone reaches few run lengths, and a second setting is fitted with it, as near to its
/// value as possible: <see cref="Fhddm"/>, <see cref="Fhddms"/> the window (the short one with it), at most a quarter larger or smaller;
/// <see cref="Kswin"/> the number of latest values, by at most 15 and at most half; <see cref="TabularCusum"/> on zeros and ones the slack, by at most a
/// quarter. All others get a threshold and nothing else. The run length is that from a new start to the first alarm; <see cref="Rddm"/>, and
/// <see cref="Adwin"/> that keeps its window, go on after a drift from values they keep, and alarm at other distances from then on unless
/// they are <see cref="StreamDetector.Reset"/>.
/// </remarks>
/// <typeparam name="TSelf">The detector.</typeparam>
[SuppressMessage("Design", "CA1000:Do not declare static members on generic types", Justification = "Called on the detector: PageHinkley.ForRunLength(100_000, errorRate: 0.05).")]
public abstract class StreamDetector<TSelf> : StreamDetector
    where TSelf : StreamDetector<TSelf>, new()
{
    private protected StreamDetector()
    {
    }

    /// <summary>Makes a detector of errors that gives one false alarm in <paramref name="target"/> predictions.</summary>
    /// <param name="target">Mean number of values between false alarms, 100 to 10,000,000; for example 100,000.</param>
    /// <param name="errorRate">Share of errors while nothing changes, in (0, 1); for example 0.05.</param>
    /// <returns>A detector with the usual settings but for its threshold, and for the window or slack of the four detectors whose threshold is not
    /// enough.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number lies outside its range.</exception>
    /// <exception cref="RunLengthException">The detector cannot have this run length on this stream, whatever its threshold, or finding it
    /// would take many minutes.</exception>
    public static TSelf ForRunLength(double target, double errorRate) => new TSelf().WithRunLength(target, StreamLaw.Errors(errorRate));

    /// <summary>Makes a detector of independent normal values that gives one false alarm in <paramref name="target"/> values.</summary>
    /// <param name="target">Mean number of values between false alarms, 100 to 10,000,000.</param>
    /// <param name="mean">Mean while nothing changes.</param>
    /// <param name="standardDeviation">Standard deviation while nothing changes, positive.</param>
    /// <returns>A detector with the usual settings but for its threshold (<see cref="Kswin"/> also the number of latest values); charts take mean
    /// and deviation as known.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number lies outside its range.</exception>
    /// <exception cref="ArgumentException">The detector takes errors (0 and 1) only.</exception>
    /// <exception cref="RunLengthException">The detector cannot have this run length on this stream, whatever its threshold, or finding it
    /// would take many minutes.</exception>
    public static TSelf ForRunLength(double target, double mean, double standardDeviation) =>
        new TSelf().WithRunLength(target, StreamLaw.Gaussian(mean, standardDeviation));

    /// <summary>Makes a detector of values like those of a sample, drawn again in blocks of 50 so that correlation of neighbours is
    /// kept.</summary>
    /// <param name="target">Mean number of values between false alarms, 100 to 10,000,000.</param>
    /// <param name="sample">Values in the order in which they came while nothing changed; at least 500, better many thousands.</param>
    /// <returns>A detector with the usual settings but for its threshold, and for the window or slack of the four detectors whose threshold is not
    /// enough.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number lies outside its range.</exception>
    /// <exception cref="ArgumentException">The sample is too short, constant, or holds values the detector does not take.</exception>
    /// <exception cref="RunLengthException">The detector cannot have this run length on this stream, whatever its threshold, or finding it
    /// would take many minutes.</exception>
    public static TSelf ForRunLength(double target, ReadOnlySpan<double> sample) => new TSelf().WithRunLength(target, StreamLaw.FromSample(sample));

    /// <summary>A new detector with the settings of this one, but for its threshold, which gives one false alarm in
    /// <paramref name="target"/> values.</summary>
    /// <param name="target">Mean number of values between false alarms, 100 to 10,000,000.</param>
    /// <param name="law">The stream while nothing changes.</param>
    /// <returns>The detector, its <see cref="StreamDetector.ExpectedRunLength"/> set. <see cref="Fhddm"/>, <see cref="Fhddms"/>,
    /// <see cref="Kswin"/>, and <see cref="TabularCusum"/> on zeros and ones, may get another window or slack as well.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The target lies outside its range.</exception>
    /// <exception cref="ArgumentException">The detector does not take values of this law, the law is a constant sample, or settings of the detector
    /// contradict each other.</exception>
    /// <exception cref="RunLengthException">The detector cannot have this run length on this stream, whatever its threshold, or finding it
    /// would take many minutes.</exception>
    public TSelf WithRunLength(double target, StreamLaw law)
    {
        ArgumentNullException.ThrowIfNull(law);
        if (!(target >= RunLength.Shortest && target <= RunLength.Longest))
        {
            throw new ArgumentOutOfRangeException(nameof(target), target, "A run length lies between 100 and 10,000,000 values, for example 100,000.");
        }

        RequireSettings();
        law.RequireVaried(typeof(TSelf).Name);
        TSelf tuned = At(Level, law);
        law.Require(tuned.Domain, typeof(TSelf).Name);
        if (tuned.ExactLevel(target, law) is { } exact)
        {
            return Made(this, exact);
        }

        bool isFitted = Resized(0, law) is not null;
        RunLengthSearch.RequireAffordable(tuned, target, isFitted);
        if (!isFitted)
        {
            return Made(this, RunLengthSearch.Find(level => At(level, law), law, target));
        }

        (TSelf settings, (double Level, double RunLength) found) = new SettingsFit<TSelf>((settings, level) => settings.At(level, law), law, target).Find(step => Resized(step, law));
        return Made(settings, found);

        TSelf Made(StreamDetector<TSelf> settings, (double Level, double RunLength) found)
        {
            if (HasPositiveLevel && !(found.Level > 0))
            {
                throw RunLengthSearch.Longer(target);
            }

            RunLengthSearch.Require(target, found.RunLength);
            TSelf made = settings.At(found.Level, law);
            made.Expect(found.RunLength);
            return made;
        }
    }

    /// <summary>Makes a detector with the settings of this one that has seen nothing; for one detector a segment, without choosing the
    /// run length again.</summary>
    /// <returns>The new detector; this one is unchanged.</returns>
    public TSelf Fresh() => (TSelf)Renewed();

    /// <summary>The detector at another level, all other settings the same; charts and likelihoods take what the law knows as
    /// known.</summary>
    private protected abstract TSelf At(double level, StreamLaw law);

    /// <summary>
    /// The detector with a second setting (its window, its slack) that many steps larger or smaller, for statistics of so few values that
    /// the threshold alone reaches few run lengths; null beyond the last step, and always where the threshold is enough.
    /// </summary>
    private protected virtual TSelf? Resized(int step, StreamLaw law) => null;

    /// <summary>Level and run length where the law is known exactly; null otherwise.</summary>
    private protected virtual (double Level, double RunLength)? ExactLevel(double target, StreamLaw law) => null;
}
