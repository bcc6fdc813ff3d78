namespace Lifecycle.Validation;

/// <summary>A named part of the rows.</summary>
internal sealed record SliceRows(string Name, int[] Rows)
{
    /// <summary>Every group of one or several attributes that has rows; those without a value come last.</summary>
    public static IReadOnlyList<SliceRows> Every(EvaluationSet set, IReadOnlyList<string> by, int maxGroups)
    {
        Grouping grouping = Grouping.Of(set, by, maxGroups);
        List<int>[] rows = [.. grouping.Keys.Select(_ => new List<int>())];
        for (int i = 0; i < grouping.Codes.Length; i++)
        {
            if (grouping.Codes[i] >= 0)
            {
                rows[grouping.Codes[i]].Add(i);
            }
        }

        string column = string.Join(" x ", by.Select(Wording.Show));
        return [.. grouping.Keys.Select((key, g) => new SliceRows($"{column}={Wording.Show(key)}", [.. rows[g]])).Where(s => s.Rows.Length > 0)];
    }

    public static IEnumerable<int> OfGroup(EvaluationSet set, IReadOnlyList<string> by, string key)
    {
        Grouping grouping = Grouping.Of(set, by, GroupEncoder.MaximumGroups);
        int code = Array.IndexOf(grouping.Keys, key);
        return Enumerable.Range(0, grouping.Codes.Length).Where(i => grouping.Codes[i] == code);
    }
}
