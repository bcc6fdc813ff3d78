namespace Lifecycle.Validation;

/// <summary>The groups of one or several attributes: their keys in ordinal order and the group of each row, -1 for none.</summary>
internal sealed record Grouping(string[] Keys, bool[] Missing, int[] Codes)
{
    public const char Separator = '|';

    public static Grouping Of(EvaluationSet set, IReadOnlyList<string> by, int maxGroups)
    {
        if (by.Count == 0)
        {
            throw new ArgumentException("Name at least one attribute to group by.", nameof(by));
        }

        GroupColumn[] columns = [.. by.Select(set.AttributeNamed)];
        if (columns is [var only])
        {
            return OfOne(only, maxGroups, string.Join(" x ", by));
        }

        Dictionary<long, int> found = [];
        List<long> combinations = [];
        int[] codes = new int[set.Count];
        for (int i = 0; i < codes.Length; i++)
        {
            long combination = 0;
            foreach (GroupColumn column in columns)
            {
                combination = checked(combination * column.Values.Count + column.Codes[i]);
            }

            if (!found.TryGetValue(combination, out codes[i]))
            {
                codes[i] = combinations.Count;
                found.Add(combination, codes[i]);
                combinations.Add(combination);
            }
        }

        AddUnobserved(columns, found, combinations, maxGroups);
        return combinations.Count <= maxGroups
            ? Sort(columns, combinations, codes)
            : throw TooMany(string.Join(" x ", by), combinations.Count, maxGroups);
    }

    /// <summary>One attribute has its codes already; only values that no row has are left out.</summary>
    private static Grouping OfOne(GroupColumn column, int maxGroups, string name)
    {
        int[] codes = column.Codes.ToArray();
        bool[] seen = new bool[column.Values.Count];
        foreach (int code in codes)
        {
            seen[code] = true;
        }

        int[] observed = [.. Enumerable.Range(0, seen.Length).Where(c => seen[c])];
        if (observed.Length > maxGroups)
        {
            throw TooMany(name, observed.Length, maxGroups);
        }

        string[] keys = [.. observed.Select(c => Key([column.Values[c]]))];
        Array.Sort(keys, observed, StringComparer.Ordinal);
        int[] rank = new int[seen.Length];
        for (int i = 0; i < observed.Length; i++)
        {
            rank[observed[i]] = i;
        }

        for (int i = 0; i < codes.Length; i++)
        {
            codes[i] = rank[codes[i]];
        }

        return new Grouping(keys, [.. observed.Select(c => c == column.MissingCode)], codes);
    }

    private static ArgumentException TooMany(string name, int groups, int maxGroups) => new(FormattableString.Invariant(
        $"{name} gives {groups:N0} groups; at most {maxGroups:N0} are allowed. Use fewer attributes, or bins: for numbers."));

    /// <summary>Takes out groups, and with them their rows.</summary>
    public Grouping Without(Func<int, bool> isOut)
    {
        int[] renumbered = new int[Keys.Length];
        int kept = 0;
        for (int g = 0; g < Keys.Length; g++)
        {
            renumbered[g] = isOut(g) ? -1 : kept++;
        }

        return new Grouping(
            [.. Keys.Where((_, g) => renumbered[g] >= 0)],
            [.. Missing.Where((_, g) => renumbered[g] >= 0)],
            Array.ConvertAll(Codes, c => c < 0 ? -1 : renumbered[c]));
    }

    public static string Key(IEnumerable<string> values) => string.Join(Separator, values.Select(v => v.Replace("|", "\\|", StringComparison.Ordinal)));

    private static void AddUnobserved(GroupColumn[] columns, Dictionary<long, int> found, List<long> combinations, int maxGroups)
    {
        double possible = columns.Aggregate(1.0, (product, c) => product * c.Values.Count);
        if (columns.Length == 1 || possible > maxGroups)
        {
            return;
        }

        for (long combination = 0; combination < possible; combination++)
        {
            if (!found.ContainsKey(combination) && !Split(columns, combination).Any(v => v.IsMissing))
            {
                combinations.Add(combination);
            }
        }
    }

    private static Grouping Sort(GroupColumn[] columns, List<long> combinations, int[] codes)
    {
        string[] keys = [.. combinations.Select(c => Key(Split(columns, c).Select(v => v.Value)))];
        bool[] missing = [.. combinations.Select(c => Split(columns, c).Any(v => v.IsMissing))];
        int[] order = [.. Enumerable.Range(0, keys.Length)];
        Array.Sort(keys, order, StringComparer.Ordinal);
        int[] rank = new int[order.Length];
        for (int i = 0; i < order.Length; i++)
        {
            rank[order[i]] = i;
        }

        return new Grouping(keys, [.. order.Select(o => missing[o])], Array.ConvertAll(codes, c => rank[c]));
    }

    private static (string Value, bool IsMissing)[] Split(GroupColumn[] columns, long combination)
    {
        (string, bool)[] values = new (string, bool)[columns.Length];
        for (int i = columns.Length - 1; i >= 0; i--)
        {
            int code = (int)(combination % columns[i].Values.Count);
            values[i] = (columns[i].Values[code], code == columns[i].MissingCode);
            combination /= columns[i].Values.Count;
        }

        return values;
    }
}
