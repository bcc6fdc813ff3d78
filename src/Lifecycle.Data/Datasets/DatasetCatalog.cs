using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lifecycle.Data;

/// <summary>The datasets of a workspace: names, numbered versions, and the one place where a version comes into being.</summary>
/// <remarks>Safe for use from many threads and by many processes at once.</remarks>
public sealed partial class DatasetCatalog : IAsyncDisposable
{
    private readonly LifecycleDatabase _database;
    private readonly BlobUpkeep _upkeep;
    private readonly IAuditLog _audit;
    private readonly ILifecycleEvents _events;
    private readonly IActorAccessor _actor;
    private readonly TimeProvider _time;
    private readonly DatasetOptions _options;
    private readonly ILogger _logger;
    private readonly DatasetReferences _references;
    private volatile bool _registered;

    /// <summary>Makes a catalog over a workspace.</summary>
    public DatasetCatalog(
        LifecycleDatabase database,
        IBlobStore blobs,
        BlobUpkeep upkeep,
        IAuditLog audit,
        ILifecycleEvents events,
        IActorAccessor? actor = null,
        TimeProvider? time = null,
        DatasetOptions? options = null,
        ILogger<DatasetCatalog>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(blobs);
        ArgumentNullException.ThrowIfNull(upkeep);
        ArgumentNullException.ThrowIfNull(audit);
        ArgumentNullException.ThrowIfNull(events);
        _database = database;
        Blobs = blobs;
        _upkeep = upkeep;
        _audit = audit;
        _events = events;
        _actor = actor ?? new ProcessActor();
        _time = time ?? TimeProvider.System;
        _options = options ?? new DatasetOptions();
        _logger = logger ?? NullLogger<DatasetCatalog>.Instance;
        _references = new DatasetReferences(database, blobs);
        Lineage = new DatasetLineage(database, events);
    }

    /// <summary>Where data came from and what came of it.</summary>
    public DatasetLineage Lineage { get; }

    internal IBlobStore Blobs { get; }

    /// <summary>A version by number, or the newest.</summary>
    /// <param name="name">Name of the dataset, without regard to case.</param>
    /// <param name="number">1, 2, 3, ...; null for the newest.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <exception cref="DatasetNotFoundException">There is no such dataset or version.</exception>
    public async ValueTask<DatasetVersion> GetAsync(string name, long? number = null, CancellationToken cancellationToken = default)
    {
        VersionRow? newest = (await NewestAsync(name, cancellationToken).ConfigureAwait(false)).Row;
        if (newest is null)
        {
            throw new DatasetNotFoundException(name, number, null);
        }

        if (number is null || number == newest.Number)
        {
            return new DatasetVersion(this, newest);
        }

        await foreach (VersionRow row in QueryAsync("WHERE d.name = $name AND v.number = $number AND v.removed_at IS NULL", [("$name", name), ("$number", number)], cancellationToken).ConfigureAwait(false))
        {
            return new DatasetVersion(this, row);
        }

        throw new DatasetNotFoundException(name, number, newest.Number);
    }

    /// <summary>The newest version, or null when there is no such dataset.</summary>
    public async ValueTask<DatasetVersion?> LatestAsync(string name, CancellationToken cancellationToken = default) =>
        (await NewestAsync(name, cancellationToken).ConfigureAwait(false)).Row is { } row ? new DatasetVersion(this, row) : null;

    /// <summary>The version of this id (32 hex digits), or null.</summary>
    public async ValueTask<DatasetVersion?> FindAsync(string id, CancellationToken cancellationToken = default)
    {
        await foreach (VersionRow row in QueryAsync("WHERE v.id = $id AND v.removed_at IS NULL", [("$id", id)], cancellationToken).ConfigureAwait(false))
        {
            return new DatasetVersion(this, row);
        }

        return null;
    }

    /// <summary>The newest version of every dataset, by name.</summary>
    public IAsyncEnumerable<DatasetVersion> ListAsync(CancellationToken cancellationToken = default) => Versions(
        "WHERE v.number = (SELECT max(n.number) FROM data_version n WHERE n.dataset = v.dataset AND n.removed_at IS NULL) ORDER BY d.name",
        [],
        cancellationToken);

    /// <summary>All versions of a dataset, the oldest first; none when there is no such dataset.</summary>
    public IAsyncEnumerable<DatasetVersion> VersionsAsync(string name, CancellationToken cancellationToken = default) =>
        Versions("WHERE d.name = $name AND v.removed_at IS NULL ORDER BY v.number", [("$name", name)], cancellationToken);

    /// <summary>What differs between the files of two versions.</summary>
    public async ValueTask<TreeDiff> DiffAsync(DatasetVersion from, DatasetVersion to, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        return TreeDiff.Between(
            await ReadTreeAsync(from.Digest, cancellationToken).ConfigureAwait(false),
            await ReadTreeAsync(to.Digest, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Stops listening for lineage; the workspace stays open.</summary>
    public ValueTask DisposeAsync() => Lineage.DisposeAsync();

    /// <summary>The tables are there and the store knows who holds references.</summary>
    internal async ValueTask ReadyAsync(CancellationToken cancellationToken)
    {
        if (!_registered)
        {
            await _upkeep.RegisterAsync(_references, cancellationToken).ConfigureAwait(false);
            _registered = true;
        }

        await _database.MigrateAsync(DatasetTables.Migrations, cancellationToken).ConfigureAwait(false);
        await Lineage.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    internal async ValueTask<IReadOnlyList<DatasetFile>> ReadTreeAsync(Digest digest, CancellationToken cancellationToken) =>
        DatasetTree.Parse(await ReadBlobAsync(Blobs, digest, DatasetTree.MaximumBytes, cancellationToken).ConfigureAwait(false));

    internal static async ValueTask<byte[]> ReadBlobAsync(IBlobStore blobs, Digest digest, long limit, CancellationToken cancellationToken)
    {
        Stream stream = await blobs.OpenAsync(digest, null, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            if (stream.Length > limit)
            {
                throw new DatasetException($"The blob {digest} has {stream.Length} bytes; at most {limit} are read at once.");
            }

            byte[] bytes = new byte[stream.Length];
            await stream.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);

            // a whole blob is checked when its end is reached
            return await stream.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false) == 0
                ? bytes
                : throw new DatasetException($"The blob {digest} is longer than the store says.");
        }
    }

    internal TableFormat FormatOf(TableSummary table) => _options.Formats.FirstOrDefault(f => f.Name == table.Format)
        ?? throw new DatasetException($"The table '{table.Path}' is '{table.Format}'; add that format to DatasetOptions.Formats.");

    private async ValueTask<NewestVersion> NewestAsync(string name, CancellationToken cancellationToken)
    {
        ResourceName.Require(name, "dataset");
        long last = 0;
        VersionRow? newest = null;
        string? stored = null;
        await foreach (VersionRow row in QueryAsync(
            """
            WHERE d.name = $name AND v.number IN (
                (SELECT max(n.number) FROM data_version n WHERE n.dataset = d.id),
                (SELECT max(n.number) FROM data_version n WHERE n.dataset = d.id AND n.removed_at IS NULL))
            """,
            [("$name", name)],
            cancellationToken).ConfigureAwait(false))
        {
            last = Math.Max(last, row.Number);
            newest = row.IsRemoved ? newest : row;
            stored = row.Name;
        }

        return new NewestVersion(newest, last, stored);
    }

    private async IAsyncEnumerable<DatasetVersion> Versions(
        string where, (string Name, object? Value)[] parameters, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (VersionRow row in QueryAsync(where, parameters, cancellationToken).ConfigureAwait(false))
        {
            yield return new DatasetVersion(this, row);
        }
    }

    private async IAsyncEnumerable<VersionRow> QueryAsync(
        string where, (string Name, object? Value)[] parameters, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ReadyAsync(cancellationToken).ConfigureAwait(false);
        List<VersionRow> rows = [];
        DbConnection connection = await _database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            DbCommand command = connection.Command($"SELECT {DatasetTables.VersionColumns} {DatasetTables.VersionsOfDataset} {where}", parameters);
            await using (command.ConfigureAwait(false))
            {
                DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        rows.Add(DatasetTables.Read(reader));
                    }
                }
            }
        }

        foreach (VersionRow row in rows)
        {
            yield return row;
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Committed {Version} ({Digest}): {Files} files, {StoredBytes} bytes stored.")]
    private partial void LogCommitted(DatasetVersion version, Digest digest, long files, long storedBytes);
}
