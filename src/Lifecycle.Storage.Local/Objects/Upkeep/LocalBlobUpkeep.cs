using System.Collections.Concurrent;
using System.Text;

namespace Lifecycle.Storage.Local;

/// <summary>
/// Housekeeping of a <see cref="LocalBlobStore"/>: who holds references, what is garbage and since when, what is damaged and how it is mended.
/// </summary>
public sealed partial class LocalBlobUpkeep : BlobUpkeep
{
    private readonly LocalBlobStore _store;
    private readonly ObjectFolder _folder;
    private readonly LocalStorageOptions _options;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, IBlobReferenceSource> _sources = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _registered = new(StringComparer.Ordinal);

    /// <summary>Makes the housekeeping of a store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="time">The clock; null means the system's.</param>
    public LocalBlobUpkeep(LocalBlobStore store, LocalStorageOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        _store = store;
        _folder = store.Layout;
        _options = (options ?? new LocalStorageOptions()).Checked();
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Where collections, undos, repairs and retirements are entered; null: nowhere.</summary>
    internal Func<AuditRecord, CancellationToken, ValueTask>? Record { get; set; }

    private string SourcesFile => Path.Combine(_folder.Path, ObjectFolder.SourcesName);

    /// <inheritdoc/>
    /// <exception cref="InvalidNameException">The name of the source is not a name.</exception>
    public override async ValueTask RegisterAsync(IBlobReferenceSource source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        string name = ResourceName.Require(source.Name, "reference source");
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            if (!ReadNames().Contains(name))
            {
                await ChangeNamesAsync(names => names.Contains(name) ? names : [.. names, name], cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "register", name, SourcesFile);
        }

        _sources[name] = source;
        _registered[name] = true;
    }

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<string>> SourcesAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return new(ReadNames());
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "read", ObjectFolder.SourcesName, SourcesFile);
        }
    }

    /// <summary>Makes a source known to this process that enters itself in the file when it first needs to.</summary>
    internal void Know(IBlobReferenceSource source) => _sources[source.Name] = source;

    private async ValueTask ChangeNamesAsync(Func<List<string>, List<string>> change, CancellationToken cancellationToken)
    {
        using FileLock only = await FileLock.TakeAsync(
            Path.Combine(_folder.Path, ObjectFolder.SourcesLockName), _options.BusyTimeout, _time, cancellationToken).ConfigureAwait(false);
        List<string> before = ReadNames();
        List<string> after = change([.. before]);
        if (!after.SequenceEqual(before))
        {
            await AtomicFile.WriteAsync(SourcesFile, Encoding.UTF8.GetBytes(string.Concat(after.Select(n => n + "\n"))), cancellationToken).ConfigureAwait(false);
        }
    }

    private List<string> ReadNames()
    {
        try
        {
            return [.. File.ReadAllLines(SourcesFile).Where(line => line.Length > 0)];
        }
        catch (FileNotFoundException)
        {
            return [];
        }
    }

    /// <summary>One collection, undo or repair at a time, whichever process does it.</summary>
    private FileLock TakeDuty()
    {
        string folder = Path.Combine(_folder.Path, DeadList.Folder);
        try
        {
            _folder.MakeFolder(folder);
            return FileLock.TryTake(Path.Combine(folder, DutyLockName)) ?? throw new CollectionRefusedException(
                "dead/" + DutyLockName, "Another collection, undo or repair of this store is under way. Call again when it is done; nothing was touched.", isTransient: true);
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "collect", folder, folder);
        }
    }

    private ValueTask RecordAsync(AuditRecord record, CancellationToken cancellationToken) => Record?.Invoke(record, cancellationToken) ?? ValueTask.CompletedTask;
}
