namespace Lifecycle.Drift;

/// <summary>The tables of this feature. Times are UTC ticks, digests 32 bytes, probabilities natural logarithms.</summary>
internal static class DriftMigrations
{
    public static MigrationSet Set { get; } = new(
        "drift",
        Migration.Sqlite(1, "windows", """
            CREATE TABLE drift_reference (
                id INTEGER PRIMARY KEY,
                model TEXT NOT NULL,
                version TEXT NOT NULL,
                digest BLOB NOT NULL,
                created INTEGER NOT NULL,
                actor TEXT NOT NULL,
                UNIQUE (model, version, digest)
            ) STRICT;
            CREATE TABLE drift_window (
                id TEXT PRIMARY KEY,
                monitor TEXT NOT NULL,
                model TEXT NOT NULL,
                version TEXT NOT NULL,
                opened INTEGER NOT NULL,
                closed INTEGER NOT NULL,
                rows INTEGER NOT NULL,
                report BLOB NOT NULL,
                has_drift INTEGER NOT NULL,
                too_small INTEGER NOT NULL,
                gap INTEGER NOT NULL DEFAULT 0
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX drift_window_by_model ON drift_window (model, closed);
            CREATE TABLE drift_finding (
                window TEXT NOT NULL REFERENCES drift_window (id) ON DELETE CASCADE,
                column_name TEXT NOT NULL,
                verdict TEXT NOT NULL,
                ln_p REAL NOT NULL,
                ln_adjusted_p REAL NOT NULL,
                effect TEXT NOT NULL,
                effect_value REAL NOT NULL,
                PRIMARY KEY (window, column_name)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE drift_alert (
                id INTEGER PRIMARY KEY,
                alert TEXT NOT NULL,
                monitor TEXT NOT NULL,
                model TEXT NOT NULL,
                version TEXT NOT NULL,
                column_name TEXT NOT NULL,
                rule TEXT NOT NULL,
                state TEXT NOT NULL,
                before TEXT NOT NULL,
                changed INTEGER NOT NULL,
                raised INTEGER,
                cleared INTEGER,
                suppressed INTEGER NOT NULL,
                suppressed_before INTEGER NOT NULL,
                summary TEXT NOT NULL,
                acknowledged_by TEXT
            ) STRICT;
            CREATE INDEX drift_alert_by_model ON drift_alert (model, id);
            """),
        Migration.Sqlite(2, "monitors", """
            CREATE TABLE drift_monitor (
                id INTEGER PRIMARY KEY,
                model TEXT NOT NULL,
                version TEXT NOT NULL,
                monitor TEXT NOT NULL,
                owner TEXT,
                reference BLOB NOT NULL,
                saved INTEGER NOT NULL,
                state BLOB NOT NULL
            ) STRICT;
            CREATE INDEX drift_monitor_by_name ON drift_monitor (model, version, monitor);
            CREATE INDEX drift_monitor_by_owner ON drift_monitor (owner);
            CREATE TABLE drift_alert_state (
                model TEXT NOT NULL,
                version TEXT NOT NULL,
                monitor TEXT NOT NULL,
                state TEXT NOT NULL,
                PRIMARY KEY (model, version, monitor)
            ) STRICT, WITHOUT ROWID;
            ALTER TABLE drift_alert ADD COLUMN acknowledged INTEGER;
            CREATE INDEX drift_alert_by_alert ON drift_alert (alert, id);
            CREATE INDEX drift_window_by_closed ON drift_window (closed);
            """),
        Migration.Sqlite(3, "performance", """
            CREATE TABLE drift_performance_monitor (
                id INTEGER PRIMARY KEY,
                model TEXT NOT NULL,
                version TEXT NOT NULL,
                monitor TEXT NOT NULL,
                UNIQUE (model, version, monitor)
            ) STRICT;
            CREATE TABLE drift_performance (
                monitor INTEGER NOT NULL REFERENCES drift_performance_monitor (id) ON DELETE CASCADE,
                window INTEGER NOT NULL,
                opened INTEGER NOT NULL,
                closed INTEGER,
                rows INTEGER NOT NULL,
                too_small INTEGER NOT NULL,
                is_final INTEGER NOT NULL,
                told TEXT NOT NULL,
                point BLOB,
                PRIMARY KEY (monitor, window)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE drift_prediction (
                monitor INTEGER NOT NULL REFERENCES drift_performance_monitor (id) ON DELETE CASCADE,
                window INTEGER NOT NULL,
                id INTEGER NOT NULL,
                score REAL NOT NULL,
                predicted INTEGER NOT NULL,
                at INTEGER,
                actual INTEGER,
                delay INTEGER NOT NULL,
                PRIMARY KEY (monitor, window, id)
            ) STRICT, WITHOUT ROWID;
            """),
        Migration.Sqlite(4, "performance holders", """
            ALTER TABLE drift_performance_monitor ADD COLUMN owner TEXT;
            ALTER TABLE drift_performance_monitor ADD COLUMN since INTEGER;
            ALTER TABLE drift_performance_monitor ADD COLUMN heard INTEGER;
            CREATE INDEX drift_performance_by_closed ON drift_performance (closed);
            """));
}
