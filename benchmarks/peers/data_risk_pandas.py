"""Disclosure risk of a table in memory as one writes it with pandas: class sizes, distinct sensitive values, greatest distance of shares."""
import sys
import time

try:
    import pandas as pd
except ImportError:
    print("missing", flush=True)
    sys.exit(1)

path, sensitive, *quasi = sys.argv[1:]
frame = pd.read_csv(path, usecols=[*quasi, sensitive], dtype=str)


def risk():
    groups = frame.groupby(quasi, dropna=False, sort=False)
    sizes = groups.size()
    distinct = groups[sensitive].nunique()
    whole = frame[sensitive].value_counts(normalize=True)
    shares = frame.groupby([*quasi, sensitive], dropna=False, sort=False).size().unstack(fill_value=0)
    shares = shares.div(shares.sum(axis=1), axis=0)
    t = (shares - whole).abs().sum(axis=1).max() / 2
    return int(sizes.min()), int(distinct.min()), float(t)


result = risk()
print("ready pandas", pd.__version__, *result, flush=True)
for _ in sys.stdin:
    started = time.perf_counter()
    risk()
    print(time.perf_counter() - started, flush=True)
