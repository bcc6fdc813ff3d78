using Lifecycle.Serving.TestModels;
using Lifecycle.Storage.Local;
using Lifecycle.Storage.Specification;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Serving.Tests;

/// <summary>A workspace of its own with an inference log, which can be stopped and started again like a process.</summary>
internal sealed class LogWorkspace : IAsyncDisposable
{
    public const string Model = "mortgage";

    private readonly TemporaryFolder? _folder;
    private readonly string _root;

    private LogWorkspace(TemporaryFolder? folder, string root, TimeProvider? time, Func<IBlobStore, IBlobStore>? blobs)
    {
        _folder = folder;
        _root = root;
        Time = time ?? new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        Store = LocalWorkspace.Open(root, actor: new NamedActor("ada"));
        Log = Another(blobs);
    }

    public static DateTimeOffset Never => DateTimeOffset.MinValue;

    public static DateTimeOffset Ever => DateTimeOffset.MaxValue;

    public LocalWorkspace Store { get; }

    public InferenceLog Log { get; private set; }

    public TimeProvider Time { get; }

    public FakeTimeProvider Clock => (FakeTimeProvider)Time;

    public string Journal => Store.JournalFolder.Path;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static LogWorkspace New(TimeProvider? time = null, Func<IBlobStore, IBlobStore>? blobs = null)
    {
        TemporaryFolder folder = new();
        return new LogWorkspace(folder, folder["lifecycle"], time, blobs);
    }

    public static LogWorkspace At(string root, TimeProvider? time = null) => new(null, root, time, null);

    /// <summary>Another log over the same workspace, as another process has it.</summary>
    public InferenceLog Another(Func<IBlobStore, IBlobStore>? blobs = null, LifecycleDatabase? database = null) =>
        new(database ?? Store.Database, blobs?.Invoke(Store.Blobs) ?? Store.Blobs, Store.Objects, Store.JournalFolder, new NamedActor("ada"), Time);

    public async Task<LogRing> OpenAsync(Action<InferenceLogOptions>? configure = null, double sample = 1, string model = Model)
    {
        InferenceLogOptions options = new();
        configure?.Invoke(options);
        return await Log.OpenAsync(model, sample, options, Token);
    }

    /// <summary>Stops the log, as at the end of a process, and makes a new one.</summary>
    public async Task RestartAsync()
    {
        await Log.StopAsync(TimeSpan.FromMinutes(1));
        Log = Another();
    }

    /// <summary>Stops a log whose store does not answer: its time passes.</summary>
    public async Task GiveUpAsync(InferenceLog log, string model = Model)
    {
        Task stop = log.StopAsync(TimeSpan.FromSeconds(5));
        await log.WrittenAsync(model);
        while (!stop.IsCompleted)
        {
            Clock.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(1, Token);
        }

        await stop;
    }

    public InferenceStamp Stamp(Guid? id = null, string model = Model) =>
        new(model, "7", id ?? LifecycleId.New(Time), Time.GetUtcNow()) { Arm = "champion" };

    /// <summary>Records one prediction of two numbers and tells its id.</summary>
    public Guid Record(LogRing ring, float x, float y = 1, Guid? id = null, string model = Model)
    {
        InferenceStamp stamp = Stamp(id, model);
        using TensorSet inputs = TensorSet.Of(("x", TensorValue.From([x], [1, 1])));
        using TensorSet outputs = TensorSet.Of(("y", TensorValue.From([y], [1, 1])));
        ring.Record(stamp, inputs, outputs, 1);
        return stamp.RequestId;
    }

    public async Task<List<InferenceRecord>> ReadAsync(DateTimeOffset? from = null, DateTimeOffset? to = null, string model = Model) =>
        await Log.ReadAsync(model, from ?? Never, to ?? Ever, Token).ToListAsync(Token);

    public async Task<List<(string Id, string Model, string First, string Last, long Rows, Digest Digest)>> SegmentsAsync()
    {
        await Store.Database.MigrateAsync(ServingSchema.Set, Token);
        return await Store.Database.ListAsync(
            "SELECT id, model, first_id, last_id, rows, digest FROM serving_log_segment ORDER BY sealed, id", [],
            r => (r.GetString(0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetInt64(4), new Digest(r.GetFieldValue<byte[]>(5))), Token);
    }

    public string[] Spools() => Directory.Exists(Journal) ? [.. Directory.EnumerateFiles(Journal, "inference-*.jsonl").Order(StringComparer.Ordinal)] : [];

    public string[] Lines() => [.. Spools().SelectMany(SharedLines)];

    /// <summary>Every byte that is on the disk.</summary>
    public Task<byte[]> AllBytesAsync() => DiskBytes.ReadAsync(_root, Token);

    public async ValueTask DisposeAsync()
    {
        await Log.StopAsync(TimeSpan.FromMinutes(1));
        await Store.DisposeAsync();
        _folder?.Dispose();
    }

    private static string[] SharedLines(string file)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using StreamReader reader = new(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
