using System.Data.Common;
using System.Text.Json;

namespace Lifecycle.Drift;

public sealed partial class DriftMonitors
{
    /// <summary>
    /// Keeps a profile as the reference of a version of a model: the profile as a blob, a row and an audit entry, all or nothing. A later
    /// reference of the same version replaces it; the same one twice changes nothing.
    /// </summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="version">Label of the version, for example <c>3</c>.</param>
    /// <param name="reference">The profile.</param>
    /// <param name="cancellationToken">Cancelling leaves no row.</param>
    /// <exception cref="InvalidNameException">The model or the version is not a <see cref="ResourceName"/>.</exception>
    /// <exception cref="LifecycleStorageException">The store failed; nothing was registered.</exception>
    public async ValueTask<RegisteredReference> RegisterReferenceAsync(
        string model, string version, ReferenceProfile reference, CancellationToken cancellationToken = default)
    {
        return await RegisterAsync(model, version, reference, mustReplace: false, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Puts another profile in the place of the one that is registered, for example after retraining on newer data: as
    /// <see cref="RegisterReferenceAsync"/>, but there must be one. Monitors that are open go on with theirs; those that open from now on count
    /// against the new one and drop what their window held against the old one (<see cref="WindowGaps.Dropped"/>).
    /// </summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="version">Label of the version.</param>
    /// <param name="reference">The profile.</param>
    /// <param name="cancellationToken">Cancelling leaves no row.</param>
    /// <exception cref="MissingReferenceException">No reference was registered for this version.</exception>
    /// <exception cref="LifecycleStorageException">The store failed; nothing was replaced.</exception>
    public async ValueTask<RegisteredReference> ReplaceReferenceAsync(
        string model, string version, ReferenceProfile reference, CancellationToken cancellationToken = default) =>
        await RegisterAsync(model, version, reference, mustReplace: true, cancellationToken).ConfigureAwait(false);

    /// <summary>The reference of a version of a model; null when none was registered.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="version">Label of the version.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="LifecycleStorageException">The store failed, or the profile's bytes are damaged.</exception>
    public async ValueTask<ReferenceProfile?> GetReferenceAsync(string model, string version, CancellationToken cancellationToken = default)
    {
        await ReadyAsync(cancellationToken).ConfigureAwait(false);
        RegisteredReference? registered;
        DbConnection connection = await Database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            registered = await NewestAsync(connection, null, model, version, cancellationToken).ConfigureAwait(false);
        }

        if (registered is null)
        {
            return null;
        }

        Stream stream = await _blobs.OpenAsync(registered.Digest, null, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            return await ReferenceProfile.ReadAsync(stream, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<RegisteredReference> RegisterAsync(
        string model, string version, ReferenceProfile reference, bool mustReplace, CancellationToken cancellationToken)
    {
        ResourceName.Require(model, "model");
        ResourceName.Require(version, "model version");
        ArgumentNullException.ThrowIfNull(reference);
        await ReadyAsync(cancellationToken).ConfigureAwait(false);
        using MemoryStream bytes = new(reference.ToBytes(), writable: false);
        StoredBlob blob = await _blobs.PutAsync(bytes, null, cancellationToken).ConfigureAwait(false);
        return await Database.WriteAsync(
            async (transaction, token) =>
            {
                RegisteredReference? before = await NewestAsync(transaction.Connection, transaction.Transaction, model, version, token).ConfigureAwait(false);
                if (before is null && mustReplace)
                {
                    throw new MissingReferenceException(model, version);
                }

                if (before?.Digest == blob.Digest)
                {
                    return before;
                }

                RegisteredReference made = new(model, version, blob.Digest, Time.GetUtcNow(), _actor.Actor);
                await transaction.ExecuteAsync(
                    "DELETE FROM drift_reference WHERE model = $model AND version = $version AND digest = $digest",
                    [("$model", model), ("$version", version), ("$digest", blob.Digest.ToByteArray())], token).ConfigureAwait(false);
                await transaction.ExecuteAsync(
                    "INSERT INTO drift_reference (model, version, digest, created, actor) VALUES ($model, $version, $digest, $created, $actor)",
                    [
                        ("$model", model), ("$version", version), ("$digest", blob.Digest.ToByteArray()), ("$created", made.CreatedAt.UtcTicks),
                        ("$actor", made.Actor),
                    ],
                    token).ConfigureAwait(false);
                await _audit.AppendAsync(
                    transaction,
                    new AuditRecord(
                        before is null ? "drift.reference.registered" : "drift.reference.replaced", $"model/{model}",
                        before is null ? null : State(before), State(made)),
                    token).ConfigureAwait(false);
                return made;
            },
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
    }

    private static string State(RegisteredReference reference) =>
        JsonSerializer.Serialize(new ReferenceState(reference.Version, reference.Digest.ToString()), DriftJson.Default.ReferenceState);

    private static async ValueTask<RegisteredReference?> NewestAsync(
        DbConnection connection, DbTransaction? transaction, string model, string version, CancellationToken cancellationToken)
    {
        DbCommand command = connection.Command(
            "SELECT digest, created, actor FROM drift_reference WHERE model = $model AND version = $version ORDER BY id DESC LIMIT 1",
            ("$model", model), ("$version", version));
        command.Transaction = transaction;
        await using (command.ConfigureAwait(false))
        {
            DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
                    ? new RegisteredReference(
                        model, version, new Digest(reader.GetFieldValue<byte[]>(0)), new DateTimeOffset(reader.GetInt64(1), TimeSpan.Zero), reader.GetString(2))
                    : null;
            }
        }
    }
}
