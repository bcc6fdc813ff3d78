using System.Data.Common;
using System.Text.Json;

namespace Lifecycle.Data;

public sealed partial class DatasetCatalog
{
    /// <summary>Names a version, for example <c>golden</c>. A tag that another version has moves to this one; the audit log tells both.</summary>
    /// <param name="version">The version.</param>
    /// <param name="tag">A name as of datasets; unique within the dataset.</param>
    /// <param name="cancellationToken">Cancelling leaves the tag where it was.</param>
    /// <returns>Whether something changed: false when the version had the tag.</returns>
    /// <exception cref="InvalidNameException">The tag breaks the rule of names.</exception>
    /// <exception cref="DatasetNotFoundException">The version was removed.</exception>
    public async ValueTask<bool> TagAsync(DatasetVersion version, string tag, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        ResourceName.Require(tag, "tag");
        await ReadyAsync(cancellationToken).ConfigureAwait(false);
        await RequireKnownAsync(version, cancellationToken).ConfigureAwait(false);
        return await _database.WriteAsync(
            async (transaction, token) =>
            {
                await RequireThereAsync(transaction, version, token).ConfigureAwait(false);
                return await SetTagAsync(transaction, version.Name, version.Number, tag, _time.GetUtcNow(), _actor.Actor, token).ConfigureAwait(false);
            },
            CommitDurability.Flushed,
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The version that has a tag.</summary>
    /// <param name="name">Name of the dataset.</param>
    /// <param name="tag">Its tag.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <exception cref="DatasetNotFoundException">There is no such dataset or tag.</exception>
    public async ValueTask<DatasetVersion> GetTaggedAsync(string name, string tag, CancellationToken cancellationToken = default)
    {
        ResourceName.Require(name, "dataset");
        ResourceName.Require(tag, "tag");
        await foreach (VersionRow row in QueryAsync(
            "JOIN data_version_tag t ON t.dataset = v.dataset AND t.number = v.number WHERE d.name = $name AND t.tag = $tag AND v.removed_at IS NULL",
            [("$name", name), ("$tag", tag)],
            cancellationToken).ConfigureAwait(false))
        {
            return new DatasetVersion(this, row);
        }

        IReadOnlyList<DatasetTag> tags = await TagsAsync(name, cancellationToken).ConfigureAwait(false);
        throw DatasetNotFoundException.Tag(name, tag, [.. tags.Select(t => t.Tag)]);
    }

    /// <summary>All tags of a dataset, by name; none when there is no such dataset.</summary>
    public async ValueTask<IReadOnlyList<DatasetTag>> TagsAsync(string name, CancellationToken cancellationToken = default)
    {
        ResourceName.Require(name, "dataset");
        await ReadyAsync(cancellationToken).ConfigureAwait(false);
        List<DatasetTag> tags = [];
        DbConnection connection = await _database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            DbCommand command = connection.Command(
                "SELECT t.tag, t.number, t.set_at, t.actor FROM data_version_tag t JOIN data_dataset d ON d.id = t.dataset WHERE d.name = $name ORDER BY t.tag",
                ("$name", name));
            await using (command.ConfigureAwait(false))
            {
                DbDataReader row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (row.ConfigureAwait(false))
                {
                    while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        tags.Add(new DatasetTag(row.GetString(0), row.GetInt64(1), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2)), row.GetString(3)));
                    }
                }
            }
        }

        return tags;
    }

    /// <summary>
    /// Removes a version: it is found no more, its number is never given again, its row and its record stay. Its bytes go with a collection of the store,
    /// as far as nothing else needs them.
    /// </summary>
    /// <param name="version">The version.</param>
    /// <param name="reason">Why; written to the audit log. Not empty.</param>
    /// <param name="cancellationToken">Cancelling removes nothing.</param>
    /// <returns>False when it was removed before.</returns>
    public async ValueTask<bool> RemoveAsync(DatasetVersion version, string reason, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        await ReadyAsync(cancellationToken).ConfigureAwait(false);
        await RequireKnownAsync(version, cancellationToken).ConfigureAwait(false);
        return await _database.WriteAsync(
            async (transaction, token) =>
            {
                int removed = await transaction.ExecuteAsync(
                    "UPDATE data_version SET removed_at = $at, removed_reason = $reason WHERE id = $id AND removed_at IS NULL",
                    [("$at", _time.GetUtcNow().ToUnixTimeMilliseconds()), ("$reason", reason), ("$id", version.Id)],
                    token).ConfigureAwait(false);
                if (removed == 0)
                {
                    return false;
                }

                object? tags = await transaction.ScalarAsync(
                    """
                    SELECT json_group_array(tag) FROM (
                        SELECT tag FROM data_version_tag WHERE number = $number AND dataset = (SELECT id FROM data_dataset WHERE name = $name) ORDER BY tag)
                    """,
                    [("$number", version.Number), ("$name", version.Name)],
                    token).ConfigureAwait(false);
                await transaction.ExecuteAsync(
                    "DELETE FROM data_version_tag WHERE number = $number AND dataset = (SELECT id FROM data_dataset WHERE name = $name)",
                    [("$number", version.Number), ("$name", version.Name)],
                    token).ConfigureAwait(false);
                RemovedState state = new(
                    version.Number, version.Id, version.Digest.ToString(), JsonSerializer.Deserialize((string)tags!, DataJson.Default.StringArray)!);
                await _audit.AppendAsync(
                    transaction,
                    new AuditRecord("dataset.removed", "dataset/" + version.Name, JsonSerializer.Serialize(state, DataJson.Default.RemovedState), null, reason),
                    token).ConfigureAwait(false);
                return true;
            },
            CommitDurability.Flushed,
            cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask RequireThereAsync(LifecycleTransaction transaction, DatasetVersion version, CancellationToken cancellationToken)
    {
        object? there = await transaction.ScalarAsync(
            "SELECT 1 FROM data_version WHERE id = $id AND removed_at IS NULL", [("$id", version.Id)], cancellationToken).ConfigureAwait(false);
        if (there is null)
        {
            throw DatasetNotFoundException.Removed(version.Name, version.Number);
        }
    }

    private async ValueTask<bool> SetTagAsync(
        LifecycleTransaction transaction, string name, long number, string tag, DateTimeOffset at, string actor, CancellationToken cancellationToken)
    {
        object? before = await transaction.ScalarAsync(
            "SELECT t.number FROM data_version_tag t JOIN data_dataset d ON d.id = t.dataset WHERE d.name = $name AND t.tag = $tag",
            [("$name", name), ("$tag", tag)],
            cancellationToken).ConfigureAwait(false);
        if (before as long? == number)
        {
            return false;
        }

        await transaction.ExecuteAsync(
            """
            INSERT INTO data_version_tag (dataset, tag, number, set_at, actor)
            VALUES ((SELECT id FROM data_dataset WHERE name = $name), $tag, $number, $at, $actor)
            ON CONFLICT (dataset, tag) DO UPDATE SET number = excluded.number, set_at = excluded.set_at, actor = excluded.actor
            """,
            [("$name", name), ("$tag", tag), ("$number", number), ("$at", at.ToUnixTimeMilliseconds()), ("$actor", actor)],
            cancellationToken).ConfigureAwait(false);
        await _audit.AppendAsync(
            transaction,
            new AuditRecord(
                "dataset.tagged",
                "dataset/" + name,
                before is long old ? JsonSerializer.Serialize(new TaggedState(tag, old), DataJson.Default.TaggedState) : null,
                JsonSerializer.Serialize(new TaggedState(tag, number), DataJson.Default.TaggedState)),
            cancellationToken).ConfigureAwait(false);
        return true;
    }
}

/// <summary>A tag of a dataset.</summary>
/// <param name="Tag">Its name.</param>
/// <param name="Number">The version that has it.</param>
/// <param name="SetAt">Since when.</param>
/// <param name="Actor">Who set it.</param>
public sealed record DatasetTag(string Tag, long Number, DateTimeOffset SetAt, string Actor);
