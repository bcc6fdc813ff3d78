using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>NannyML's scores of numbers against a reference, which is cut once.</summary>
internal sealed class NannyMLNumbers : NannyMLColumn
{
    private const int EstimateBins = 10_000;

    private readonly NannyMLMethod _method;
    private readonly NannyMLPreset _preset;
    private readonly double[] _rows;
    private readonly bool _isOrdered;
    private readonly SortedSample _sample;
    private readonly BinEdges? _edges;
    private readonly double[] _shares = [];

    private NannyMLNumbers(NannyMLMethod method, NannyMLPreset preset, double[] rows, bool isOrdered, SortedSample sample, BinEdges? edges)
    {
        (_method, _preset, _rows, _isOrdered, _sample, _edges) = (method, preset, rows, isOrdered, sample, edges);
        if (edges is not null)
        {
            _shares = [.. EvidentlyBins.Inner(edges, sample).Select(c => c / (double)sample.Count)];
        }
    }

    public override int ReferenceRows => _isOrdered ? _rows.Length : 0;

    public override long ReferenceCount => _sample.Count;

    /// <summary>Cuts a reference; a reason when that is not possible.</summary>
    public static NannyMLNumbers? Of(NannyMLMethod method, NannyMLPreset preset, double[] rows, bool isOrdered, out string? reason)
    {
        SortedSample sample = new(rows);
        bool isBinned = method is NannyMLMethod.JensenShannon or NannyMLMethod.Hellinger;
        bool isEstimated = !isBinned && preset.Defects == Defects.AsIs && sample.Count >= preset.EstimateFrom;
        reason = method is NannyMLMethod.LInfinity or NannyMLMethod.ChiSquare ? "it is for labels and the column holds numbers"
            : sample.Count == 0 ? "the reference has no values"
            : (isBinned || isEstimated) && !EvidentlyBins.IsCuttable(sample, isEstimated ? EstimateBins : 64) ? "the range of the reference cannot be cut into equal bins"
            : null;
        return reason is not null ? null : new NannyMLNumbers(
            method, preset, rows, isOrdered, sample, isBinned ? BinEdges.Doane(sample) : isEstimated ? BinEdges.EqualWidth(sample, EstimateBins) : null);
    }

    public override NannyMLScore? OfReference(ReadOnlySpan<int> rows) => Score(Chunk(rows));

    public override NannyMLScore? AgainstRest(ReadOnlySpan<int> rows)
    {
        bool[] isMine = new bool[_rows.Length];
        foreach (int row in rows)
        {
            isMine[row] = true;
        }

        double[] rest = new double[_rows.Length - rows.Length];
        for (int row = 0, at = 0; row < _rows.Length; row++)
        {
            Interruption.LookAt(row);
            if (!isMine[row])
            {
                rest[at++] = _rows[row];
            }
        }

        return Of(_method, _preset, rest, isOrdered: true, out _)?.Score(Chunk(rows));
    }

    /// <summary>A chunk of new values, NaN where missing; null when it has no values.</summary>
    public NannyMLScore? Score(double[] chunk)
    {
        SortedSample sample = new(chunk);
        return sample.Count == 0 ? null : new NannyMLScore(
            _method switch
            {
                NannyMLMethod.JensenShannon or NannyMLMethod.Hellinger => Binned(sample),
                NannyMLMethod.KolmogorovSmirnov when _edges is not null => EstimatedLargest(_edges, sample),
                NannyMLMethod.KolmogorovSmirnov => KolmogorovSmirnov.Test(_sample, sample, method: PValueMethod.Asymptotic).Statistic,
                _ when _edges is not null => EstimatedArea(_edges, sample),
                _ => Wasserstein.Distance(_sample, sample),
            },
            null,
            sample.Count);
    }

    private double[] Chunk(ReadOnlySpan<int> rows)
    {
        double[] chunk = new double[rows.Length];
        for (int i = 0; i < chunk.Length; i++)
        {
            chunk[i] = _rows[rows[i]];
        }

        return chunk;
    }

    private double Binned(SortedSample sample)
    {
        long[] counts = EvidentlyBins.Inner(_edges!, sample);
        long leftover = sample.Count - counts.Sum();
        double m = sample.Count;
        double[] now = [.. counts.Select(c => c / m), .. leftover > 0 ? new[] { leftover / m } : []];
        double[] then = [.. _shares, .. leftover > 0 ? new[] { 0.0 } : []];
        return _method == NannyMLMethod.Hellinger ? PlainDistances.Hellinger(then, now) : PlainDistances.JensenShannon(then, now) / Math.Sqrt(Math.Log(2));
    }

    /// <summary>The largest difference at the upper edges of 10,000 equal bins over the reference's range.</summary>
    private double EstimatedLargest(BinEdges edges, SortedSample sample)
    {
        ReadOnlySpan<long> counts = BinCounts.Of(edges, sample.Values).Counts;
        double m = sample.Count, then = 0, within = 0, below = counts[0] / m, largest = 0;
        for (int b = 0; b < _shares.Length; b++)
        {
            then += _shares[b];
            within += counts[b + 1] / m;
            largest = Math.Max(largest, Math.Abs(then - (below + within)));
        }

        return largest;
    }

    /// <summary>The area on the same bins, and what lies outside of them with NannyML's weight of (n + 1)/m for n of m values.</summary>
    private double EstimatedArea(BinEdges edges, SortedSample sample)
    {
        ReadOnlySpan<long> counts = BinCounts.Of(edges, sample.Values).Counts;
        ReadOnlySpan<double> values = sample.Values;
        double m = sample.Count, width = edges.Values[1] - edges.Values[0], low = _sample[0], high = _sample[_sample.Count - 1];
        int smaller = (int)counts[0], bigger = (int)counts[^1];
        double weightBelow = smaller > 0 ? (smaller + 1) / m : 0, weightAbove = bigger > 0 ? (bigger + 1) / m : 0;
        double then = 0, now = 0, area = 0;
        for (int b = 0; b < _shares.Length; b++)
        {
            then += _shares[b];
            now += counts[b + 1] / m;
            area += Math.Abs(then - (now + weightBelow)) * width;
        }

        return area + Tail(values[..smaller], low, isBelow: true) * weightBelow + Tail(values[^bigger..], high, isBelow: false) * weightAbove;
    }

    /// <summary>Area between the end of the reference and the distribution function of the values outside, that end counted as one of them.</summary>
    private static double Tail(ReadOnlySpan<double> outside, double end, bool isBelow)
    {
        double area = 0, size = outside.Length + 1;
        for (int i = 0; i < outside.Length; i++)
        {
            area += isBelow
                ? (i + 1) / size * ((i + 1 < outside.Length ? outside[i + 1] : end) - outside[i])
                : (1 - (i + 1) / size) * (outside[i] - (i > 0 ? outside[i - 1] : end));
        }

        return area;
    }
}
