"""MLflow 3.6's search of runs as SQL alone: tables with its columns, keys and indexes in sqlite3, 10,000 runs x (10 metrics, 10 params, 5 tags), the statements of
one page of 100 and its three detail loads. No ORM and no JSON, so it flatters MLflow. The argument says which search: default, metric_filter, three_clauses,
order_metric, deep_page."""
import random
import sqlite3
import sys
import time

RUNS = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
db = sqlite3.connect(":memory:" if len(sys.argv) < 4 else sys.argv[3])
db.executescript("""
CREATE TABLE experiments(experiment_id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(256) NOT NULL UNIQUE, artifact_location VARCHAR(256), lifecycle_stage VARCHAR(32),
    creation_time BIGINT, last_update_time BIGINT);
CREATE TABLE runs(run_uuid VARCHAR(32) NOT NULL PRIMARY KEY, name VARCHAR(250), source_type VARCHAR(20), source_name VARCHAR(500), entry_point_name VARCHAR(50),
    user_id VARCHAR(256), status VARCHAR(9), start_time BIGINT, end_time BIGINT, source_version VARCHAR(50), lifecycle_stage VARCHAR(20), artifact_uri VARCHAR(200),
    experiment_id INTEGER, deleted_time BIGINT, FOREIGN KEY(experiment_id) REFERENCES experiments(experiment_id));
CREATE TABLE latest_metrics(key VARCHAR(250) NOT NULL, value FLOAT NOT NULL, timestamp BIGINT, step BIGINT NOT NULL, is_nan BOOLEAN NOT NULL, run_uuid VARCHAR(32) NOT NULL,
    PRIMARY KEY(key, run_uuid), FOREIGN KEY(run_uuid) REFERENCES runs(run_uuid));
CREATE INDEX index_latest_metrics_run_uuid ON latest_metrics(run_uuid);
CREATE TABLE params(key VARCHAR(250) NOT NULL, value VARCHAR(8000) NOT NULL, run_uuid VARCHAR(32) NOT NULL, PRIMARY KEY(key, run_uuid),
    FOREIGN KEY(run_uuid) REFERENCES runs(run_uuid));
CREATE INDEX index_params_run_uuid ON params(run_uuid);
CREATE TABLE tags(key VARCHAR(250) NOT NULL, value VARCHAR(8000), run_uuid VARCHAR(32) NOT NULL, PRIMARY KEY(key, run_uuid),
    FOREIGN KEY(run_uuid) REFERENCES runs(run_uuid));
CREATE INDEX index_tags_run_uuid ON tags(run_uuid);
""")
rng = random.Random(1)
db.execute("INSERT INTO experiments VALUES(1, 'mortgage', 'mlflow-artifacts:/1', 'active', 0, 0)")
for i in range(RUNS):
    run = f"{rng.getrandbits(128):032x}"
    start = 1_770_000_000_000 + i * 1000
    db.execute("INSERT INTO runs VALUES(?,?,'UNKNOWN','','','ada','FINISHED',?,?,'','active',?,1,NULL)",
               (run, f"run-{i}", start, start + 500, f"mlflow-artifacts:/1/{run}/artifacts"))
    db.executemany("INSERT INTO latest_metrics VALUES(?,?,?,?,0,?)", [(f"m{k}", rng.random(), start, 10, run) for k in range(10)])
    db.executemany("INSERT INTO params VALUES(?,?,?)", [(f"p{k}", f"v{(i * (k + 7)) % (2 + k)}", run) for k in range(10)])
    db.executemany("INSERT INTO tags VALUES(?,?,?)", [(f"t{k}", f"w{(i * (k + 3)) % (3 + k)}", run) for k in range(5)])
db.commit()

COLUMNS = """runs.run_uuid, runs.name, runs.source_type, runs.source_name, runs.entry_point_name, runs.user_id, runs.status, runs.start_time, runs.end_time,
    runs.deleted_time, runs.source_version, runs.lifecycle_stage, runs.artifact_uri, runs.experiment_id"""
METRIC = "JOIN (SELECT * FROM latest_metrics WHERE latest_metrics.key = 'm1' AND latest_metrics.value > 0.9) AS a ON runs.run_uuid = a.run_uuid"
PARAM = "JOIN (SELECT * FROM params WHERE params.key = 'p1' AND params.value = 'v1') AS b ON runs.run_uuid = b.run_uuid"
TAG = "JOIN (SELECT * FROM tags WHERE tags.key = 't1' AND tags.value = 'w1') AS c ON runs.run_uuid = c.run_uuid"
ORDERED = "LEFT OUTER JOIN (SELECT * FROM latest_metrics WHERE latest_metrics.key = 'm1') AS o ON runs.run_uuid = o.run_uuid"
WHERE = "WHERE runs.experiment_id IN (1) AND runs.lifecycle_stage IN ('active')"
TIME = "runs.start_time DESC, runs.run_uuid"
RANK = "CASE WHEN (o.is_nan = 1) THEN 1 WHEN (o.value IS NULL) THEN 2 ELSE 0 END"


def page(joins, order, offset=0):
    return f"SELECT DISTINCT {COLUMNS}{', ' + RANK + ' AS clause_1, o.value' if 'AS o' in joins else ''} FROM runs {joins} {WHERE} ORDER BY {order} LIMIT 100 OFFSET {offset}"


statement = {
    "default": page("", TIME),
    "metric_filter": page(METRIC, TIME),
    "three_clauses": page(f"{METRIC} {PARAM} {TAG}", TIME),
    "order_metric": page(ORDERED, f"{RANK}, o.value DESC, {TIME}"),
    "deep_page": page("", TIME, 9_800),
}[sys.argv[1]]


def work():
    rows = db.execute(statement).fetchall()
    ids = [row[0] for row in rows]
    marks = ",".join("?" * len(ids))
    metrics = db.execute(f"SELECT run_uuid, key, value, timestamp, step, is_nan FROM latest_metrics WHERE run_uuid IN ({marks})", ids).fetchall()
    params = db.execute(f"SELECT run_uuid, key, value FROM params WHERE run_uuid IN ({marks})", ids).fetchall()
    tags = db.execute(f"SELECT run_uuid, key, value FROM tags WHERE run_uuid IN ({marks})", ids).fetchall()
    return len(rows) + len(metrics) + len(params) + len(tags)


work()
print("ready", "python", sys.version.split()[0], "sqlite", sqlite3.sqlite_version, flush=True)
for _ in sys.stdin:
    started = time.perf_counter()
    work()
    print(time.perf_counter() - started, flush=True)
