using System.Globalization;
using Lifecycle.Storage.Local;
using Lifecycle.Tracking;

namespace Lifecycle.Benchmarks.Ratios.Tracking;

/// <summary>A workspace with one experiment of many runs x (10 metrics, 10 params, 5 tags), written straight into the tables.</summary>
internal sealed class SearchStore : IAsyncDisposable
{
    public const string Experiment = "mortgage";
    private const int Metrics = 10;
    private const int Params = 10;
    private const int Tags = 5;

    private readonly string _folder;

    private SearchStore(string folder, LocalWorkspace workspace)
    {
        _folder = folder;
        Workspace = workspace;
        Experiments = new ExperimentCatalog(
            workspace.Database, workspace.Blobs, workspace.Objects, workspace.Audit, workspace.Events, workspace.JournalFolder);
    }

    public LocalWorkspace Workspace { get; }

    public ExperimentCatalog Experiments { get; }

    public string Root => Path.Combine(_folder, "lifecycle");

    public static async Task<SearchStore> MakeAsync(int runs)
    {
        string folder = Directory.CreateTempSubdirectory("lifecycle-search-").FullName;
        SearchStore store = new(folder, LocalWorkspace.Open(Path.Combine(folder, "lifecycle")));
        await store.FillAsync(runs);
        return store;
    }

    private async Task FillAsync(int runs)
    {
        long experiment = long.Parse((await Experiments.CreateAsync(Experiment)).Id, CultureInfo.InvariantCulture);
        Random random = new(1);
        string[] ids = [.. Enumerable.Range(0, runs).Select(_ => string.Create(CultureInfo.InvariantCulture, $"{random.NextInt64():x16}{random.NextInt64():x16}"))];
        await Workspace.Database.WriteAsync(
            async (transaction, token) =>
            {
                async Task InsertAsync(string table, string[] columns, IEnumerable<object?[]> rows) =>
                    await Workspace.Database.BulkInsertAsync(transaction, new BulkInsert(table, columns), rows, token);

                await InsertAsync("tracking_key", ["id", "kind", "text"], Keys());
                await InsertAsync(
                    "tracking_run", ["id", "run_id", "experiment", "stage", "status", "start_ms", "end_ms", "name", "user"],
                    Enumerable.Range(0, runs).Select(i => new object?[]
                    {
                        i + 1L, ids[i], experiment, 1L, i % 50 == 0 ? 4L : 3L, 1_770_000_000_000 + (i * 1000L), 1_770_000_000_500 + (i * 1000L) + (i % 977),
                        string.Create(CultureInfo.InvariantCulture, $"run-{i}"), "user" + (i % 7),
                    }));
                await InsertAsync(
                    "tracking_metric_latest", ["run", "key", "experiment", "value", "nan", "step", "ts", "points"],
                    Enumerable.Range(0, runs * Metrics).Select(n => new object?[]
                    {
                        (n / Metrics) + 1L, 1000L + (n % Metrics), experiment, random.NextDouble(), 0L, 10L, 1_770_000_000_000 + (n / Metrics * 1000L), 1L,
                    }));
                await InsertAsync("tracking_param", ["run", "key", "experiment", "head", "value"], Texts(runs, Params, 1100, 7, 2, "v"));
                await InsertAsync("tracking_tag", ["run", "key", "experiment", "head", "value"], Texts(runs, Tags, 1200, 3, 3, "w"));
                return true;
            },
            CommitDurability.Flushed);

        IEnumerable<object?[]> Texts(int rows, int width, long first, int step, int least, string letter) => Enumerable.Range(0, rows * width).Select(n =>
        {
            (int i, int k) = (n / width, n % width);
            string value = string.Create(CultureInfo.InvariantCulture, $"{letter}{(long)i * (k + step) % (least + k)}");
            return new object?[] { i + 1L, first + k, experiment, value, value };
        });
    }

    private static IEnumerable<object?[]> Keys()
    {
        foreach ((long first, long kind, int count, string letter) in new[] { (1000L, 1L, Metrics, "m"), (1100L, 2L, Params, "p"), (1200L, 3L, Tags, "t") })
        {
            for (int k = 0; k < count; k++)
            {
                yield return [first + k, kind, letter + k.ToString(CultureInfo.InvariantCulture)];
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Experiments.DisposeAsync();
        await Workspace.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
