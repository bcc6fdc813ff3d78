using Lifecycle.Storage.Local;
using Lifecycle.Storage.Specification;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Tracking.Tests;

/// <summary>A workspace of its own for one test; it can be closed and opened again. Runs are captured when the options name a work tree.</summary>
internal sealed class TrackingWorkspace : IAsyncDisposable
{
    private readonly TemporaryFolder? _folder;

    private TrackingWorkspace(TemporaryFolder? folder, string root, TimeProvider? time, TrackingOptions? options, FaultPlan? faults, IPromotionRule[]? rules)
    {
        _folder = folder;
        Store = LocalWorkspace.Open(root, actor: new NamedActor("ada"), time: time);
        LifecycleDatabase database = faults is null ? Store.Database : new FaultyDatabase(Store.Database, faults);
        IBlobStore blobs = faults is null ? Store.Blobs : new FaultyBlobStore(Store.Blobs, faults);
        IAuditLog audit = faults is null ? Store.Audit : new FaultyAuditLog(Store.Audit, faults);
        ILifecycleEvents events = faults is null ? Store.Events : new FaultyEvents(Store.Events, faults);
        NamedActor actor = new("ada");
        options ??= new TrackingOptions();
        options.Capture.IsEnabled &= options.Capture.WorkTree is not null;
        Experiments = new ExperimentCatalog(database, blobs, Store.Objects, audit, events, Store.JournalFolder, actor, time, options);
        Registry = new ModelRegistry(database, blobs, Store.Objects, audit, events, actor, time, rules, Experiments);
    }

    public LocalWorkspace Store { get; }

    public ExperimentCatalog Experiments { get; }

    public ModelRegistry Registry { get; }

    public string Journals => Store.JournalFolder.Path;

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TrackingWorkspace New(
        TimeProvider? time = null, TrackingOptions? options = null, FaultPlan? faults = null, params IPromotionRule[] rules)
    {
        TemporaryFolder folder = new();
        return new TrackingWorkspace(folder, folder["lifecycle"], time, options, faults, rules);
    }

    /// <summary>Opens a folder that somebody else removes.</summary>
    public static TrackingWorkspace At(string root, TimeProvider? time = null, TrackingOptions? options = null, FaultPlan? faults = null) =>
        new(null, root, time, options, faults, null);

    public static FakeTimeProvider Clock() => new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    /// <summary>A model of one file, logged by a run of its own.</summary>
    public async Task<ModelArtifact> LogModelAsync(string content)
    {
        await using Run run = await Experiments.StartRunAsync("models", cancellationToken: Token);
        return await run.LogModelAsync("model", Files(("model.zip", content)), Token);
    }

    /// <summary>Evidence about a model, its report stored.</summary>
    public async Task<Evidence> EvidenceAsync(ModelArtifact model, EvidenceVerdict verdict = EvidenceVerdict.Passed, string kind = "gate")
    {
        using MemoryStream report = new(System.Text.Encoding.UTF8.GetBytes($"{kind} {verdict} {model.Digest}"));
        StoredBlob blob = await Store.Blobs.PutAsync(report, null, Token);
        return new Evidence(kind, blob.Digest, model.Digest, verdict, DateTimeOffset.UnixEpoch, "gatekeeper");
    }

    public static Dictionary<string, ReadOnlyMemory<byte>> Files(params (string Path, string Content)[] files) =>
        files.ToDictionary(f => f.Path, f => (ReadOnlyMemory<byte>)System.Text.Encoding.UTF8.GetBytes(f.Content), StringComparer.Ordinal);

    public async Task<List<AuditEntry>> AuditAsync() => await Store.Audit.ReadAsync(1, Token).ToListAsync(Token);

    public async ValueTask DisposeAsync()
    {
        await Experiments.DisposeAsync();
        await Store.DisposeAsync();
        _folder?.Dispose();
    }
}
