using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>NannyML's scores of labels against a reference.</summary>
internal sealed class NannyMLLabels : NannyMLColumn
{
    private readonly NannyMLMethod _method;
    private readonly NannyMLPreset _preset;
    private readonly long[] _counts;
    private readonly int[]? _rows;

    private NannyMLLabels(NannyMLMethod method, NannyMLPreset preset, long[] counts, int[]? rows)
    {
        (_method, _preset, _counts, _rows) = (method, preset, counts, rows);
        ReferenceCount = counts.Sum();
    }

    public override int ReferenceRows => _rows?.Length ?? 0;

    public override long ReferenceCount { get; }

    /// <summary>Takes a reference; a reason when that is not possible.</summary>
    /// <param name="method">The method.</param>
    /// <param name="preset">The preset.</param>
    /// <param name="counts">Counts over all labels of both sides.</param>
    /// <param name="rows">The labels' places row by row, -1 where missing; null when their order is not known.</param>
    /// <param name="reason">Why there is no column.</param>
    public static NannyMLLabels? Of(NannyMLMethod method, NannyMLPreset preset, long[] counts, int[]? rows, out string? reason)
    {
        reason = method is NannyMLMethod.KolmogorovSmirnov or NannyMLMethod.Wasserstein ? "it is for numbers and the column holds labels"
            : counts.Sum() == 0 ? "the reference has no values"
            : null;
        return reason is null ? new NannyMLLabels(method, preset, counts, rows) : null;
    }

    public override NannyMLScore? OfReference(ReadOnlySpan<int> rows) => Score(Count(rows));

    public override NannyMLScore? AgainstRest(ReadOnlySpan<int> rows)
    {
        long[] mine = Count(rows);
        return Of(_method, _preset, [.. _counts.Zip(mine, (all, part) => all - part)], null, out _)?.Score(mine);
    }

    /// <summary>A chunk counted over the same labels; null when it has no values.</summary>
    public NannyMLScore? Score(long[] chunk)
    {
        long count = chunk.Sum();
        if (count == 0)
        {
            return null;
        }

        if (_method == NannyMLMethod.ChiSquare)
        {
            TestResult test = ChiSquare.Test(_counts, chunk, correction: _preset.Defects == Defects.AsIs).Test;
            return new NannyMLScore(test.Statistic, test.PValue, count);
        }

        double n = ReferenceCount, m = count;
        double[] then = [.. _counts.Select(c => c / n)], now = [.. chunk.Select(c => c / m)];
        if (_method == NannyMLMethod.LInfinity)
        {
            return new NannyMLScore(then.Zip(now, (a, b) => Math.Abs(a - b)).Max(), null, count);
        }

        // All labels that the reference does not have are one.
        double leftover = now.Where((_, i) => _counts[i] == 0).Sum();
        double[] p = [.. then.Where(s => s > 0), 0], q = [.. now.Where((_, i) => _counts[i] > 0), leftover];
        double value = _method == NannyMLMethod.Hellinger ? PlainDistances.Hellinger(p, q) : PlainDistances.JensenShannon(p, q) / Math.Sqrt(Math.Log(2));
        return new NannyMLScore(value, null, count);
    }

    private long[] Count(ReadOnlySpan<int> rows)
    {
        long[] counts = new long[_counts.Length];
        foreach (int row in rows)
        {
            if (_rows![row] is >= 0 and int code)
            {
                counts[code]++;
            }
        }

        return counts;
    }
}
