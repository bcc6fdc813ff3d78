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
    private const double Promising = 0.08;
    private const double Near = 0.035;
    private const double StillNear = 0.085;
    private const int MostSteps = 25;
    private const int SecondLooks = 3;
    private const ulong OtherSeeds = 1_000_003;

    private RunLengthException? _refusal;
    private double _nearest = double.PositiveInfinity;

    /// <summary>The settings nearest to the first ones that have a level with the run length, and that level.</summary>
    /// <exception cref="RunLengthException">None has.</exception>
    public (TDetector Settings, (double Level, double RunLength) Found) Find(Func<int, TDetector?> resized)
    {
        List<(TDetector Settings, double Off)> passedOver = [];
        (TDetector Settings, (double Level, double RunLength) Found)? best = null;
        for (int i = 0; i <= 2 * MostSteps; i++)
        {
            int step = i % 2 == 0 ? i / 2 : -(i + 1) / 2;
            if (resized(step) is not { } settings || Try(settings, SearchEffort.Glance) is not { } glance || Off(glance.RunLength) > FarOff
                || Try(settings, SearchEffort.Rough) is not { } rough)
            {
                continue;
            }

            double off = Off(rough.RunLength);
            if (off > Promising)
            {
                passedOver.Add((settings, off));
            }
            else if (IsNear(settings, rough.Level))
            {
                return best!.Value;
            }
        }

        foreach ((TDetector settings, _) in passedOver.OrderBy(p => p.Off).Take(SecondLooks))
        {
            if (Try(settings, SearchEffort.Rough) is { } rough && IsNear(settings, rough.Level))
            {
                break;
            }
        }

        if (best is { } kept)
        {
            return Off(kept.Found.RunLength) <= StillNear ? kept : throw RunLengthSearch.Missed(target, kept.Found.RunLength);
        }

        throw _refusal is not null && double.IsInfinity(_nearest) ? _refusal : RunLengthSearch.Missed(target, _nearest);

        // Where scores are close to each other, a rough level may be off and one beside it is not.
        bool IsNear(TDetector settings, double level)
        {
            double length = Keep(settings, level);
            if (!settings.HasCoarseScore && Off(length) is > Near and < 3 * Near && Try(settings, SearchEffort.Whole) is { } whole && whole.Level != level)
            {
                length = Keep(settings, whole.Level);
            }

            return Off(length) <= Near;
        }

        double Keep(TDetector settings, double level)
        {
            double length = RunLengthSearch.Again(l => at(settings, l), level, law, target, RandomStream.DefaultSeed + OtherSeeds);
            best = best is null || Off(length) < Off(best.Value.Found.RunLength) ? (settings, (level, length)) : best;
            return length;
        }
    }

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
