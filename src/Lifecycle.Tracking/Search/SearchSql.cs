using System.Globalization;
using System.Text;

namespace Lifecycle.Tracking;

/// <summary>
/// Turns a filter and an order into one statement: the runs of the experiments by their index, every test a look-up by primary key.
/// </summary>
internal sealed class SearchSql
{
    private readonly StringBuilder _sql = new();
    private readonly List<(string Name, object? Value)> _parameters = [];

    private SearchSql()
    {
    }

    public static (string Sql, IReadOnlyList<(string Name, object? Value)> Parameters) Of(
        IReadOnlyList<long> experiments, RunFilter filter, IReadOnlyList<RunOrder> orders, bool includeDeleted, int limit)
    {
        SearchSql made = new();
        made.Write(experiments, filter, orders, includeDeleted, limit);
        return (made._sql.ToString(), made._parameters);
    }

    private void Write(IReadOnlyList<long> experiments, RunFilter filter, IReadOnlyList<RunOrder> orders, bool includeDeleted, int limit)
    {
        _sql.Append("SELECT r.id FROM tracking_run r");
        for (int i = 0; i < orders.Count; i++)
        {
            if (Table(orders[i].Field) is { } table)
            {
                _sql.Append(CultureInfo.InvariantCulture, $"\nLEFT JOIN {table} o{i} ON o{i}.run = r.id AND o{i}.key = {Key(orders[i].Field, orders[i].Key)}");
            }
        }

        _sql.Append("\nWHERE r.experiment IN (").AppendJoin(", ", experiments.Select(e => Add(e))).Append(')');
        if (!includeDeleted)
        {
            _sql.Append(" AND r.stage = 1");
        }

        _sql.Append(" AND ");
        Write(filter);
        _sql.Append("\nORDER BY ");
        for (int i = 0; i < orders.Count; i++)
        {
            string direction = orders[i].IsDescending ? " DESC" : "";
            string order = orders[i].Field switch
            {
                FilterField.Metric => $"o{i}.run IS NULL, o{i}.nan, o{i}.value{direction}, ",
                FilterField.Param or FilterField.Tag => $"o{i}.run IS NULL, o{i}.value{direction}, ",
                _ => $"{Attribute(orders[i].Key)} IS NULL, {Attribute(orders[i].Key)}{direction}, ",
            };
            _sql.Append(order);
        }

        _sql.Append("r.start_ms DESC, r.run_id LIMIT ").Append(Add((long)limit));
    }

    private void Write(RunFilter filter)
    {
        switch (filter)
        {
            case EveryFilter:
                _sql.Append('1');
                break;
            case NotFilter not:
                _sql.Append("NOT ");
                Write(not.Inner);
                break;
            case JoinFilter join:
                WriteJoin(join);
                break;
            case TestFilter test:
                Write(test);
                break;
        }
    }

    // A long chain is written as a balanced tree: SQLite allows 1,000 levels, and how deep a chain is, is a matter of its writer's taste.
    private void WriteJoin(JoinFilter join)
    {
        List<RunFilter> parts = [];
        Stack<RunFilter> open = new([join]);
        while (open.TryPop(out RunFilter? next))
        {
            if (next is JoinFilter same && same.IsAnd == join.IsAnd)
            {
                open.Push(same.Right);
                open.Push(same.Left);
            }
            else
            {
                parts.Add(next);
            }
        }

        WriteParts(parts, 0, parts.Count, join.IsAnd ? " AND " : " OR ");
    }

    private void WriteParts(List<RunFilter> parts, int from, int to, string word)
    {
        if (to - from == 1)
        {
            Write(parts[from]);
            return;
        }

        int middle = from + ((to - from) / 2);
        _sql.Append('(');
        WriteParts(parts, from, middle, word);
        _sql.Append(word);
        WriteParts(parts, middle, to, word);
        _sql.Append(')');
    }

    private void Write(TestFilter test)
    {
        switch (test.Field)
        {
            case FilterField.Metric:
                _sql.Append(test.Test == FilterTest.IsMissing ? "NOT " : "").Append("EXISTS(SELECT 1 FROM tracking_metric_latest t WHERE t.run = r.id AND t.key = ")
                    .Append(Key(test.Field, test.Key)).Append(" AND ").Append(MetricTest(test)).Append(')');
                break;
            case FilterField.Param or FilterField.Tag:
                _sql.Append(test.Test == FilterTest.IsMissing ? "NOT " : "")
                    .Append(CultureInfo.InvariantCulture, $"EXISTS(SELECT 1 FROM {Table(test.Field)} t WHERE t.run = r.id AND t.key = {Key(test.Field, test.Key)} AND ")
                    .Append(TextTest("t.value", test)).Append(')');
                break;
            case FilterField.Dataset:
                string column = test.Key == "context" ? "i.context" : "d." + test.Key;
                _sql.Append(test.Test == FilterTest.IsMissing ? "NOT " : "")
                    .Append("EXISTS(SELECT 1 FROM tracking_run_input i JOIN tracking_dataset d ON d.id = i.dataset WHERE i.run = r.id AND ")
                    .Append(TextTest(column, test)).Append(')');
                break;
            default:
                string attribute = Attribute(test.Key);
                _sql.Append(
                    test.Test == FilterTest.IsMissing ? $"({attribute} IS NULL)"
                    : $"({attribute} IS NOT NULL AND {(test.Field == FilterField.NumberAttribute ? NumberTest(attribute, test) : TextTest(attribute, test))})");
                break;
        }
    }

    private string MetricTest(TestFilter test) => test.Test switch
    {
        FilterTest.IsMissing => "1",
        FilterTest.IsNaN => "t.nan = 1",
        FilterTest.NotEqual => $"(t.nan = 1 OR {NumberTest("t.value", test)})",
        _ => $"t.nan = 0 AND {NumberTest("t.value", test)}",
    };

    private string NumberTest(string cell, TestFilter test)
    {
        double value = (double)test.Value!;
        if (double.IsNaN(value))
        {
            return test.Test == FilterTest.NotEqual ? "1" : "0";
        }

        return $"{cell} {Operator(test.Test)} {Add(value)}";
    }

    private string TextTest(string cell, TestFilter test) => test.Test switch
    {
        FilterTest.IsMissing => "1",
        FilterTest.Like => $"{cell} GLOB {Add(Glob((string)test.Value!))}",
        FilterTest.ILike => $"{cell} LIKE {Add(test.Value)}",
        FilterTest.In => $"{cell} IN (SELECT value FROM json_each({Add(JsonText.List((string[])test.Value!))}))",
        _ => $"{cell} {Operator(test.Test)} {Add(test.Value)}",
    };

    private static string Operator(FilterTest test) => test switch
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

    private static string Attribute(string name) => name switch
    {
        "run_id" => "r.run_id",
        "run_name" => "r.name",
        "user_id" => "r.user",
        "status" => "(CASE r.status WHEN 1 THEN 'RUNNING' WHEN 2 THEN 'SCHEDULED' WHEN 3 THEN 'FINISHED' WHEN 4 THEN 'FAILED' ELSE 'KILLED' END)",
        "artifact_uri" => "('mlflow-artifacts:/' || r.experiment || '/' || r.run_id || '/artifacts')",
        "experiment_name" => "(SELECT e.name FROM tracking_experiment e WHERE e.id = r.experiment)",
        "lifecycle_stage" => "(CASE r.stage WHEN 1 THEN 'active' ELSE 'deleted' END)",
        "start_time" => "r.start_ms",
        "end_time" => "r.end_ms",
        _ => "(r.end_ms - r.start_ms)",
    };

    private static string? Table(FilterField field) => field switch
    {
        FilterField.Metric => "tracking_metric_latest",
        FilterField.Param => "tracking_param",
        FilterField.Tag => "tracking_tag",
        _ => null,
    };

    private string Key(FilterField field, string key)
    {
        int kind = field == FilterField.Metric ? KeyTable.Metric : field == FilterField.Param ? KeyTable.Param : KeyTable.Tag;
        return string.Create(CultureInfo.InvariantCulture, $"(SELECT id FROM tracking_key WHERE kind = {kind} AND text = {Add(key)})");
    }

    private string Add(object? value)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"$p{_parameters.Count}");
        _parameters.Add((name, value));
        return name;
    }

    private string Add(long value) => Add((object)value);
}
