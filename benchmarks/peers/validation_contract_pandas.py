"""pandas at ten ranges over ten columns of one million doubles: `Series.between` and the number of rows outside."""
import sys
import time

try:
    import numpy as np
    import pandas as pd
except ImportError:
    print("missing", flush=True)
    sys.exit(1)

rng = np.random.default_rng(1)
table = pd.DataFrame({f"c{i}": rng.random(1_000_000) for i in range(10)})


def work():
    return sum(int((~table[name].between(0.0, 1.0)).sum()) for name in table.columns)


if work() != 0:
    sys.exit(1)
print("ready", "numpy", np.__version__, "pandas", pd.__version__, flush=True)
for _ in sys.stdin:
    started = time.perf_counter()
    work()
    print(time.perf_counter() - started, flush=True)
