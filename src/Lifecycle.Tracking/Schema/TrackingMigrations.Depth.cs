namespace Lifecycle.Tracking;

internal static partial class TrackingMigrations
{
    /// <summary>Experiments with tags, what MLflow says of inputs and outputs, logged models before their files, an index for every field of a search.</summary>
    private const string DeeperRuns = """
        ALTER TABLE tracking_experiment ADD COLUMN location TEXT;
        CREATE TABLE tracking_experiment_tag(
            experiment INTEGER NOT NULL,
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY(experiment, key)) STRICT, WITHOUT ROWID;
        CREATE INDEX tracking_experiment_tag_by_value ON tracking_experiment_tag(key, value);

        ALTER TABLE tracking_run ADD COLUMN beat_ms INTEGER;
        ALTER TABLE tracking_run ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX tracking_run_by_user ON tracking_run(experiment, user);
        CREATE INDEX tracking_run_by_status ON tracking_run(experiment, status);
        CREATE INDEX tracking_run_by_end ON tracking_run(experiment, end_ms);
        CREATE INDEX tracking_run_by_duration ON tracking_run(experiment, (end_ms - start_ms));

        ALTER TABLE tracking_metric_latest ADD COLUMN points INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE tracking_metric_latest ADD COLUMN in_time_order INTEGER NOT NULL DEFAULT 0;
        UPDATE tracking_metric_latest SET points =
            (SELECT count(*) FROM tracking_metric_point p WHERE p.run = tracking_metric_latest.run AND p.key = tracking_metric_latest.key);

        ALTER TABLE tracking_dataset ADD COLUMN source_type TEXT;
        ALTER TABLE tracking_dataset ADD COLUMN profile TEXT;
        CREATE INDEX tracking_run_input_by_dataset ON tracking_run_input(dataset);
        CREATE INDEX tracking_run_input_by_context ON tracking_run_input(context);
        CREATE TABLE tracking_run_input_tag(
            run INTEGER NOT NULL,
            n INTEGER NOT NULL,
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY(run, n, key)) STRICT, WITHOUT ROWID;
        CREATE TABLE tracking_run_model_input(
            run INTEGER NOT NULL,
            model TEXT NOT NULL,
            n INTEGER NOT NULL,
            PRIMARY KEY(run, model)) STRICT, WITHOUT ROWID;
        CREATE TABLE tracking_run_output(
            run INTEGER NOT NULL,
            model TEXT NOT NULL,
            n INTEGER NOT NULL,
            step INTEGER NOT NULL,
            PRIMARY KEY(run, model)) STRICT, WITHOUT ROWID;

        CREATE TABLE tracking_logged_model_2(
            id INTEGER PRIMARY KEY,
            experiment INTEGER NOT NULL,
            model_id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            type TEXT NOT NULL DEFAULT '',
            status INTEGER NOT NULL DEFAULT 2,
            run INTEGER REFERENCES tracking_run(id),
            digest TEXT,
            created INTEGER NOT NULL,
            updated INTEGER NOT NULL,
            deleted_at INTEGER) STRICT;
        INSERT INTO tracking_logged_model_2(id, experiment, model_id, name, run, digest, created, updated)
            SELECT id, experiment, model_id, name, run, digest, created, created FROM tracking_logged_model;
        DROP TABLE tracking_logged_model;
        ALTER TABLE tracking_logged_model_2 RENAME TO tracking_logged_model;
        CREATE INDEX tracking_logged_model_by_run ON tracking_logged_model(run);
        CREATE INDEX tracking_logged_model_by_experiment ON tracking_logged_model(experiment, created DESC);
        CREATE TABLE tracking_logged_model_param(
            model INTEGER NOT NULL,
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY(model, key)) STRICT, WITHOUT ROWID;
        CREATE TABLE tracking_logged_model_tag(
            model INTEGER NOT NULL,
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY(model, key)) STRICT, WITHOUT ROWID;
        CREATE TABLE tracking_logged_model_metric(
            model INTEGER NOT NULL,
            key TEXT NOT NULL,
            dataset_name TEXT NOT NULL,
            dataset_digest TEXT NOT NULL,
            run INTEGER NOT NULL,
            step INTEGER NOT NULL,
            ts INTEGER NOT NULL,
            value REAL NOT NULL,
            nan INTEGER NOT NULL,
            PRIMARY KEY(model, key, dataset_name, dataset_digest, run, step, ts, value, nan)) STRICT, WITHOUT ROWID;
        CREATE INDEX tracking_logged_model_metric_by_value ON tracking_logged_model_metric(key, value, model);

        """;

    /// <summary>Versions whose files lie elsewhere, descriptions, tags, stages and approvals.</summary>
    private const string DeeperRegistry = """
        ALTER TABLE tracking_registered_model ADD COLUMN description TEXT;
        CREATE INDEX tracking_registered_model_by_name ON tracking_registered_model(name);
        CREATE INDEX tracking_alias_period_known ON tracking_alias_period(model, alias, valid_from) WHERE superseded_at IS NULL;
        CREATE INDEX tracking_alias_period_lasting ON tracking_alias_period(model, alias, version) WHERE superseded_at IS NULL AND valid_to IS NULL;
        CREATE INDEX tracking_alias_period_by_record ON tracking_alias_period(model, alias, recorded_at);
        CREATE TABLE tracking_registered_model_tag(
            model INTEGER NOT NULL,
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY(model, key)) STRICT, WITHOUT ROWID;

        CREATE TABLE tracking_model_version_2(
            model INTEGER NOT NULL REFERENCES tracking_registered_model(id),
            version INTEGER NOT NULL,
            digest TEXT,
            logged_model TEXT,
            run TEXT,
            source TEXT NOT NULL,
            storage TEXT,
            run_link TEXT NOT NULL DEFAULT '',
            status INTEGER NOT NULL DEFAULT 2,
            description TEXT NOT NULL DEFAULT '',
            created INTEGER NOT NULL,
            created_by TEXT NOT NULL,
            updated INTEGER NOT NULL,
            deleted_at INTEGER,
            deleted_by TEXT,
            PRIMARY KEY(model, version)) STRICT, WITHOUT ROWID;
        INSERT INTO tracking_model_version_2(model, version, digest, logged_model, run, source, created, created_by, updated, deleted_at, deleted_by)
            SELECT model, version, digest, logged_model, run, 'models:/' || logged_model, created, created_by, created, deleted_at, deleted_by
            FROM tracking_model_version;
        DROP TABLE tracking_model_version;
        ALTER TABLE tracking_model_version_2 RENAME TO tracking_model_version;
        CREATE INDEX tracking_model_version_by_run ON tracking_model_version(run);
        CREATE INDEX tracking_model_version_by_update ON tracking_model_version(updated DESC);
        CREATE INDEX tracking_model_version_by_digest ON tracking_model_version(digest);
        CREATE TABLE tracking_model_version_tag(
            model INTEGER NOT NULL,
            version INTEGER NOT NULL,
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY(model, version, key)) STRICT, WITHOUT ROWID;

        CREATE TABLE tracking_stage_period(
            id INTEGER PRIMARY KEY,
            model INTEGER NOT NULL,
            version INTEGER NOT NULL,
            stage INTEGER NOT NULL,
            valid_from INTEGER NOT NULL,
            valid_to INTEGER,
            recorded_at INTEGER NOT NULL,
            superseded_at INTEGER,
            actor TEXT NOT NULL,
            audit_seq INTEGER NOT NULL) STRICT;
        CREATE INDEX tracking_stage_period_by_version ON tracking_stage_period(model, version, valid_from);

        CREATE TABLE tracking_approval(
            id INTEGER PRIMARY KEY,
            model INTEGER NOT NULL,
            version INTEGER NOT NULL,
            alias TEXT NOT NULL,
            digest TEXT NOT NULL,
            evidence TEXT NOT NULL,
            actor TEXT NOT NULL,
            at INTEGER NOT NULL,
            reason TEXT) STRICT;
        CREATE INDEX tracking_approval_by_version ON tracking_approval(model, version, alias);
        """;
}
