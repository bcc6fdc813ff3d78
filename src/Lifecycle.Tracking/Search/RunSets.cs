namespace Lifecycle.Tracking;

/// <summary>The rows of runs that satisfy one test, by the index that answers it: a statement with one column <c>run</c>.</summary>
internal static class RunSets
{
    // Indexes hold the first characters of a text; a text that reaches the limit, or stops one before it at a surrogate pair, may go on.
    public const int Head = 128;
    private const int Certain = Head - 1;

    // SQLite counts characters where .NET counts halves of pairs: fewer than this are fewer than the limit in either.
    private const int CertainCharacters = Head / 2;

    /// <summary>Whether the test is a range of an index; the others look at a whole index, or at its complement.</summary>
    public static bool IsRange(TestFilter test) => test.Test switch
    {
        FilterTest.IsMissing or FilterTest.NotEqual or FilterTest.NotIn or FilterTest.NotLike or FilterTest.NotILike or FilterTest.ILike => false,
        FilterTest.Like => CellSql.Prefix((string)test.Value!).Length > 0 && test.Key is not ("artifact_uri" or "experiment_name"),
        _ => test.Key is not "experiment_name",
    };

    /// <summary>The statement. For <see cref="FilterTest.IsMissing"/> it gives the runs that have the field.</summary>
    public static string Of(SqlText sql, IReadOnlyList<long> experiments, TestFilter test)
    {
        string here = sql.OneOf(experiments);
        switch (test.Field)
        {
            case FilterField.Metric:
                return $"SELECT t.run AS run FROM tracking_metric_latest t INDEXED BY tracking_metric_latest_by_value WHERE t.experiment {here} AND t.key = {RunCells.Key(sql, test.Field, test.Key)} AND {CellSql.Metric(sql, "t", test)}";
            case FilterField.Param or FilterField.Tag:
                return $"SELECT t.run AS run FROM {RunCells.Table(test.Field)} t INDEXED BY {RunCells.Index(test.Field)} WHERE t.experiment {here} AND t.key = {RunCells.Key(sql, test.Field, test.Key)} AND {HeadTest(sql, test)}";
            case FilterField.Dataset:
                string column = test.Key == "context" ? "i.context" : "d." + test.Key;
                return $"SELECT DISTINCT i.run AS run FROM tracking_dataset d CROSS JOIN tracking_run_input i ON i.dataset = d.id WHERE d.experiment {here} AND {CellSql.Text(sql, column, test)}";
            case FilterField.NumberAttribute:
                (string index, string cell) = test.Key switch
                {
                    "start_time" => ("start", "r.start_ms"),
                    "end_time" => ("end", "r.end_ms"),
                    _ => ("duration", "(r.end_ms - r.start_ms)"),
                };
                string stage = test.Key == "start_time" ? " AND r.stage IN (1, 2)" : "";
                string holds = test.Test == FilterTest.IsMissing ? $"{cell} IS NOT NULL" : CellSql.Number(sql, cell, test);
                return $"SELECT r.id AS run FROM tracking_run r INDEXED BY tracking_run_by_{index} WHERE r.experiment {here}{stage} AND {holds}";
            default:
                return OfText(sql, here, test);
        }
    }

    private static string OfText(SqlText sql, string here, TestFilter test)
    {
        const string runs = "SELECT r.id AS run FROM tracking_run r";
        if (test.Test == FilterTest.IsMissing)
        {
            return $"{runs} INDEXED BY tracking_run_by_start WHERE r.experiment {here}";
        }

        if (test.Key == "run_id" && test.Test is FilterTest.Equal or FilterTest.In)
        {
            return $"{runs} WHERE {CellSql.Text(sql, "r.run_id", test)} AND +r.experiment {here}";
        }

        return test.Key switch
        {
            "run_name" => $"{runs} INDEXED BY tracking_run_by_name WHERE r.experiment {here} AND {Ranged(sql, "r.name", test)}",
            "user_id" => $"{runs} INDEXED BY tracking_run_by_user WHERE r.experiment {here} AND {Ranged(sql, "r.user", test)}",
            "status" => $"{runs} INDEXED BY tracking_run_by_status WHERE r.experiment {here} AND {RunCells.Among("r.status", RunCells.Statuses, test)}",
            "lifecycle_stage" => $"{runs} INDEXED BY tracking_run_by_start WHERE r.experiment {here} AND {RunCells.Among("r.stage", RunCells.Stages, test)}",
            "artifact_uri" when test.Test == FilterTest.Equal && RunOf((string)test.Value!) is { } run =>
                $"{runs} WHERE r.run_id = {sql.Add(run)} AND +r.experiment {here} AND {CellSql.Text(sql, RunCells.Attribute(test.Key), test)}",
            "experiment_name" => $"{runs} INDEXED BY tracking_run_by_start WHERE r.experiment IN (SELECT e.id FROM tracking_experiment e WHERE e.id {here} AND {CellSql.Text(sql, "e.name", test)})",
            _ => $"{runs} INDEXED BY tracking_run_by_start WHERE r.experiment {here} AND {CellSql.Text(sql, RunCells.Attribute(test.Key), test)}",
        };
    }

    private static string? RunOf(string uri)
    {
        string[] parts = uri.Split('/');
        return parts.Length == 4 && parts[3] == "artifacts" ? parts[2] : null;
    }

    private static string HeadTest(SqlText sql, TestFilter test)
    {
        const string whole = "(SELECT {0} FROM {1} v WHERE v.run = t.run AND v.key = t.key)";
        if (test.Test == FilterTest.IsMissing)
        {
            return "1";
        }

        if (test is { Test: FilterTest.Equal, Value: string { Length: < Certain } })
        {
            return CellSql.Text(sql, "t.head", test);
        }

        if (test.Test == FilterTest.In && ((string[])test.Value!).All(v => v.Length < Certain))
        {
            return CellSql.Text(sql, "t.head", test);
        }

        string range = test.Test switch
        {
            FilterTest.Equal => $"t.head = {sql.Add(HeadOf((string)test.Value!))} AND ",
            FilterTest.In => $"t.head IN {sql.AddList(((string[])test.Value!).Select(HeadOf))} AND ",
            FilterTest.Like => Between(sql, "t.head", (string)test.Value!),
            _ => "",
        };
        string value = string.Format(
            System.Globalization.CultureInfo.InvariantCulture, whole, CellSql.Text(sql, "v.value", test), RunCells.Table(test.Field));
        return $"{range}CASE WHEN length(t.head) < {CertainCharacters} THEN {CellSql.Text(sql, "t.head", test)} ELSE {value} END";
    }

    private static string Ranged(SqlText sql, string cell, TestFilter test) =>
        (test.Test == FilterTest.Like ? Between(sql, cell, (string)test.Value!) : "") + CellSql.Text(sql, cell, test);

    // The end is a text above everything that begins with the prefix: heads are short, names and users of at most 500 characters.
    private static string Between(SqlText sql, string cell, string pattern)
    {
        string prefix = CellSql.Prefix(pattern);
        if (prefix.Length >= Certain)
        {
            prefix = HeadOf(prefix)[..(Certain - 2)];
            prefix = char.IsHighSurrogate(prefix[^1]) ? prefix[..^1] : prefix;
        }

        return prefix.Length == 0 ? "" : $"{cell} >= {sql.Add(prefix)} AND {cell} < {sql.Add(prefix + Above)} AND ";
    }

    /// <summary>Behind a prefix, a text above everything that begins with it.</summary>
    public static readonly string Above = string.Concat(Enumerable.Repeat("\U0010FFFF", 256));

    /// <summary>What all texts have in common whose order the index may not know.</summary>
    public static string GroupOf(string text) => char.IsHighSurrogate(text[Certain - 1]) ? text[..(Certain - 1)] : text[..Certain];

    /// <summary>What the index holds of a text; never half a surrogate pair.</summary>
    public static string HeadOf(string value) =>
        value.Length <= Head ? value : char.IsHighSurrogate(value[Head - 1]) ? value[..(Head - 1)] : value[..Head];
}
