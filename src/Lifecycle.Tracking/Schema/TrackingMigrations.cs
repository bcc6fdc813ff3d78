namespace Lifecycle.Tracking;

/// <summary>The tables of tracking, by number. A number that was released is never edited.</summary>
internal static partial class TrackingMigrations
{
    public static MigrationSet All { get; } = new(
        "tracking",
        Migration.Sqlite(1, "experiments-runs-registry", RunTables + RegistryTables),
        Migration.Sqlite(2, "mlflow-stages-approvals", DeeperRuns + DeeperRegistry));

    private const string RunTables = """
        CREATE TABLE tracking_experiment(
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            stage INTEGER NOT NULL,
            created INTEGER NOT NULL,
            updated INTEGER NOT NULL) STRICT;
        INSERT INTO tracking_experiment(id, name, stage, created, updated) VALUES(0, 'Default', 1, unixepoch() * 1000, unixepoch() * 1000);

        CREATE TABLE tracking_key(
            id INTEGER PRIMARY KEY,
            kind INTEGER NOT NULL,
            text TEXT NOT NULL,
            UNIQUE(kind, text)) STRICT;

        CREATE TABLE tracking_run(
            id INTEGER PRIMARY KEY,
            run_id TEXT NOT NULL UNIQUE,
            experiment INTEGER NOT NULL REFERENCES tracking_experiment(id),
            stage INTEGER NOT NULL,
            deleted_with_experiment INTEGER NOT NULL DEFAULT 0,
            status INTEGER NOT NULL,
            start_ms INTEGER NOT NULL,
            end_ms INTEGER,
            name TEXT NOT NULL,
            user TEXT NOT NULL,
            owner TEXT) STRICT;
        CREATE INDEX tracking_run_by_start ON tracking_run(experiment, stage, start_ms DESC, run_id);
        CREATE INDEX tracking_run_by_name ON tracking_run(experiment, name);
        CREATE INDEX tracking_run_open ON tracking_run(status) WHERE status = 1;

        CREATE TABLE tracking_metric_point(
            run INTEGER NOT NULL,
            key INTEGER NOT NULL,
            step INTEGER NOT NULL,
            ts INTEGER NOT NULL,
            value REAL NOT NULL,
            nan INTEGER NOT NULL,
            PRIMARY KEY(run, key, step, ts, value, nan)) STRICT, WITHOUT ROWID;

        CREATE TABLE tracking_metric_latest(
            run INTEGER NOT NULL,
            key INTEGER NOT NULL,
            experiment INTEGER NOT NULL,
            value REAL NOT NULL,
            nan INTEGER NOT NULL,
            step INTEGER NOT NULL,
            ts INTEGER NOT NULL,
            PRIMARY KEY(run, key)) STRICT, WITHOUT ROWID;
        CREATE INDEX tracking_metric_latest_by_value ON tracking_metric_latest(experiment, key, nan, value, run);

        CREATE TABLE tracking_param(
            run INTEGER NOT NULL,
            key INTEGER NOT NULL,
            experiment INTEGER NOT NULL,
            head TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY(run, key)) STRICT, WITHOUT ROWID;
        CREATE INDEX tracking_param_by_head ON tracking_param(experiment, key, head, run);

        CREATE TABLE tracking_tag(
            run INTEGER NOT NULL,
            key INTEGER NOT NULL,
            experiment INTEGER NOT NULL,
            head TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY(run, key)) STRICT, WITHOUT ROWID;
        CREATE INDEX tracking_tag_by_head ON tracking_tag(experiment, key, head, run);

        CREATE TABLE tracking_dataset(
            id INTEGER PRIMARY KEY,
            experiment INTEGER NOT NULL,
            name TEXT NOT NULL,
            digest TEXT NOT NULL,
            source_hash TEXT NOT NULL,
            version TEXT,
            source TEXT,
            rows INTEGER,
            schema TEXT,
            UNIQUE(experiment, name, digest, source_hash)) STRICT;
        CREATE INDEX tracking_dataset_by_digest ON tracking_dataset(experiment, digest);

        CREATE TABLE tracking_run_input(
            run INTEGER NOT NULL,
            n INTEGER NOT NULL,
            dataset INTEGER NOT NULL REFERENCES tracking_dataset(id),
            context TEXT NOT NULL,
            PRIMARY KEY(run, n),
            UNIQUE(run, dataset, context)) STRICT, WITHOUT ROWID;

        CREATE TABLE tracking_artifact(
            owner_kind INTEGER NOT NULL,
            owner INTEGER NOT NULL,
            path TEXT NOT NULL,
            digest TEXT NOT NULL,
            size INTEGER NOT NULL,
            created INTEGER NOT NULL,
            PRIMARY KEY(owner_kind, owner, path)) STRICT, WITHOUT ROWID;
        CREATE INDEX tracking_artifact_by_digest ON tracking_artifact(digest);

        CREATE TABLE tracking_logged_model(
            id INTEGER PRIMARY KEY,
            experiment INTEGER NOT NULL,
            model_id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            run INTEGER NOT NULL REFERENCES tracking_run(id),
            digest TEXT NOT NULL,
            created INTEGER NOT NULL) STRICT;
        CREATE INDEX tracking_logged_model_by_run ON tracking_logged_model(run);

        CREATE TABLE tracking_journal_position(
            writer TEXT NOT NULL,
            segment INTEGER NOT NULL,
            offset INTEGER NOT NULL,
            PRIMARY KEY(writer, segment)) STRICT, WITHOUT ROWID;

        CREATE TABLE tracking_run_problem(
            run INTEGER NOT NULL,
            n INTEGER NOT NULL,
            reason TEXT NOT NULL,
            subject TEXT NOT NULL,
            text TEXT NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY(run, n)) STRICT, WITHOUT ROWID;

        """;

    private const string RegistryTables = """
        CREATE TABLE tracking_registered_model(
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            revision INTEGER NOT NULL,
            created INTEGER NOT NULL,
            updated INTEGER NOT NULL,
            ended INTEGER) STRICT;
        CREATE UNIQUE INDEX tracking_registered_model_living ON tracking_registered_model(name) WHERE ended IS NULL;

        CREATE TABLE tracking_model_version(
            model INTEGER NOT NULL REFERENCES tracking_registered_model(id),
            version INTEGER NOT NULL,
            digest TEXT NOT NULL,
            logged_model TEXT NOT NULL,
            run TEXT NOT NULL,
            created INTEGER NOT NULL,
            created_by TEXT NOT NULL,
            deleted_at INTEGER,
            deleted_by TEXT,
            PRIMARY KEY(model, version)) STRICT, WITHOUT ROWID;

        CREATE TABLE tracking_evidence(
            id INTEGER PRIMARY KEY,
            model INTEGER NOT NULL,
            version INTEGER NOT NULL,
            kind TEXT NOT NULL,
            digest TEXT NOT NULL,
            subject TEXT NOT NULL,
            verdict INTEGER NOT NULL,
            at INTEGER NOT NULL,
            actor TEXT NOT NULL) STRICT;
        CREATE INDEX tracking_evidence_by_version ON tracking_evidence(model, version);

        CREATE TABLE tracking_alias_protection(
            model INTEGER NOT NULL,
            alias TEXT NOT NULL,
            evidence TEXT NOT NULL,
            PRIMARY KEY(model, alias, evidence)) STRICT, WITHOUT ROWID;

        CREATE TABLE tracking_alias_period(
            id INTEGER PRIMARY KEY,
            model INTEGER NOT NULL,
            alias TEXT NOT NULL,
            version INTEGER,
            valid_from INTEGER NOT NULL,
            valid_to INTEGER,
            recorded_at INTEGER NOT NULL,
            superseded_at INTEGER,
            kind INTEGER NOT NULL,
            actor TEXT NOT NULL,
            reason TEXT,
            audit_seq INTEGER NOT NULL) STRICT;
        CREATE INDEX tracking_alias_period_by_time ON tracking_alias_period(model, alias, valid_from);
        """;
}
