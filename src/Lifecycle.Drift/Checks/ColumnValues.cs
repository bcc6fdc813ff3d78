namespace Lifecycle.Drift;

/// <summary>The values of both sides of a column, as far as they are known.</summary>
internal abstract record ColumnValues
{
    private const int MostSpread = 20_000_000;

    /// <summary>Values of a numeric column, from the rows themselves or from the counts of a profile that has a bin for each value.</summary>
    public static ColumnValues Of(NumericColumn reference, NumericTally tally, double[]? current)
    {
        if ((reference.Kept ?? Spread(reference, reference.CountArray)) is not { } then)
        {
            return new Unknown(
                "the reference's values are needed and a profile does not keep them: "
                + "build it with KeepValues(), or compare two tables with DriftCheck.Compare");
        }

        return (current ?? Spread(reference, tally.Bins)) is { } now
            ? new Numbers(then, now, reference.Kept is not null)
            : new Unknown("the new values are needed, and only their counts are known: check the rows themselves");
    }

    /// <summary>Counts of labels, from the rows themselves or from the counts of a profile that names all its labels.</summary>
    public static ColumnValues Of(CategoryColumn reference, CategoryTally tally, string?[]? current)
    {
        LabelCodes codes = new();
        int[]? rows = reference.Kept is null ? null : codes.Of(reference.Kept);
        bool isNamed = reference.OtherCount == 0 && reference.Labels.All(l => l.Error == 0);
        if (rows is null && !isNamed)
        {
            return new Unknown(
                $"all labels are needed and the profile counts {CategoryColumn.MostLabels}: "
                + "build it with KeepValues(), or compare two tables with DriftCheck.Compare");
        }

        Dictionary<int, long> then = rows is null ? [] : LabelCodes.Count(rows);
        foreach (CategoryLabel label in reference.Labels)
        {
            int code = codes.Of(label.Hash);
            codes.Name(code, label.Text is { } text && LabelText.Hash(text) == label.Hash ? text : null);
            then[code] = rows is null ? label.Count : then.GetValueOrDefault(code);
        }

        Dictionary<int, long> now;
        if (current is not null)
        {
            now = LabelCodes.Count(codes.Of(current));
        }
        else if (tally.Unseen == tally.UnseenLabels.Values.Sum())
        {
            now = [];
            for (int i = 0; i < tally.Labels.Length; i++)
            {
                now[codes.Of(reference.Labels[i].Hash)] = tally.Labels[i];
            }

            foreach ((string label, long count) in tally.UnseenLabels)
            {
                int code = codes.Next();
                codes.Name(code, label);
                now[code] = count;
            }
        }
        else
        {
            return new Unknown("more new labels came than are counted one by one: check the rows themselves");
        }

        long[] first = LabelCodes.Dense(then, codes.Size), second = LabelCodes.Dense(now, codes.Size);
        return new Labels(first, second, rows, codes.First([.. first.Zip(second, (a, b) => a + b > 0)]));
    }

    private static double[]? Spread(NumericColumn column, long[] counts)
    {
        long total = counts.Sum();
        if (!column.HasBinPerValue || column.Sketches.Quantiles is not null || total > MostSpread || counts.Where((c, bin) => c > 0 && (bin & 1) == 0).Any())
        {
            return null;
        }

        double[] values = new double[total];
        int at = 0;
        for (int i = 0; i < column.Edges.Length; i++)
        {
            int count = (int)counts[2 * i + 1];
            values.AsSpan(at, count).Fill(column.Edges[i]);
            at += count;
        }

        return values;
    }

    /// <summary>Raw values, missing ones as NaN.</summary>
    /// <param name="Reference">The older ones.</param>
    /// <param name="Current">The newer ones.</param>
    /// <param name="IsOrdered">Whether the older ones stand in the order of their rows.</param>
    public sealed record Numbers(double[] Reference, double[] Current, bool IsOrdered) : ColumnValues;

    /// <summary>Counts over the same labels, each of which occurs somewhere or has a count of 0 in both.</summary>
    /// <param name="Reference">The older ones.</param>
    /// <param name="Current">The newer ones.</param>
    /// <param name="ReferenceRows">The older labels' places row by row, -1 where missing; null when their order is not known.</param>
    /// <param name="First">Place of the label that comes first in ordinal order; -1 when a text is not known.</param>
    public sealed record Labels(long[] Reference, long[] Current, int[]? ReferenceRows, int First) : ColumnValues;

    /// <summary>The values are not known.</summary>
    public sealed record Unknown(string Reason) : ColumnValues;
}
