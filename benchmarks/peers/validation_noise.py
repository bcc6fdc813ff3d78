"""numpy at noise in units of the standard deviation of each of ten columns of a million doubles: X + s * standard_normal, the scales given."""
import sys
import time

try:
    import numpy as np
except ImportError:
    print("missing", flush=True)
    sys.exit(1)

rng = np.random.default_rng(1)
X = np.asfortranarray(rng.standard_normal((1_000_000, 10)))
s = 0.05 * X.std(axis=0, ddof=1)


def noise():
    return X + s * rng.standard_normal(X.shape)


noise()
print("ready", "numpy", np.__version__, flush=True)
for _ in sys.stdin:
    started = time.perf_counter()
    noise()
    print(time.perf_counter() - started, flush=True)
