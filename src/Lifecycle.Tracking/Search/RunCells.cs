using System.Globalization;

namespace Lifecycle.Tracking;

/// <summary>Where the cells of a run are: expressions and tests by the run's row, alias <c>r</c>.</summary>
internal static class RunCells
{
    public static readonly IReadOnlyList<(string Text, long Number)> Statuses =
        [("FAILED", 4), ("FINISHED", 3), ("KILLED", 5), ("RUNNING", 1), ("SCHEDULED", 2)];

    public static readonly IReadOnlyList<(string Text, long Number)> Stages = [("active", Stage.Active), ("deleted", Stage.Deleted)];

    /// <summary>A test as a look-up by primary key.</summary>
    /// <param name="sql">Takes the values.</param>
    /// <param name="test">The test.</param>
    /// <param name="run">Where the row of the run is named; the tests of <see cref="IsCell"/> need nothing else of the run.</param>
    public static string Test(SqlText sql, TestFilter test, string run = "r.id")
    {
        string not = test.Test == FilterTest.IsMissing ? "NOT " : "";
        switch (test.Field)
        {
            case FilterField.Metric:
                return $"{not}EXISTS(SELECT 1 FROM tracking_metric_latest t WHERE t.run = {run} AND t.key = {Key(sql, test.Field, test.Key)} AND {CellSql.Metric(sql, "t", test)})";
            case FilterField.Param or FilterField.Tag:
                return $"{not}EXISTS(SELECT 1 FROM {Table(test.Field)} t WHERE t.run = {run} AND t.key = {Key(sql, test.Field, test.Key)} AND {CellSql.Text(sql, "t.value", test)})";
            case FilterField.Dataset:
                string column = test.Key == "context" ? "i.context" : "d." + test.Key;
                return $"{not}EXISTS(SELECT 1 FROM tracking_run_input i JOIN tracking_dataset d ON d.id = i.dataset WHERE i.run = {run} AND {CellSql.Text(sql, column, test)})";
            case FilterField.NumberAttribute:
                string number = Attribute(test.Key);
                return test.Test == FilterTest.IsMissing ? $"({number} IS NULL)" : $"({number} IS NOT NULL AND {CellSql.Number(sql, number, test)})";
            default:
                return test.Test == FilterTest.IsMissing ? "0"
                    : test.Key == "status" ? Among("r.status", Statuses, test)
                    : test.Key == "lifecycle_stage" ? Among("r.stage", Stages, test)
                    : CellSql.Text(sql, Attribute(test.Key), test);
        }
    }

    /// <summary>Whether the test asks for a cell beside the run, not for the run's own row.</summary>
    public static bool IsCell(TestFilter test) => test.Field is FilterField.Metric or FilterField.Param or FilterField.Tag or FilterField.Dataset;

    /// <summary>A column with few values: which of their numbers satisfy the test.</summary>
    public static string Among(string column, IReadOnlyList<(string Text, long Number)> values, TestFilter test) =>
        $"{column} IN ({string.Join(',', values.Where(v => CellSql.Holds(test, v.Text)).Select(v => v.Number.ToString(CultureInfo.InvariantCulture)))})";

    public static string Attribute(string name) => name switch
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

    public static string Table(FilterField field) => field switch
    {
        FilterField.Metric => "tracking_metric_latest",
        FilterField.Param => "tracking_param",
        _ => "tracking_tag",
    };

    public static string Index(FilterField field) => field switch
    {
        FilterField.Metric => "tracking_metric_latest_by_value",
        FilterField.Param => "tracking_param_by_head",
        _ => "tracking_tag_by_head",
    };

    public static string Key(SqlText sql, FilterField field, string key)
    {
        int kind = field == FilterField.Metric ? KeyTable.Metric : field == FilterField.Param ? KeyTable.Param : KeyTable.Tag;
        return string.Create(CultureInfo.InvariantCulture, $"(SELECT id FROM tracking_key WHERE kind = {kind} AND text = {sql.Add(key)})");
    }
}
