using System.Globalization;

namespace Lifecycle.Tracking;

public sealed partial class ExperimentCatalog
{
    private const string StatusPrefix = "LOGGED_MODEL_";

    private static readonly IReadOnlyList<(string Text, long Number)> ModelStatuses = [("PENDING", 1), ("READY", 2), ("UPLOAD_FAILED", 3)];

    /// <summary>Searches logged models that were not deleted, page by page; the newest first unless an order says otherwise.</summary>
    /// <param name="search">For example <c>new LoggedModelSearch { ExperimentIds = ["1"], Filter = "name = 'model'" }</c>.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <exception cref="RunFilterException">Filter, order or page size cannot be taken.</exception>
    /// <exception cref="PageTokenException">The page token is none, was cut, or belongs to another query.</exception>
    public async ValueTask<LoggedModelPage> SearchModelsAsync(LoggedModelSearch search, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(search);
        PageSize.Require(search.Max, RunQuery.MaximumRuns);
        RowSearch rows = new("logged models", FilterTarget.LoggedModels, search.Filter, [.. search.OrderBy.Select(o => Field(o.Field))], search.Dialect)
        {
            Scope = string.Join('\n',
            [
                search.ExperimentIds is null ? "*" : string.Join(',', search.ExperimentIds.Order(StringComparer.Ordinal)),
                .. search.Datasets.Select(d => $"{d.Name}\n{d.Digest}"), .. search.OrderBy.Select(o => $"{o.Ascending}\n{o.DatasetName}\n{o.DatasetDigest}"),
            ]),
        };
        string where = "l.deleted_at IS NULL";
        if (search.ExperimentIds is { } ids)
        {
            where += $" AND l.experiment IN {rows.Sql.AddList(ids.Select(i => long.TryParse(i, NumberStyles.None, CultureInfo.InvariantCulture, out long n) ? n : -1))}";
        }

        string datasets = search.Datasets.Count == 0 ? "" : $" AND ({string.Join(" OR ", search.Datasets.Select(d => Dataset(rows.Sql, d.Name, d.Digest)))})";
        if (datasets.Length > 0 && !AsksForMetric(rows.Filter))
        {
            where += $" AND EXISTS(SELECT 1 FROM tracking_logged_model_metric t WHERE t.model = l.id{datasets})";
        }

        List<SortTerm> terms = [.. rows.Orders.Zip(search.OrderBy).SelectMany(o => ModelTerms(rows, o.First, o.Second))];
        terms.Add(new SortTerm("l.created", true, SortKind.Whole));
        terms.Add(new SortTerm("l.model_id", false, SortKind.Text));
        await OpenForReadingAsync(cancellationToken).ConfigureAwait(false);
        using SearchSession session = await SearchSession.OpenAsync(_store.Database, cancellationToken).ConfigureAwait(false);
        (List<(long First, long Second)> found, string? next) = rows.Find(
            session, "l.id, 0", "tracking_logged_model l", where, t => ModelTest(rows, t, datasets), terms, search.Max, search.PageToken);
        return new LoggedModelPage(LoggedModelRows.Load(session, [.. found.Select(f => f.First)]), next);
    }

    // The field of an order is no text of a filter: whatever follows the first dot is the key.
    private static string Field(string field) => field.StartsWith("metrics.", StringComparison.Ordinal)
        ? $"metrics.`{field["metrics.".Length..].Trim('`').Replace("`", "``", StringComparison.Ordinal)}`" : $"`{field.Trim('`').Replace("`", "``", StringComparison.Ordinal)}`";

    private static string ModelTest(RowSearch rows, TestFilter test, string datasets)
    {
        string not = test.Test == FilterTest.IsMissing ? "NOT " : "";
        return test.Field switch
        {
            FilterField.Metric =>
                $"{not}EXISTS(SELECT 1 FROM tracking_logged_model_metric t WHERE t.model = l.id AND t.key = {rows.Sql.Add(test.Key)}{datasets} AND {CellSql.Metric(rows.Sql, "t", test)})",
            FilterField.Param => rows.Tag(test, "tracking_logged_model_param", "t.model = l.id"),
            FilterField.Tag => rows.Tag(test, "tracking_logged_model_tag", "t.model = l.id"),
            _ when test.Key == "status" => test.Test == FilterTest.IsMissing ? "0" : RunCells.Among("l.status", ModelStatuses, Plain(test)),
            _ => rows.Cell(test, ModelCell(test.Key)),
        };
    }

    // MLflow's clients write LOGGED_MODEL_READY.
    private static TestFilter Plain(TestFilter test)
    {
        static string Cut(string text) => text.StartsWith(StatusPrefix, StringComparison.Ordinal) ? text[StatusPrefix.Length..] : text;
        return new TestFilter(test.Field, test.Key, test.Test, test.Value is string[] list ? list.Select(Cut).ToArray() : Cut((string)test.Value!));
    }

    private static string ModelCell(string key) => key switch
    {
        "name" => "l.name",
        "model_id" => "l.model_id",
        "model_type" => "l.type",
        "experiment_id" => "CAST(l.experiment AS TEXT)",
        "source_run_id" => "(SELECT r.run_id FROM tracking_run r WHERE r.id = l.run)",
        "creation_timestamp" => "l.created",
        _ => "l.updated",
    };

    private static IEnumerable<SortTerm> ModelTerms(RowSearch rows, RunOrder key, LoggedModelOrder asked)
    {
        bool descending = !asked.Ascending;
        if (key.Field == FilterField.Metric)
        {
            string data = asked.DatasetName is null ? "" : " AND " + Dataset(rows.Sql, asked.DatasetName, asked.DatasetDigest);
            string latest = $"FROM tracking_logged_model_metric t WHERE t.model = l.id AND t.key = {rows.Sql.Add(key.Key)}{data} ORDER BY t.ts DESC, t.step DESC, t.nan, t.value DESC LIMIT 1)";
            return
            [
                new SortTerm($"coalesce((SELECT t.nan {latest}, 2)", false, SortKind.Whole),
                new SortTerm($"coalesce((SELECT t.value {latest}, 0.0)", descending, SortKind.Real),
            ];
        }

        if (key.Field is FilterField.Param or FilterField.Tag)
        {
            throw new RunFilterException($"Logged models cannot be ordered by '{KeyRule.Show(asked.Field)}'. Use an attribute or metrics.k.");
        }

        string cell = key.Key == "status"
            ? "(CASE l.status WHEN 1 THEN 'PENDING' WHEN 2 THEN 'READY' ELSE 'UPLOAD_FAILED' END)" : ModelCell(key.Key);
        SortKind kind = key.Field == FilterField.NumberAttribute ? SortKind.Whole : SortKind.Text;
        return [new SortTerm($"(2 * ({cell} IS NULL))", false, SortKind.Whole), new SortTerm($"coalesce({cell}, {(kind == SortKind.Whole ? "0" : "''")})", descending, kind)];
    }

    private static string Dataset(SqlText sql, string name, string? digest) =>
        $"(t.dataset_name = {sql.Add(name)}{(digest is null ? "" : $" AND t.dataset_digest = {sql.Add(digest)}")})";

    private static bool AsksForMetric(RunFilter filter) => filter switch
    {
        NotFilter not => AsksForMetric(not.Inner),
        JoinFilter join => FilterSql.Parts(join, join.IsAnd).Any(AsksForMetric),
        TestFilter test => test.Field == FilterField.Metric,
        _ => false,
    };
}
