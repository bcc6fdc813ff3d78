using Lifecycle.Storage.Local;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Drift.Tests;

/// <summary>A workspace whose clock a test moves, with a reference of one column.</summary>
internal sealed class Ledgers : IAsyncDisposable
{
    public static readonly ReferenceProfile Reference = ReferenceProfile.From(new ColumnBatch([BatchColumn.Of<double>("x", Samples.Normal(4000, 1))]));

    private readonly TemporaryFolder _folder = new();

    private readonly LocalStorageOptions? _storage;

    public Ledgers(LocalStorageOptions? storage = null)
    {
        _storage = storage;
        Time = new SteppedTime();
        Workspace = Open();
        Drift = Over();
    }

    public SteppedTime Time { get; }

    public LocalWorkspace Workspace { get; private set; }

    public DriftMonitors Drift { get; private set; }

    public string Root => _folder["lifecycle"];

    public DriftMonitors Over(LifecycleDatabase? database = null, IBlobStore? blobs = null, ILifecycleEvents? events = null, DriftOptions? options = null, ListLogger? log = null) =>
        new(database ?? Workspace.Database, blobs ?? Workspace.Blobs, Workspace.Objects, Workspace.Audit, events ?? Workspace.Events, new NamedActor("ada"), Time, options, log);

    public static void Record(DriftMonitor monitor, int values, ulong seed, double shift = 0) =>
        monitor.Column("x").RecordRange(Samples.Normal(values, seed, shift: shift));

    /// <summary>A minute passes, and what it brings is done.</summary>
    public async Task PassAsync(DriftMonitor monitor, int minutes = 1)
    {
        for (int minute = 0; minute < minutes; minute++)
        {
            Time.Advance(TimeSpan.FromMinutes(1));
            await monitor.CheckNowAsync();
        }
    }

    public async Task<object?> ScalarAsync(string sql) =>
        await Workspace.Database.WriteAsync(async (t, token) => await t.ScalarAsync(sql, [], token), CommitDurability.Buffered);

    public async Task ReopenAsync()
    {
        await Workspace.DisposeAsync();
        Workspace = Open();
        Drift = Over();
    }

    public async ValueTask DisposeAsync()
    {
        await Workspace.DisposeAsync();
        _folder.Dispose();
    }

    private LocalWorkspace Open() => LocalWorkspace.Open(Root, _storage, actor: new NamedActor("ada"), time: Time);
}
