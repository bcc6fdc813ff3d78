using System.Text;

namespace Lifecycle.Tracking;

/// <summary>One test of one cell as a condition of SQL. The cell is not null.</summary>
internal static class CellSql
{
    public static string Number(SqlText sql, string cell, TestFilter test)
    {
        double value = (double)test.Value!;
        return double.IsNaN(value) ? test.Test == FilterTest.NotEqual ? "1" : "0" : $"{cell} {Operator(test.Test)} {sql.Add(value)}";
    }

    /// <summary>A metric has its NaN beside the value.</summary>
    public static string Metric(SqlText sql, string alias, TestFilter test) => test.Test switch
    {
        FilterTest.IsMissing => "1",
        FilterTest.IsNaN => $"{alias}.nan = 1",
        FilterTest.NotEqual => $"({alias}.nan = 1 OR {Number(sql, alias + ".value", test)})",
        _ => $"{alias}.nan = 0 AND {Number(sql, alias + ".value", test)}",
    };

    public static string Text(SqlText sql, string cell, TestFilter test) => test.Test switch
    {
        FilterTest.IsMissing => "1",
        FilterTest.Like => $"{cell} GLOB {sql.Add(Glob((string)test.Value!))}",
        FilterTest.NotLike => $"{cell} NOT GLOB {sql.Add(Glob((string)test.Value!))}",
        FilterTest.ILike => $"{cell} LIKE {sql.Add(test.Value)}",
        FilterTest.NotILike => $"{cell} NOT LIKE {sql.Add(test.Value)}",
        FilterTest.In => $"{cell} IN {sql.AddList((string[])test.Value!)}",
        FilterTest.NotIn => $"{cell} NOT IN {sql.AddList((string[])test.Value!)}",
        _ => $"{cell} {Operator(test.Test)} {sql.Add(test.Value)}",
    };

    /// <summary>Whether a text that is known here satisfies a test; for cells with few values.</summary>
    public static bool Holds(TestFilter test, string text) => test.Test switch
    {
        FilterTest.Equal => text == (string)test.Value!,
        FilterTest.NotEqual => text != (string)test.Value!,
        FilterTest.In => ((string[])test.Value!).Contains(text),
        FilterTest.NotIn => !((string[])test.Value!).Contains(text),
        FilterTest.Like => Matches(text, (string)test.Value!, folds: false),
        FilterTest.NotLike => !Matches(text, (string)test.Value!, folds: false),
        FilterTest.ILike => Matches(text, (string)test.Value!, folds: true),
        FilterTest.NotILike => !Matches(text, (string)test.Value!, folds: true),
        _ => false,
    };

    /// <summary>What a pattern begins with before its first wildcard.</summary>
    public static string Prefix(string pattern)
    {
        int wild = pattern.AsSpan().IndexOfAny('%', '_');
        return wild < 0 ? pattern : pattern[..wild];
    }

    public static string Operator(FilterTest test) => test switch
    {
        FilterTest.Equal => "=",
        FilterTest.NotEqual => "<>",
        FilterTest.Less => "<",
        FilterTest.LessOrEqual => "<=",
        FilterTest.Greater => ">",
        _ => ">=",
    };

    private static string Glob(string pattern)
    {
        StringBuilder glob = new(pattern.Length + 8);
        foreach (char c in pattern)
        {
            glob.Append(c switch { '%' => "*", '_' => "?", '*' => "[*]", '?' => "[?]", '[' => "[[]", _ => c.ToString() });
        }

        return glob.ToString();
    }

    // The wildcard that matched last is tried one character further on; so it never takes longer than text times pattern.
    private static bool Matches(string text, string pattern, bool folds)
    {
        Rune[] from = [.. text.EnumerateRunes()];
        Rune[] to = [.. pattern.EnumerateRunes()];
        int at = 0;
        int of = 0;
        int star = -1;
        int resume = 0;
        while (at < from.Length)
        {
            if (of < to.Length && to[of].Value == '%')
            {
                star = of++;
                resume = at;
            }
            else if (of < to.Length && (to[of].Value == '_' || from[at] == to[of] || (folds && Fold(from[at]) == Fold(to[of]))))
            {
                at++;
                of++;
            }
            else if (star >= 0)
            {
                of = star + 1;
                at = ++resume;
            }
            else
            {
                return false;
            }
        }

        while (of < to.Length && to[of].Value == '%')
        {
            of++;
        }

        return of == to.Length;
    }

    private static int Fold(Rune rune) => rune.Value is >= 'A' and <= 'Z' ? rune.Value + 32 : rune.Value;
}
