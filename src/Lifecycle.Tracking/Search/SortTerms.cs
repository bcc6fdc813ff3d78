namespace Lifecycle.Tracking;

/// <summary>What kind of value an expression of an order gives.</summary>
internal enum SortKind
{
    Whole,
    Real,
    Text,
}

/// <summary>One expression of an order; it never gives NULL.</summary>
internal sealed record SortTerm(string Sql, bool IsDescending, SortKind Kind);

/// <summary>An order as expressions of SQL, and the condition that says "behind this row".</summary>
internal static class SortTerms
{
    public static string OrderBy(IReadOnlyList<SortTerm> terms) => string.Join(", ", terms.Select(t => t.IsDescending ? t.Sql + " DESC" : t.Sql));

    /// <summary>Values of the terms, from a column on.</summary>
    public static object[] Read(System.Data.Common.DbDataReader row, IReadOnlyList<SortTerm> terms, int column) => [.. terms.Select((t, i) => t.Kind switch
    {
        SortKind.Whole => (object)row.GetInt64(column + i),
        SortKind.Real => row.GetDouble(column + i),
        _ => row.GetString(column + i),
    })];

    /// <summary>Behind the row with these values, in the order of the terms.</summary>
    public static string Behind(SqlText sql, IReadOnlyList<SortTerm> terms, IReadOnlyList<object> values)
    {
        string condition = "0";
        for (int i = terms.Count - 1; i >= 0; i--)
        {
            string value = sql.Add(values[i]);
            string beyond = $"{terms[i].Sql} {(terms[i].IsDescending ? "<" : ">")} {value}";
            condition = i == terms.Count - 1 ? $"({beyond})" : $"({beyond} OR ({terms[i].Sql} = {value} AND {condition}))";
        }

        return condition;
    }

    /// <summary>Orders of runs: rank and value a key, then the latest start, then the id. Joins are named <c>o0</c>, <c>o1</c>, ...</summary>
    public static (List<SortTerm> Terms, string Joins) OfRuns(SqlText sql, IReadOnlyList<RunOrder> orders)
    {
        List<SortTerm> terms = [];
        string joins = "";
        for (int i = 0; i < orders.Count; i++)
        {
            RunOrder order = orders[i];
            string alias = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"o{i}");
            switch (order.Field)
            {
                case FilterField.Metric or FilterField.Param or FilterField.Tag:
                    joins += $"\nLEFT JOIN {RunCells.Table(order.Field)} {alias} ON {alias}.run = r.id AND {alias}.key = {RunCells.Key(sql, order.Field, order.Key)}";
                    bool isMetric = order.Field == FilterField.Metric;
                    terms.Add(new SortTerm(isMetric ? $"coalesce({alias}.nan, 2)" : $"(2 * ({alias}.run IS NULL))", false, SortKind.Whole));
                    terms.Add(isMetric
                        ? new SortTerm($"coalesce({alias}.value, 0.0)", order.IsDescending, SortKind.Real)
                        : new SortTerm($"coalesce({alias}.value, '')", order.IsDescending, SortKind.Text));
                    break;
                case FilterField.NumberAttribute:
                    string number = RunCells.Attribute(order.Key);
                    terms.Add(new SortTerm($"(2 * ({number} IS NULL))", false, SortKind.Whole));
                    terms.Add(new SortTerm($"coalesce({number}, 0)", order.IsDescending, SortKind.Whole));
                    break;
                default:
                    terms.Add(new SortTerm("(r.id IS NULL)", false, SortKind.Whole));
                    terms.Add(new SortTerm(RunCells.Attribute(order.Key), order.IsDescending, SortKind.Text));
                    break;
            }
        }

        terms.Add(new SortTerm("r.start_ms", true, SortKind.Whole));
        terms.Add(new SortTerm("r.run_id", false, SortKind.Text));
        return (terms, joins);
    }
}
