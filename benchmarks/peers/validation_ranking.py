"""Areas under ROC curves. "auc" times 20 replicates of scikit-learn's resample + roc_auc_score on 50,000 scores, divided by 20; "delong" times DeLong's test of
two models on 1,000,000 float scores by scipy.stats.rankdata."""
import sys
import time

try:
    import numpy as np
    import scipy
    import sklearn
    from scipy import stats
    from sklearn.metrics import roc_auc_score
    from sklearn.utils import resample
except ImportError:
    print("missing", flush=True)
    sys.exit(1)

rng = np.random.default_rng(1)


def sample(n, dtype):
    label = rng.random(n) < .3
    first = (rng.standard_normal(n) + label).astype(dtype)
    return label, first, (first + .5 * rng.standard_normal(n)).astype(dtype)


if sys.argv[1] == "auc":
    label, first, _ = sample(50_000, np.float64)

    def work():
        for _ in range(20):
            y, s = resample(label, first)
            roc_auc_score(y, s)

    parts = 20
else:
    label, first, second = sample(1_000_000, np.float32)

    def placements(score):
        pooled = stats.rankdata(score)
        m, n = label.sum(), (~label).sum()
        up = (pooled[label] - stats.rankdata(score[label])) / n
        down = 1 - (pooled[~label] - stats.rankdata(score[~label])) / m
        return up, down

    def work():
        (u1, d1), (u2, d2) = placements(first), placements(second)
        s = np.cov(u1, u2) / len(u1) + np.cov(d1, d2) / len(d1)
        return 2 * stats.norm.sf(abs(u1.mean() - u2.mean()) / np.sqrt(s[0, 0] + s[1, 1] - 2 * s[0, 1]))

    parts = 1

work()
print("ready", "numpy", np.__version__, "scipy", scipy.__version__, "scikit-learn", sklearn.__version__, flush=True)
for _ in sys.stdin:
    started = time.perf_counter()
    work()
    print((time.perf_counter() - started) / parts, flush=True)
