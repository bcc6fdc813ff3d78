namespace Lifecycle.Validation;

/// <summary>The groups of one or several attributes: their keys in ordinal order and the group of each row, -1 for none.</summary>
internal sealed record Grouping(string[] Keys, bool[] Missing, int[] Codes)
{
    public const char Separator = '|';
    private const int MostPossible = 1 << 17;

    public static Grouping Of(EvaluationSet set, IReadOnlyList<string> by, int maxGroups)
    {
        if (by.Count == 0)
        {
            throw new ArgumentException("Name at least one attribute to group by.", nameof(by));
        }

        GroupColumn[] columns = [.. by.Select(set.AttributeNamed)];
        long possible = columns.Aggregate(1L, (product, c) => Math.Min(MostPossible + 1, product * c.Values.Count));
        List<long> combinations = [];
        int[] codes = possible <= MostPossible ? Direct(columns, set.Count, (int)possible, combinations) : Sparse(columns, set.Count, combinations);
        AddUnobserved(columns, combinations, possible, maxGroups);
        return combinations.Count <= maxGroups
            ? Sort(columns, combinations, codes)
            : throw TooMany(string.Join(" x ", by), combinations.Count, maxGroups);
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

    /// <summary>The combination of each row, then the combinations that rows have, in their order.</summary>
    private static int[] Direct(GroupColumn[] columns, int rows, int possible, List<long> combinations)
    {
        int[] codes = columns[0].Codes.ToArray();
        bool[][] parts = new bool[RowChunks.Count(rows)][];
        RowChunks.Each(rows, (chunk, from, to) =>
        {
            bool[] seen = new bool[possible];
            Span<int> part = codes.AsSpan(from, to - from);
            foreach (GroupColumn column in columns.AsSpan(1))
            {
                ReadOnlySpan<int> other = column.Codes[from..to];
                int size = column.Values.Count;
                for (int i = 0; i < part.Length; i++)
                {
                    part[i] = part[i] * size + other[i];
                }
            }

            foreach (int code in part)
            {
                seen[code] = true;
            }

            parts[chunk] = seen;
        });
        int[] positions = new int[possible];
        for (int c = 0; c < possible; c++)
        {
            if (Array.Exists(parts, p => p[c]))
            {
                positions[c] = combinations.Count;
                combinations.Add(c);
            }
        }

        if (combinations.Count < possible)
        {
            RowChunks.Each(rows, (_, from, to) =>
            {
                foreach (ref int code in codes.AsSpan(from, to - from))
                {
                    code = positions[code];
                }
            });
        }

        return codes;
    }

    private static int[] Sparse(GroupColumn[] columns, int rows, List<long> combinations)
    {
        Dictionary<long, int> found = [];
        int[] codes = new int[rows];
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

        return codes;
    }

    private static void AddUnobserved(GroupColumn[] columns, List<long> combinations, long possible, int maxGroups)
    {
        if (columns.Length == 1 || possible > maxGroups)
        {
            return;
        }

        HashSet<long> found = [.. combinations];
        for (long combination = 0; combination < possible; combination++)
        {
            if (!found.Contains(combination) && !Split(columns, combination).Any(v => v.IsMissing))
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

        if (!rank.AsSpan().SequenceEqual(Enumerable.Range(0, rank.Length).ToArray()))
        {
            RowChunks.Each(codes.Length, (_, from, to) =>
            {
                foreach (ref int code in codes.AsSpan(from, to - from))
                {
                    code = rank[code];
                }
            });
        }

        return new Grouping(keys, [.. order.Select(o => missing[o])], codes);
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
