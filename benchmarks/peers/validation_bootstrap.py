"""Bootstrap of group figures: 48,842 rows, 10 groups (or 83 equal ones), accuracy, selection, true and false positive rate. "pandas" times one replicate of
sample(frac=1, replace=True) + groupby.apply + scikit-learn's metrics, the way frames of metrics are bootstrapped; "numpy" times 1,000 replicates by
Generator.multinomial with vectorised rates and quantiles, counts included."""
import sys
import time

try:
    import numpy as np
    import pandas as pd
    import sklearn
    from sklearn.metrics import accuracy_score, recall_score
except ImportError:
    print("missing", flush=True)
    sys.exit(1)

N = 48_842
SHARES = np.array([.30, .20, .15, .10, .08, .06, .04, .03, .02, .02])
rng = np.random.default_rng(1)
group = rng.choice(len(SHARES), N, p=SHARES)
label = rng.random(N) < .24
prediction = rng.random(N) < .2 + .3 * label
frame = pd.DataFrame({"group": group.astype(str), "label": label.astype(int), "prediction": prediction.astype(int)})


def figures(part):
    y, p = part["label"].to_numpy(), part["prediction"].to_numpy()
    return pd.Series({
        "accuracy": accuracy_score(y, p), "selection": p.mean(),
        "tpr": recall_score(y, p, zero_division=0), "fpr": 1 - recall_score(1 - y, 1 - p, zero_division=0)})


def by_pandas():
    sample = frame.sample(frac=1, replace=True)
    groups = sample.groupby("group")[["label", "prediction"]].apply(figures)
    overall = figures(sample)
    return overall, groups.min(), groups.max(), groups.max() - groups.min(), groups.min() / groups.max()


def rates(cells):
    tn, fp, fn, tp = (cells[..., i] for i in range(4))
    n = tn + fp + fn + tp
    return np.stack([(tn + tp) / n, (tp + fp) / n, tp / (tp + fn), fp / (tn + fp)], axis=-1)


def by_numpy():
    code = 4 * group + 2 * label + prediction
    counts = np.bincount(code, minlength=4 * len(SHARES))
    draws = rng.multinomial(N, counts / N, size=1000).reshape(1000, len(SHARES), 4).astype(float)
    groups, overall = rates(draws), rates(draws.sum(axis=1))
    least, most = groups.min(axis=1), groups.max(axis=1)
    series = np.concatenate([overall[:, None], groups, least[:, None], most[:, None], (most - least)[:, None], (least / most)[:, None]], axis=1)
    return np.quantile(series, [.025, .975], axis=0)


work = {"pandas": by_pandas, "numpy": by_numpy}[sys.argv[1]]
work()
print("ready", "numpy", np.__version__, "pandas", pd.__version__, "scikit-learn", sklearn.__version__, flush=True)
for _ in sys.stdin:
    started = time.perf_counter()
    work()
    print(time.perf_counter() - started, flush=True)
