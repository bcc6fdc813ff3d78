"""Peer of the drain: metric points into the same table with sqlite3's executemany, 4,096 rows a transaction, in write-ahead mode without a flush at every commit.
The rows are made and sorted outside the time, which flatters Python. Arguments: a folder for the database, the number of points."""
import os
import platform
import sqlite3
import sys
import time

folder, points = sys.argv[1], int(sys.argv[2])
KEYS, ROWS = 10, 4_096
print("ready", "python", platform.python_version(), "sqlite", sqlite3.sqlite_version, flush=True)
for line in sys.stdin:
    if line.strip() != "go":
        break
    file = os.path.join(folder, "points.db")
    db = sqlite3.connect(file, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("""CREATE TABLE tracking_metric_point(run INTEGER NOT NULL, key INTEGER NOT NULL, step INTEGER NOT NULL, ts INTEGER NOT NULL, value REAL NOT NULL,
        nan INTEGER NOT NULL, PRIMARY KEY(run, key, step, ts, value, nan)) STRICT, WITHOUT ROWID""")
    seconds = 0.0
    for first in range(0, points, ROWS):
        rows = sorted((1, 1000 + i % KEYS, i, 1_770_000_000_000 + i // 100, float(i), 0) for i in range(first, min(first + ROWS, points)))
        started = time.perf_counter()
        db.execute("BEGIN IMMEDIATE")
        db.executemany("INSERT OR IGNORE INTO tracking_metric_point VALUES(?,?,?,?,?,?)", rows)
        db.execute("COMMIT")
        seconds += time.perf_counter() - started
    db.close()
    for name in os.listdir(folder):
        os.remove(os.path.join(folder, name))
    print(seconds, flush=True)
