namespace Lifecycle.Serving;

/// <summary>The tables of this feature. Times are UTC ticks, ids 32 hex digits, digests 32 bytes.</summary>
internal static class ServingSchema
{
    public static MigrationSet Set { get; } = new(
        "serving",
        Migration.Sqlite(1, "inference-log", """
            CREATE TABLE serving_log_segment (
                id TEXT PRIMARY KEY,
                model TEXT NOT NULL,
                first_id TEXT NOT NULL,
                last_id TEXT NOT NULL,
                first_at INTEGER NOT NULL,
                last_at INTEGER NOT NULL,
                rows INTEGER NOT NULL,
                bytes INTEGER NOT NULL,
                digest BLOB NOT NULL,
                sealed INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX serving_log_segment_by_model ON serving_log_segment (model, first_id);
            CREATE TABLE serving_feedback (
                model TEXT NOT NULL,
                request TEXT NOT NULL,
                sequence INTEGER NOT NULL,
                at INTEGER NOT NULL,
                actor TEXT NOT NULL,
                outcome TEXT NOT NULL,
                PRIMARY KEY (model, request, sequence)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX serving_feedback_by_time ON serving_feedback (model, at);
            """),
        Migration.Sqlite(2, "deployment", """
            CREATE TABLE serving_deployment (
                model TEXT NOT NULL PRIMARY KEY,
                revision INTEGER NOT NULL,
                body TEXT,
                buckets BLOB CHECK (length(buckets) = 10000),
                changed_at INTEGER NOT NULL,
                actor TEXT NOT NULL
            ) STRICT;
            """));
}
