using System.Data.Common;

namespace Lifecycle.Data;

/// <summary>The tables of datasets and how a row becomes a version.</summary>
internal static class DatasetTables
{
    public const string VersionColumns =
        "d.name, v.number, v.id, v.digest, v.record, v.parent, v.files, v.bytes, v.rows, v.tables, v.created, v.actor, v.message, v.profile, v.removed_at";

    public const string VersionsOfDataset = "FROM data_version v JOIN data_dataset d ON d.id = v.dataset";

    public static MigrationSet Migrations { get; } = new("data", Migration.Sqlite(1, "datasets", """
        CREATE TABLE data_dataset (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE COLLATE NOCASE,
            created INTEGER NOT NULL,
            actor TEXT NOT NULL,
            description TEXT,
            key_columns TEXT) STRICT;
        CREATE TABLE data_version (
            dataset INTEGER NOT NULL REFERENCES data_dataset (id),
            number INTEGER NOT NULL,
            id TEXT NOT NULL UNIQUE,
            digest TEXT NOT NULL,
            record TEXT NOT NULL,
            parent TEXT,
            files INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            rows INTEGER,
            tables TEXT,
            profile TEXT,
            created INTEGER NOT NULL,
            actor TEXT NOT NULL,
            message TEXT,
            removed_at INTEGER,
            PRIMARY KEY (dataset, number)) STRICT;
        CREATE INDEX data_version_digest ON data_version (digest);
        CREATE TABLE data_split (
            digest TEXT PRIMARY KEY,
            version TEXT NOT NULL REFERENCES data_version (id),
            created INTEGER NOT NULL,
            actor TEXT NOT NULL) STRICT;
        CREATE TABLE data_lineage_edge (
            from_kind TEXT NOT NULL,
            from_id TEXT NOT NULL,
            relation TEXT NOT NULL,
            to_kind TEXT NOT NULL,
            to_id TEXT NOT NULL,
            at INTEGER NOT NULL,
            actor TEXT NOT NULL,
            PRIMARY KEY (from_kind, from_id, relation, to_kind, to_id)) STRICT, WITHOUT ROWID;
        CREATE INDEX data_lineage_edge_to ON data_lineage_edge (to_kind, to_id);
        """), Migration.Sqlite(2, "tags-workspaces-and-hashes", """
        ALTER TABLE data_version ADD COLUMN removed_reason TEXT;
        CREATE TABLE data_version_blob (
            version TEXT NOT NULL REFERENCES data_version (id),
            role TEXT NOT NULL,
            digest TEXT NOT NULL,
            PRIMARY KEY (version, role)) STRICT, WITHOUT ROWID;
        CREATE TABLE data_version_tag (
            dataset INTEGER NOT NULL REFERENCES data_dataset (id),
            tag TEXT NOT NULL,
            number INTEGER NOT NULL,
            set_at INTEGER NOT NULL,
            actor TEXT NOT NULL,
            PRIMARY KEY (dataset, tag)) STRICT, WITHOUT ROWID;
        CREATE TABLE data_workspace (
            machine TEXT NOT NULL,
            path TEXT NOT NULL,
            dataset TEXT NOT NULL,
            number INTEGER,
            include TEXT,
            placing TEXT,
            stamps BLOB,
            PRIMARY KEY (machine, path)) STRICT;
        CREATE TABLE data_file_hash (
            sha256 TEXT PRIMARY KEY,
            md5 TEXT,
            md5_dos2unix TEXT,
            length INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        """), Migration.Sqlite(3, "whole-edges-in-the-index", """
        DROP INDEX data_lineage_edge_to;
        CREATE INDEX data_lineage_edge_to ON data_lineage_edge (to_kind, to_id, from_kind, from_id, relation, at, actor);
        """));

    /// <summary>Reads <see cref="VersionColumns"/>.</summary>
    public static VersionRow Read(DbDataReader row) => new(
        row.GetString(0),
        row.GetInt64(1),
        row.GetString(2),
        Digest.Parse(row.GetString(3)),
        Digest.Parse(row.GetString(4)),
        row.IsDBNull(5) ? null : row.GetString(5),
        row.GetInt64(6),
        row.GetInt64(7),
        row.IsDBNull(8) ? null : row.GetInt64(8),
        row.IsDBNull(9) ? null : row.GetString(9),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(10)),
        row.GetString(11),
        row.IsDBNull(12) ? null : row.GetString(12))
    {
        Profile = row.IsDBNull(13) ? null : Digest.Parse(row.GetString(13)),
        IsRemoved = !row.IsDBNull(14),
    };

    /// <summary>Inserts edges that are not there yet.</summary>
    public static async ValueTask InsertEdgesAsync(LifecycleTransaction transaction, IReadOnlyList<LineageEdge> edges, CancellationToken cancellationToken)
    {
        foreach (LineageEdge edge in edges)
        {
            await transaction.ExecuteAsync(
                """
                INSERT INTO data_lineage_edge (from_kind, from_id, relation, to_kind, to_id, at, actor)
                VALUES ($from_kind, $from_id, $relation, $to_kind, $to_id, $at, $actor) ON CONFLICT DO NOTHING
                """,
                [
                    ("$from_kind", edge.From.Kind), ("$from_id", edge.From.Id), ("$relation", edge.Relation), ("$to_kind", edge.To.Kind),
                    ("$to_id", edge.To.Id), ("$at", edge.At.ToUnixTimeMilliseconds()), ("$actor", edge.Actor),
                ],
                cancellationToken).ConfigureAwait(false);
        }
    }
}

/// <summary>A row of <c>data_version</c> with the name of its dataset.</summary>
internal sealed record VersionRow(
    string Name,
    long Number,
    string Id,
    Digest Digest,
    Digest Record,
    string? Parent,
    long Files,
    long Bytes,
    long? Rows,
    string? Tables,
    DateTimeOffset At,
    string Actor,
    string? Message)
{
    /// <summary>The profile that was made with the commit.</summary>
    public Digest? Profile { get; init; }

    public bool IsRemoved { get; init; }
}
