"""numpy and scipy at the same work: `ks` two-sample Kolmogorov-Smirnov of 1M + 1M values, `psi` counts of 1M values in 10 bins with PSI
(doubles, numpy's own type), `psi32` the same on float32, for which numpy sorts with SIMD."""
import sys
import time

try:
    import numpy as np
    import scipy
    from scipy import stats
except ImportError:
    print("missing", flush=True)
    sys.exit(1)

N = 1_000_000
rng = np.random.default_rng(1)
reference = rng.standard_normal(N).astype(np.float32)
current = (rng.standard_normal(N) + 0.05).astype(np.float32)
edges = np.quantile(reference, np.linspace(0, 1, 11))
edges[0], edges[-1] = -np.inf, np.inf
expected = np.histogram(reference, edges)[0] / N
a64, b64 = reference.astype(np.float64), current.astype(np.float64)


def ks():
    return stats.ks_2samp(a64, b64).pvalue


def psi(values=None):
    actual = np.histogram(b64 if values is None else values, edges)[0] / N
    return float(np.sum((actual - expected) * np.log(actual / expected)))


work = {"ks": ks, "psi": psi, "psi32": lambda: psi(current)}[sys.argv[1]]
work()
print("ready", "numpy", np.__version__, "scipy", scipy.__version__, flush=True)
for _ in sys.stdin:
    started = time.perf_counter()
    work()
    print(time.perf_counter() - started, flush=True)
