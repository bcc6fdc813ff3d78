"""pandas at one million different text objects of ten groups: `factorize` and `bincount` over group, label and prediction."""
import sys
import time

try:
    import numpy as np
    import pandas as pd
except ImportError:
    print("missing", flush=True)
    sys.exit(1)

rng = np.random.default_rng(1)
rows = 1_000_000
drawn = rng.choice(10, rows, p=[.30, .20, .15, .10, .08, .06, .04, .03, .02, .02])
texts = np.array(["".join(["group ", str(g)]) for g in drawn], dtype=object)
labels = rng.random(rows) < 0.24
predictions = rng.random(rows) < 0.2 + 0.3 * labels


def work():
    codes, names = pd.factorize(texts)
    return np.bincount(codes * 4 + labels * 2 + predictions, minlength=4 * len(names))


if work().sum() != rows:
    sys.exit(1)
print("ready", "numpy", np.__version__, "pandas", pd.__version__, flush=True)
for _ in sys.stdin:
    started = time.perf_counter()
    work()
    print(time.perf_counter() - started, flush=True)
