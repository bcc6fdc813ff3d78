namespace Lifecycle.Drift;

/// <summary>From the distances of one column to limits and verdicts.</summary>
internal sealed class ChunkJudge(ChunkColumn column, ChunkThreshold threshold, ChunkScore[] past, ChunkPhases phases)
{
    private const int FewestForSpread = 3;
    private const double Smallest = 1e-300;

    private readonly double _least = past.Where(p => p.Reason is null && p.Distance > 0).Select(p => 0.5 * p.Distance).DefaultIfEmpty(Smallest).Min();

    /// <summary>A reference chunk against the reference without it, shown with the noise of a comparison with the whole reference.</summary>
    public ChunkPoint Reference(string name, int chunk)
    {
        ChunkScore score = past[chunk];
        if (score.Reason is not null)
        {
            return Point(name, isReference: true, score, 0, null);
        }

        double whole = past.Where(p => p.Reason is null).Sum(p => (double)p.Count), noise = 1.0 / score.Count + 1 / whole;
        ChunkScore shown = score with { Distance = column.AtNoise(score, noise), Noise = noise };
        return Judged(name, isReference: true, shown, [.. phases.Reference(phases.OfReference(chunk), without: chunk)], Math.Min(threshold.FewestChunks - 1, 2));
    }

    /// <summary>A chunk that is checked.</summary>
    public ChunkPoint Current(string name, in ChunkScore score, int phase) => score.Reason is not null
        ? Point(name, isReference: false, score, 0, null)
        : Judged(name, isReference: false, score, [.. phases.Reference(phase)], threshold.FewestChunks);

    /// <summary>Variance of the transformed distances, all at the noise of the first, over that of independent rows; groups of a season have means of their own.</summary>
    public double? Overdispersion()
    {
        int[] told = [.. Enumerable.Range(0, past.Length).Where(i => past[i].Reason is null)];
        if (told.Length < FewestForSpread)
        {
            return null;
        }

        double noise = told.Average(i => past[i].Noise), squares = 0;
        int freedom = 0;
        foreach (IGrouping<int, int> group in told.GroupBy(phases.OfReference))
        {
            double[] values = [.. group.Select(i => Transformed(past[i], noise))];
            double deviation = ChunkLaw.Spread(values).Deviation;
            squares += deviation * deviation * (values.Length - 1);
            freedom += values.Length - 1;
        }

        double expected = column.ExpectedVariance(noise);
        return freedom > 0 && expected > 0 && double.IsFinite(expected) ? squares / freedom / expected : null;
    }

    private ChunkPoint Judged(string name, bool isReference, in ChunkScore score, int[] others, int fewest)
    {
        if (threshold.Kind == ChunkThresholdKind.Iid)
        {
            return Point(name, isReference, score, column.LogPValue(score), column.Critical(threshold.Alpha, score));
        }

        double noise = score.Noise;
        double[] scores = [.. others.Where(i => past[i].Reason is null).Select(i => Transformed(past[i], noise))];
        if (scores.Length < Math.Max(1, fewest))
        {
            return Point(name, isReference, score with { Reason = $"{scores.Length} chunks to compare it with hold values; {Math.Max(1, fewest)} are needed" }, 0, null);
        }

        double z = Transformed(score, noise);
        (double log, double limit) = threshold.Kind == ChunkThresholdKind.Historical
            ? ChunkLaw.Historical(z, scores, threshold.Alpha)
            : ChunkLaw.Conformal(z, scores, threshold.Alpha);
        return Point(name, isReference, score, log, column.Inverse(limit));
    }

    private ChunkPoint Point(string name, bool isReference, in ChunkScore score, double log, double? limit)
    {
        DriftVerdict verdict = score.Reason is not null ? DriftVerdict.NotTested : log <= Math.Log(threshold.Alpha) ? DriftVerdict.Drift : DriftVerdict.Stable;
        return new ChunkPoint(name, isReference, score.Count, score.Missing, verdict)
        {
            Score = score.Reason is null ? score.Distance : null,
            Limit = limit is { } value && double.IsFinite(value) ? value : null,
            LogPValue = log,
            Reason = score.Reason,
        };
    }

    /// <summary>A distance of 0 has no logarithm; it counts as half of the smallest one of the reference.</summary>
    private double Transformed(in ChunkScore score, double noise) => column.Transform(Math.Max(_least, column.AtNoise(score, noise)));
}
