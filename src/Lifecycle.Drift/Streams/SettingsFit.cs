using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>
/// Fits a second setting (a window, a slack) together with the level, for statistics of so few values that the level alone reaches few
/// run lengths. Settings far off are dropped after a glance. Of many settings the one that looks best looks better than it is, so
/// the chosen one is measured again with other seeds.
/// </summary>
/// <typeparam name="TDetector">The detector.</typeparam>
/// <param name="at">The detector with given settings at a level.</param>
/// <param name="law">The stream.</param>
/// <param name="target">The run length.</param>
internal sealed class SettingsFit<TDetector>(Func<TDetector, double, TDetector> at, StreamLaw law, double target)
    where TDetector : StreamDetector
{
    // Distances of the logarithms of run lengths from that of the target.
    private const double FarOff = 0.35;
    private const double Promising = 0.05;
    private const double Near = 0.03;
    private const double NearAgain = 0.05;
    private const int MostSteps = 25;
    private const int SecondLooks = 3;
    private const ulong OtherSeeds = 1_000_003;

    private RunLengthException? _refusal;
    private double _nearest = double.PositiveInfinity;

    /// <summary>The settings nearest to the first ones that have a level with the run length, and that level.</summary>
    /// <exception cref="RunLengthException">None has.</exception>
    public (TDetector Settings, (double Level, double RunLength) Found) Find(Func<int, TDetector?> resized)
    {
        List<(TDetector Settings, double Off)> open = [];
        for (int i = 0; i <= 2 * MostSteps; i++)
        {
            int step = i % 2 == 0 ? i / 2 : -(i + 1) / 2;
            if (resized(step) is not { } settings || Off(settings, SearchEffort.Glance) > FarOff)
            {
                continue;
            }

            double off = Off(settings, SearchEffort.Rough);
            if (off > Promising)
            {
                open.Add((settings, off));
            }
            else if (Settle(settings) is { } found)
            {
                if (found.Off <= NearAgain)
                {
                    return (settings, found.Found);
                }

                open.Add((settings, found.Off));
            }
        }

        (TDetector Settings, (double Level, double RunLength) Found, double Off)? best = null;
        foreach ((TDetector settings, _) in open.OrderBy(o => o.Off).Take(SecondLooks))
        {
            if (Settle(settings) is { } found && (best is null || found.Off < best.Value.Off))
            {
                best = (settings, found.Found, found.Off);
            }
        }

        return best is { } chosen ? (chosen.Settings, chosen.Found) : throw (_refusal is not null && double.IsInfinity(_nearest) ? _refusal : RunLengthSearch.Missed(target, _nearest));
    }

    /// <summary>The level with all runs, measured again; the greater distance of both.</summary>
    private ((double Level, double RunLength) Found, double Off)? Settle(TDetector settings)
    {
        if (Try(settings, SearchEffort.Whole) is not { } found)
        {
            return null;
        }

        double off = Off(found.RunLength);
        if (off > 0.1)
        {
            return (found, off);
        }

        double again = RunLengthSearch.Again(() => at(settings, found.Level), law, target, RandomStream.DefaultSeed + OtherSeeds);
        double length = Math.Sqrt(found.RunLength * again);
        return ((found.Level, length), off <= Near ? Off(again) : Math.Max(off, Off(again)));
    }

    private double Off(TDetector settings, SearchEffort effort) => Try(settings, effort) is { } found ? Off(found.RunLength) : double.PositiveInfinity;

    private double Off(double length) => Math.Abs(Math.Log(length / target));

    /// <summary>The level, or null where settings cannot have the run length: others may.</summary>
    private (double Level, double RunLength)? Try(TDetector settings, SearchEffort effort)
    {
        try
        {
            (double Level, double RunLength) found = RunLengthSearch.Find(level => at(settings, level), law, target, effort);
            _nearest = Off(found.RunLength) < Off(_nearest) || double.IsInfinity(_nearest) ? found.RunLength : _nearest;
            return found;
        }
        catch (RunLengthException exception)
        {
            _refusal = exception;
            return null;
        }
    }
}
