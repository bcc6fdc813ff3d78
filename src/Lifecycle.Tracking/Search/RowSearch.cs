namespace Lifecycle.Tracking;

/// <summary>A search of a small table: one statement with the filter, the order and the place behind which a page begins.</summary>
internal sealed class RowSearch
{
    private readonly SqlText _sql = new();

    public RowSearch(string what, FilterTarget target, string? filter, IReadOnlyList<string> orderBy, FilterDialect dialect)
    {
        What = what;
        Filter = new FilterParser(filter ?? "", dialect, target).Parse();
        Orders = RunOrder.Parse(orderBy, dialect, target);
    }

    public string What { get; }

    public RunFilter Filter { get; }

    public IReadOnlyList<RunOrder> Orders { get; }

    public SqlText Sql => _sql;

    /// <summary>What the fingerprint of a token holds besides filter and order.</summary>
    public string Scope { get; init; } = "";

    public LifecycleView View { get; init; }

    /// <summary>Runs the search.</summary>
    /// <param name="session">The moment of the search.</param>
    /// <param name="columns">Columns of <paramref name="from"/> that name a row; the first two are numbers.</param>
    /// <param name="from">Tables.</param>
    /// <param name="where">Which rows at all.</param>
    /// <param name="test">One test of the filter.</param>
    /// <param name="terms">The whole order, down to a key that no two rows share.</param>
    /// <param name="max">Rows of a page.</param>
    /// <param name="pageToken">Where to begin.</param>
    public (List<(long First, long Second)> Rows, string? Next) Find(
        SearchSession session, string columns, string from, string where, Func<TestFilter, string> test, IReadOnlyList<SortTerm> terms, int max, string? pageToken)
    {
        string fingerprint = PageToken.Fingerprint(What, Scope, View, Filter, Orders);
        PageToken? token = string.IsNullOrEmpty(pageToken) ? null : PageToken.Read(pageToken, fingerprint, [.. terms.Select(t => t.Kind)]);
        string behind = token is { Values.Count: > 0 } ? " AND " + SortTerms.Behind(_sql, terms, token.Values) : "";
        string rows = $"SELECT {columns}, {string.Join(", ", terms.Select(t => t.Sql))} FROM {from}\nWHERE {where} AND {FilterSql.Of(Filter, test)}{behind}";
        List<(long First, long Second, object[] Keys)> found = session.Query(
            $"{rows}\nORDER BY {SortTerms.OrderBy(terms)} LIMIT {_sql.Add(max + 1L)} OFFSET {_sql.Add(token?.Offset ?? 0)}", _sql.Parameters,
            row => (row.GetInt64(0), row.GetInt64(1), SortTerms.Read(row, terms, 2)));
        string? next = found.Count > max ? PageToken.Write(fingerprint, found[max - 1].Keys) : null;
        return ([.. found.Take(max).Select(f => (f.First, f.Second))], next);
    }

    /// <summary>A test of a tag that stands beside its owner.</summary>
    public string Tag(TestFilter test, string table, string owner)
    {
        string not = test.Test == FilterTest.IsMissing ? "NOT " : "";
        return $"{not}EXISTS(SELECT 1 FROM {table} t WHERE {owner} AND t.key = {_sql.Add(test.Key)} AND {CellSql.Text(_sql, "t.value", test)})";
    }

    /// <summary>A test of a column that may be null.</summary>
    public string Cell(TestFilter test, string cell) => test.Test == FilterTest.IsMissing ? $"({cell} IS NULL)"
        : $"({cell} IS NOT NULL AND {(test.Field == FilterField.NumberAttribute ? CellSql.Number(_sql, cell, test) : CellSql.Text(_sql, cell, test))})";

    /// <summary>A key of the order as terms; null when the column is never missing.</summary>
    public IEnumerable<SortTerm> Terms(Func<RunOrder, (string Cell, SortKind Kind)> cell) => Orders.Select(o =>
    {
        (string sql, SortKind kind) = cell(o);
        return new SortTerm(sql, o.IsDescending, kind);
    });

    /// <summary>Orders are by attributes only.</summary>
    public RowSearch RequireAttributes()
    {
        if (Orders.FirstOrDefault(o => o.Field is not (FilterField.TextAttribute or FilterField.NumberAttribute)) is { } tag)
        {
            throw new RunFilterException($"Invalid order_by entity: {tag.Field.ToString().ToUpperInvariant()} '{KeyRule.Show(tag.Key)}'. Only attributes can be ordered by.");
        }

        return this;
    }
}
