using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace Lifecycle.Storage.Local;

/// <summary>Housekeeping of a <see cref="LocalBlobStore"/>: who holds references, and what is damaged.</summary>
public sealed class LocalBlobUpkeep : BlobUpkeep
{
    private readonly LocalBlobStore _store;
    private readonly ObjectFolder _folder;
    private readonly TimeSpan _wait;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, IBlobReferenceSource> _sources = new(StringComparer.Ordinal);

    /// <summary>Makes the housekeeping of a store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="time">The clock; null means the system's.</param>
    public LocalBlobUpkeep(LocalBlobStore store, LocalStorageOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        _store = store;
        _folder = store.Layout;
        _wait = (options ?? new LocalStorageOptions()).Checked().BusyTimeout;
        _time = time ?? TimeProvider.System;
    }

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
                using FileLock only = await FileLock.TakeAsync(Path.Combine(_folder.Path, ObjectFolder.SourcesLockName), _wait, _time, cancellationToken).ConfigureAwait(false);
                List<string> names = ReadNames();
                if (!names.Contains(name))
                {
                    names.Add(name);
                    await AtomicFile.WriteAsync(SourcesFile, Encoding.UTF8.GetBytes(string.Concat(names.Select(n => n + "\n"))), cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "register", name, SourcesFile);
        }

        _sources[name] = source;
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

    /// <inheritdoc/>
    public override async ValueTask<VerificationReport> VerifyAsync(CancellationToken cancellationToken = default)
    {
        using Activity? activity = StorageTelemetry.Source.StartActivity("lifecycle.storage.verify");
        StoreVerification verification = new(_folder);
        await verification.RunAsync(cancellationToken).ConfigureAwait(false);
        List<MissingBlob> missing = [];
        foreach ((string name, IBlobReferenceSource source) in _sources.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            try
            {
                await AddMissingAsync(name, source, missing, cancellationToken).ConfigureAwait(false);
            }
            catch (BlobNotFoundException gone)
            {
                if (!missing.Exists(m => m.Digest == gone.Digest && m.Source == name))
                {
                    missing.Add(new MissingBlob(gone.Digest, name));
                }
            }
            catch (BlobCorruptedException damaged) when (verification.Damaged.Any(d => d.Expected == damaged.Digest))
            {
                // The source reads this blob to know what it refers to; it is named above, and what hangs on it cannot be told until it is restored.
            }
        }

        return new VerificationReport(verification.Blobs, verification.Bytes, verification.Damaged, missing);
    }

    private async ValueTask AddMissingAsync(string name, IBlobReferenceSource source, List<MissingBlob> missing, CancellationToken cancellationToken)
    {
        HashSet<Digest> seen = [];
        await foreach (Digest digest in source.ReferencesAsync(cancellationToken).ConfigureAwait(false))
        {
            if (seen.Add(digest) && await _store.FindAsync(digest, cancellationToken).ConfigureAwait(false) is null)
            {
                missing.Add(new MissingBlob(digest, name));
            }
        }
    }

    /// <summary>Makes a source known to this process that enters itself in the file when it first needs to.</summary>
    internal void Know(IBlobReferenceSource source) => _sources[source.Name] = source;

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
}
