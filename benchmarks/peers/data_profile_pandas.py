"""Profile of a CSV as one writes it with pandas: read, describe, distinct values, missing values."""
import sys
import time

try:
    import pandas as pd
except ImportError:
    print("missing", flush=True)
    sys.exit(1)

path = sys.argv[1]


def profile():
    frame = pd.read_csv(path)
    return frame.describe(include="all"), frame.nunique(), frame.isna().sum()


profile()
print("ready pandas", pd.__version__, flush=True)
for _ in sys.stdin:
    started = time.perf_counter()
    profile()
    print(time.perf_counter() - started, flush=True)
