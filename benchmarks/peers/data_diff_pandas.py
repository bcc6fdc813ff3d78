"""Keyed row diff of two CSV files as one writes it with pandas: read both, outer merge, compare column by column."""
import sys
import time

try:
    import pandas as pd
except ImportError:
    print("missing", flush=True)
    sys.exit(1)

old_path, new_path, key = sys.argv[1:4]


def diff():
    old = pd.read_csv(old_path)
    new = pd.read_csv(new_path)
    both = old.merge(new, how="outer", on=key, suffixes=("_old", "_new"), indicator=True)
    added = int((both["_merge"] == "right_only").sum())
    removed = int((both["_merge"] == "left_only").sum())
    common = both[both["_merge"] == "both"]
    changed = None
    for column in old.columns:
        if column != key:
            left, right = common[column + "_old"], common[column + "_new"]
            differs = ~((left == right) | (left.isna() & right.isna()))
            changed = differs if changed is None else changed | differs
    return added, removed, int(changed.sum())


result = diff()
print("ready pandas", pd.__version__, *result, flush=True)
for _ in sys.stdin:
    started = time.perf_counter()
    diff()
    print(time.perf_counter() - started, flush=True)
