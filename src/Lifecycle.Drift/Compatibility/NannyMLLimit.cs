using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>The limit of a column from the chunks of its reference.</summary>
/// <remarks>
/// NannyML compares each chunk with the whole reference, the chunk included, and takes mean + 3 standard deviations (ddof 0): too low for a chunk
/// that is not part of the reference, and distances are skewed. Without these defects each chunk is compared with the rest, scaled to the noise of
/// the comparison that is judged, and the limit is Student's prediction limit on a scale on which distances are nearly normal.
/// </remarks>
internal sealed class NannyMLLimit
{
    private readonly NannyMLMethod _method;
    private readonly NannyMLPreset _preset;
    private readonly double? _constant;
    private readonly double _size;
    private readonly (double Score, double Noise)[] _rest = [];

    private NannyMLLimit(NannyMLMethod method, NannyMLPreset preset, double? constant) => (_method, _preset, _constant) = (method, preset, constant);

    private NannyMLLimit(NannyMLMethod method, NannyMLPreset preset, double size, (double Score, double Noise)[] rest)
        : this(method, preset, null) => (_size, _rest) = (size, rest);

    /// <summary>The limit; a reason when there is none.</summary>
    public static NannyMLLimit? Of(NannyMLMethod method, NannyMLPreset preset, NannyMLColumn column, IReadOnlyList<int[]> chunks, out string? reason)
    {
        reason = null;
        if (method == NannyMLMethod.ChiSquare || preset.LimitOf(method) is not null)
        {
            return new NannyMLLimit(method, preset, preset.LimitOf(method));
        }

        if (column.ReferenceRows == 0)
        {
            reason = "its limit comes from chunks of the reference, and a profile does not keep the order of rows: "
                + "build it with KeepValues(), compare two tables with DriftCheck.Compare, or give a constant Limit";
            return null;
        }

        if (preset.Defects == Defects.AsIs)
        {
            double[] scores = [.. chunks.Select(c => column.OfReference(c)?.Value).OfType<double>()];
            if (scores.Length > 0)
            {
                double mean = scores.Average(), limit = mean + preset.StandardDeviations * Math.Sqrt(scores.Average(s => (s - mean) * (s - mean)));
                return new NannyMLLimit(method, preset, method == NannyMLMethod.KolmogorovSmirnov ? Math.Min(1, limit) : limit);
            }
        }
        else
        {
            double n = column.ReferenceCount;
            IEnumerable<NannyMLScore> scores = chunks.Select(c => column.AgainstRest(c)).OfType<NannyMLScore>();
            (double, double)[] rest = [.. scores.Select(s => (s.Value, 1.0 / s.Count + 1 / (n - s.Count)))];
            if (rest.Length > 1)
            {
                return new NannyMLLimit(method, preset, n, rest);
            }
        }

        reason = $"the reference's {column.ReferenceRows} rows make too few chunks with values";
        return null;
    }

    /// <summary>The limit of a chunk with so many values; null where the p-value decides.</summary>
    public double? For(long count)
    {
        if (_rest.Length == 0)
        {
            return _method == NannyMLMethod.ChiSquare ? null : _constant;
        }

        double noise = 1.0 / count + 1 / _size;
        double[] scores = [.. _rest.Select(r => r.Score * Math.Sqrt(noise / r.Noise))];
        double least = scores.Where(s => s > 0).Select(s => 0.5 * s).DefaultIfEmpty(1e-300).Min();
        double[] placed = [.. scores.Select(s => Transform(Math.Max(least, s)))];
        return Inverse(ChunkLaw.Historical(0, placed, NormalDistribution.Survival(_preset.StandardDeviations)).Limit);
    }

    private double Transform(double score) => _method switch
    {
        NannyMLMethod.JensenShannon or NannyMLMethod.Hellinger => Math.Cbrt(score * score),
        _ => Math.Log(score),
    };

    private double Inverse(double placed) => _method switch
    {
        NannyMLMethod.JensenShannon or NannyMLMethod.Hellinger => placed * Math.Sqrt(Math.Max(0, placed)),
        _ => Math.Exp(placed),
    };
}
