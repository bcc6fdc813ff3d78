using System.Diagnostics;
using Lifecycle.Drift;

namespace Lifecycle.Benchmarks.Ratios.Drift;

/// <summary>How well run lengths are kept: all stream detectors, targets of 1,000, 10,000 and 100,000, errors at three rates and normal
/// values.</summary>
internal static class RunLengthFigures
{
    // A standard error of 1.6 % where run lengths are nearly exponential.
    private const int Runs = 4_000;

    // Detectors that compare with everything seen so far alarm early or hardly ever: up to 5 % of the runs are cut, and the standard error
    // is up to 4.4 times as large for a number of runs. 50,000 leave 2 %.
    private const int RunsOfHeavyTails = 50_000;

    private static readonly double[] Targets = [1e3, 1e4, 1e5];
    private static readonly StreamLaw Normal = StreamLaw.Gaussian(100, 15);
    private static readonly StreamLaw[] Errors = [StreamLaw.Errors(0.05), StreamLaw.Errors(0.2), StreamLaw.Errors(0.5)];

    /// <summary>All detectors but <see cref="Bocd"/>, which is the dearest.</summary>
    public static IEnumerable<Figure> Measure() => Report("drift.runlength", Cells(Targets));

    /// <summary><see cref="Bocd"/> alone; its longest runs are refused.</summary>
    public static IEnumerable<Figure> MeasureBocd() => Report("drift.runlength.bocd", Of<Bocd>(Targets, Runs / 2, [.. Errors, Normal]));

    private static IEnumerable<Figure> Report(string name, IEnumerable<double> cells)
    {
        double[] errors = [.. cells];
        yield return new Figure(name + ".error.max", 100 * errors.Where(double.IsFinite).Max(), "%", AtLeast: false, 10);
        yield return new Figure(name + ".cells", errors.Count(double.IsFinite), "", AtLeast: true, 0);
        yield return new Figure(name + ".unreachable", errors.Count(double.IsNaN), "", AtLeast: false, errors.Length);
    }

    private static IEnumerable<double> Cells(double[] targets) =>
    [
        .. Of<Ddm>(targets, RunsOfHeavyTails, Errors),
        .. Of<Eddm>(targets, RunsOfHeavyTails, Errors),
        .. Of<Rddm>(targets, RunsOfHeavyTails / 2, Errors),
        .. Of<HddmA>(targets, RunsOfHeavyTails, Errors),
        .. Of<HddmW>(targets, RunsOfHeavyTails, Errors),
        .. Of<Fhddm>(targets, Runs, Errors),
        .. Of<Fhddms>(targets, Runs, Errors),
        .. Of<MddmA>(targets, Runs, Errors),
        .. Of<MddmG>(targets, Runs, Errors),
        .. Of<MddmE>(targets, Runs, Errors),
        .. Of<EcddWt>(targets, Runs, Errors),
        .. Of<Stepd>(targets, Runs, Errors),
        .. Of<PageHinkley>(targets, Runs, [.. Errors, Normal]),
        .. Of<Cusum>(targets, Runs, [.. Errors, Normal]),
        .. Of<GeometricMovingAverage>(targets, Runs, [.. Errors, Normal]),
        .. Of<Adwin>(targets, RunsOfHeavyTails / 5, [.. Errors, Normal]),
        .. Of<Ewma>(targets, Runs, [.. Errors, Normal]),
        .. Of<Shewhart>(targets, Runs, [.. Errors, Normal]),
        .. Of<TabularCusum>(targets, Runs, [.. Errors, Normal]),
        .. Of<GlrCusum>(targets, Runs, [.. Errors, Normal]),
        .. Of<Kswin>(targets, Runs, Errors),
        .. Of<Kswin>(targets, Runs, [Normal]),
    ];

    /// <summary>Distances of the measured run lengths from the targets, NaN where there is none.</summary>
    private static IEnumerable<double> Of<TDetector>(double[] targets, int runs, StreamLaw[] laws)
        where TDetector : StreamDetector<TDetector>, new()
    {
        foreach (double target in targets)
        {
            foreach (StreamLaw law in laws)
            {
                yield return Error<TDetector>(target, law, runs);
            }
        }
    }

    private static double Error<TDetector>(double target, StreamLaw law, int runs)
        where TDetector : StreamDetector<TDetector>, new()
    {
        long from = Stopwatch.GetTimestamp();
        TDetector detector;
        try
        {
            detector = new TDetector().WithRunLength(target, law);
        }
        catch (RunLengthException exception)
        {
            Console.Error.WriteLine(FormattableString.Invariant($"{typeof(TDetector).Name} on {law}: {exception.Message}"));
            return double.NaN;
        }

        TimeSpan search = Stopwatch.GetElapsedTime(from);
        double measured = RunLength.Measure(detector.Fresh, law, (long)(20 * target), runs, seed: 4711);
        Console.Error.WriteLine(FormattableString.Invariant($"{detector} on {law}: {measured:0} for {target:0}, found in {search.TotalSeconds:0.0} s"));
        return Math.Abs(measured / target - 1);
    }
}
