"""The scipy, numpy and pandas calls that Evidently makes for a numeric column with its defaults, without its own code: the Wasserstein
distance of all rows divided by the reference's standard deviation, the histograms of both samples on common bins for the figure, and the
summary of both columns. 1M + 1M values, N(0, 1) and N(.05, 1), doubles in pandas columns."""
import sys
import time

try:
    import numpy as np
    import pandas as pd
    import scipy
    from scipy import stats
except ImportError:
    print("missing", flush=True)
    sys.exit(1)

N = 1_000_000
rng = np.random.default_rng(1)
reference = pd.Series(rng.standard_normal(N))
current = pd.Series(rng.standard_normal(N) + 0.05)


def summary(column):
    clean = column.replace([np.inf, -np.inf], np.nan).dropna()
    quantiles = clean.quantile([0.25, 0.5, 0.75])
    common = column.value_counts(dropna=False).head(1)
    return column.nunique(), column.isnull().sum(), clean.mean(), clean.std(), clean.min(), clean.max(), quantiles, common


def numeric_column():
    norm = max(np.std(reference), 0.001)
    distance = stats.wasserstein_distance(reference, current) / norm
    bins = np.histogram_bin_edges(np.concatenate((reference, current)), bins="sturges")
    shapes = np.histogram(reference, bins, density=True), np.histogram(current, bins, density=True)
    return distance, shapes, summary(reference), summary(current)


def default_test():
    """The distance and the two histograms alone, what its default drift test of a numeric column needs at the least."""
    norm = max(np.std(reference), 0.001)
    distance = stats.wasserstein_distance(reference, current) / norm
    bins = np.histogram_bin_edges(np.concatenate((reference, current)), bins="sturges")
    return distance, np.histogram(reference, bins, density=True), np.histogram(current, bins, density=True)


work = {"column": numeric_column, "test": default_test}[sys.argv[1] if len(sys.argv) > 1 else "column"]
work()
print("ready", "numpy", np.__version__, "scipy", scipy.__version__, "pandas", pd.__version__, flush=True)
for _ in sys.stdin:
    started = time.perf_counter()
    work()
    print(time.perf_counter() - started, flush=True)
