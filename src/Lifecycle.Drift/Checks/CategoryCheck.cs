namespace Lifecycle.Drift;

/// <summary>Compares a column of labels.</summary>
internal static class CategoryCheck
{
    private const int MostChanges = 5;
    private const int MostBars = 32;

    public static ColumnFinding Compare(CategoryColumn reference, CategoryTally current)
    {
        ColumnFinding finding = new()
        {
            Column = reference.Name,
            Role = reference.Role,
            Kind = reference.Kind,
            Reference = new ColumnSummary(reference.Count, reference.Missing, reference.Infinite, null, null),
            Current = new ColumnSummary(current.Count, current.Missing, 0, null, null) { Unreadable = current.Unreadable },
        };
        if (NotTested.Why(finding) is { } reason)
        {
            return finding with { Verdict = DriftVerdict.NotTested, Reason = reason };
        }

        TableKey shape = TableKey.Of(CountTable.Of(reference, current), "labels");
        ShareChange[] shares = Shares(reference, current);
        return shape.Fill(finding) with
        {
            Keys = shape.Key is { } key ? [key] : [],
            LogPValue = shape.Key?.LogPValue ?? 0,
            LargestChanges =
            [
                .. shares.OrderByDescending(s => Math.Abs(s.Current - s.Reference)).ThenBy(s => s.Label, StringComparer.Ordinal)
                    .Where(s => s.Current != s.Reference).Take(MostChanges),
            ],
            Bars = shares.Length <= MostBars ? shares
                : [.. shares.Take(MostBars - 1), new(CountTable.Other, shares.Skip(MostBars - 1).Sum(s => s.Reference), shares.Skip(MostBars - 1).Sum(s => s.Current))],
        };
    }

    private static ShareChange[] Shares(CategoryColumn reference, CategoryTally current)
    {
        double n = reference.Count, m = current.Count;
        List<ShareChange> shares = new(reference.Labels.Count + 1);
        for (int i = 0; i < current.Labels.Length; i++)
        {
            shares.Add(new ShareChange(reference.Labels[i].ToString(), reference.Labels[i].Count / n, current.Labels[i] / m));
        }

        if (reference.OtherCount > 0)
        {
            shares.Add(new ShareChange(CountTable.Other, reference.OtherCount / n, current.Unseen / m));
            return [.. shares];
        }

        // Labels that are new have a share each, the rest of them one together.
        long named = 0;
        foreach ((string label, long count) in current.UnseenLabels.OrderByDescending(l => l.Value).ThenBy(l => l.Key, StringComparer.Ordinal))
        {
            shares.Add(new ShareChange(label, 0, count / m));
            named += count;
        }

        if (current.Unseen > named)
        {
            shares.Add(new ShareChange(CountTable.Other, 0, (current.Unseen - named) / m));
        }

        return [.. shares];
    }
}
