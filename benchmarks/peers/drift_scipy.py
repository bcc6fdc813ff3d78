"""scipy at the two-sample tests of the drift group: 1M + 1M values, N(0, 1) and N(.05, 1), doubles, scipy's own type. `six` is
Kolmogorov-Smirnov, Wasserstein, energy distance, Cramer-von Mises and Mann-Whitney; each of the others is one of them."""
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
reference = rng.standard_normal(N)
current = rng.standard_normal(N) + 0.05


def ks():
    return stats.ks_2samp(reference, current).pvalue


def wasserstein():
    return stats.wasserstein_distance(reference, current)


def energy():
    return stats.energy_distance(reference, current)


def cramervonmises():
    return stats.cramervonmises_2samp(reference, current, method="asymptotic").pvalue


def mannwhitney():
    return stats.mannwhitneyu(reference, current).pvalue


def six():
    return ks(), wasserstein(), energy(), cramervonmises(), mannwhitney()


work = {"six": six, "ks": ks, "wasserstein": wasserstein, "mannwhitney": mannwhitney}[sys.argv[1]]
work()
print("ready", "numpy", np.__version__, "scipy", scipy.__version__, flush=True)
for _ in sys.stdin:
    started = time.perf_counter()
    work()
    print(time.perf_counter() - started, flush=True)
