namespace Lifecycle.Tracking;

public sealed partial class ModelRegistry
{
    private const string PromptTag = "mlflow.prompt.is_prompt";
    private const int MostModels = 1_000;
    private const int MostVersions = 200_000;

    /// <summary>Searches living models, page by page; by name unless an order says otherwise. Prompts are left out unless the filter asks for them.</summary>
    /// <param name="search">For example <c>new RegistrySearch { Filter = "name LIKE 'mort%'" }</c>.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <exception cref="RunFilterException">Filter, order or page size cannot be taken.</exception>
    /// <exception cref="PageTokenException">The page token is none, was cut, or belongs to another query.</exception>
    public async ValueTask<RegisteredModelPage> SearchModelsAsync(RegistrySearch search, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(search);
        int max = search.Max ?? 100;
        PageSize.Require(max, MostModels);
        RowSearch rows = new RowSearch("models", FilterTarget.Models, search.Filter, search.OrderBy, search.Dialect).RequireAttributes();
        List<SortTerm> terms =
        [
            .. rows.Terms(o => o.Key switch
            {
                "name" => ("m.name", SortKind.Text),
                "creation_timestamp" => ("m.created", SortKind.Whole),
                _ => ("m.updated", SortKind.Whole),
            }),
            new SortTerm("m.name", false, SortKind.Text),
        ];
        const string tags = "tracking_registered_model_tag";
        const string owner = "t.model = m.id";
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        using SearchSession session = await SearchSession.OpenAsync(_store.Database, cancellationToken).ConfigureAwait(false);
        string prompts = AsksForPrompts(rows.Filter) ? "" : " AND NOT " + rows.Tag(new TestFilter(FilterField.Tag, PromptTag, FilterTest.Equal, "true"), tags, owner);
        (List<(long First, long Second)> found, string? next) = rows.Find(
            session, "m.id, 0", "tracking_registered_model m", "m.ended IS NULL" + prompts,
            t => t.Field == FilterField.Tag ? PromptAware(rows, t, tags, owner) : rows.Cell(t, "m.name"), terms, max, search.PageToken);
        SqlText ids = new();
        Dictionary<long, RegisteredModel> models = session.Query(
            $"{ModelTable.Columns} WHERE m.id IN {ids.AddList(found.Select(f => f.First))}", ids.Parameters, row => (Id: row.GetInt64(7), Model: ModelTable.Read(row)))
            .ToDictionary(m => m.Id, m => m.Model);
        return new RegisteredModelPage([.. found.Select(f => models[f.First])], next);
    }

    /// <summary>Searches versions of living models, page by page; the last updated first unless an order says otherwise, then by name, then the greatest number.</summary>
    /// <param name="search">For example <c>new RegistrySearch { Filter = "name = 'mortgage' AND version_number &gt; 3" }</c>.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <exception cref="RunFilterException">Filter, order or page size cannot be taken.</exception>
    /// <exception cref="PageTokenException">The page token is none, was cut, or belongs to another query.</exception>
    public async ValueTask<ModelVersionPage> SearchVersionsAsync(RegistrySearch search, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(search);
        int max = search.Max ?? MostVersions;
        PageSize.Require(max, MostVersions);
        RowSearch rows = new RowSearch("versions", FilterTarget.Versions, search.Filter, search.OrderBy, search.Dialect) { View = search.View }.RequireAttributes();
        List<SortTerm> terms =
        [
            .. rows.Terms(o => o.Key switch
            {
                "name" => ("m.name", SortKind.Text),
                "version_number" => ("v.version", SortKind.Whole),
                "creation_timestamp" => ("v.created", SortKind.Whole),
                _ => ("v.updated", SortKind.Whole),
            }),
            new SortTerm("v.updated", true, SortKind.Whole), new SortTerm("m.name", false, SortKind.Text), new SortTerm("v.version", true, SortKind.Whole),
        ];
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        (List<(long First, long Second)> found, string? next) = await FindVersionsAsync(rows, terms, max, search, cancellationToken).ConfigureAwait(false);
        Dictionary<(long, long), ModelVersion> versions = [];
        foreach (IGrouping<long, (long Model, long Number)> model in found.GroupBy(f => f.First))
        {
            SqlText sql = new();
            string where = $" WHERE v.model = {sql.Add(model.Key)} AND v.version IN {sql.AddList(model.Select(m => m.Number))}";
            foreach (VersionRow row in await _store.Database.QueryAsync(VersionTable.Columns + where, sql.Parameters, VersionTable.Read, cancellationToken).ConfigureAwait(false))
            {
                versions[(model.Key, row.Version.Number)] = await CompleteAsync(row, cancellationToken).ConfigureAwait(false);
            }
        }

        return new ModelVersionPage([.. found.Where(versions.ContainsKey).Select(f => versions[f])], next);
    }

    private async ValueTask<(List<(long First, long Second)> Found, string? Next)> FindVersionsAsync(
        RowSearch rows, List<SortTerm> terms, int max, RegistrySearch search, CancellationToken cancellationToken)
    {
        string view = search.View switch { LifecycleView.Active => " AND v.deleted_at IS NULL", LifecycleView.Deleted => " AND v.deleted_at IS NOT NULL", _ => "" };
        using SearchSession session = await SearchSession.OpenAsync(_store.Database, cancellationToken).ConfigureAwait(false);
        return rows.Find(
            session, "v.model, v.version", "tracking_model_version v JOIN tracking_registered_model m ON m.id = v.model", "m.ended IS NULL" + view,
            t => t.Field == FilterField.Tag
                ? PromptAware(rows, t, "tracking_model_version_tag", "t.model = v.model AND t.version = v.version")
                : rows.Cell(t, t.Key switch { "name" => "m.name", "run_id" => "v.run", "source_path" => "v.source", _ => "v.version" }),
            terms, max, search.PageToken);
    }

    // MLflow: rows without the tag are no prompts either.
    private static string PromptAware(RowSearch rows, TestFilter test, string table, string owner)
    {
        string holds = rows.Tag(test, table, owner);
        bool isNot = test.Key == PromptTag && test is { Test: FilterTest.NotEqual, Value: "true" } or { Test: FilterTest.Equal, Value: "false" };
        return isNot ? $"({holds} OR {rows.Tag(new TestFilter(FilterField.Tag, PromptTag, FilterTest.IsMissing, null), table, owner)})" : holds;
    }

    private static bool AsksForPrompts(RunFilter filter) => filter switch
    {
        NotFilter not => AsksForPrompts(not.Inner),
        JoinFilter join => FilterSql.Parts(join, join.IsAnd).Any(AsksForPrompts),
        TestFilter test => test is { Field: FilterField.Tag, Key: PromptTag },
        _ => false,
    };
}
