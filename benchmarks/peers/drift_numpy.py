"""numpy at the work of the bins group, one million doubles a sample (numpy's own type): `bin10` counts in 10 bins with explicit edges;
`psi` the calls that Evidently makes for its population stability index: Sturges edges over both samples, two histograms, shares, logs."""
import sys
import time

try:
    import numpy as np
    import pandas as pd
except ImportError:
    print("missing", flush=True)
    sys.exit(1)

N = 1_000_000
rng = np.random.default_rng(1)
reference = pd.Series(rng.standard_normal(N))
current = pd.Series(rng.standard_normal(N) + 0.05)
values = current.to_numpy()
edges = np.quantile(reference, np.linspace(0, 1, 11))
edges[0], edges[-1] = -np.inf, np.inf


def bin10():
    return np.histogram(values, edges)[0]


def psi():
    """One column: the number of distinct values decides that it is cut, then bins over the union."""
    cut = reference.nunique() > 20
    bins = np.histogram_bin_edges(pd.concat([reference, current], axis=0).values, bins="sturges") if cut else edges
    expected = np.histogram(reference, bins)[0] / len(reference)
    actual = np.histogram(current, bins)[0] / len(current)
    np.place(expected, expected == 0, 0.0001)
    np.place(actual, actual == 0, 0.0001)
    return float(np.sum((expected - actual) * np.log(expected / actual)))


work = {"bin10": bin10, "psi": psi}[sys.argv[1]]
work()
print("ready", "numpy", np.__version__, "pandas", pd.__version__, flush=True)
for _ in sys.stdin:
    started = time.perf_counter()
    work()
    print(time.perf_counter() - started, flush=True)
