"""scikit-learn models behind FastAPI and uvicorn, in the JSON of the Open Inference Protocol V2: linear (LinearRegression, 10 columns), trees
(GradientBoostingRegressor, 100 trees of depth 6, 10 columns), mlp (MLPRegressor 64-256-256-10). Arguments: port, sync or async handlers, number of processes.
GET /versions answers the process and the versions of what it runs with."""
import os
import sys

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # a pool of threads for one row costs more than it gives
    os.environ[name] = "1"

from typing import List

import fastapi
import numpy
import sklearn
import uvicorn
from pydantic import BaseModel
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.linear_model import LinearRegression
from sklearn.neural_network import MLPRegressor

HANDLERS = os.environ.get("SERVING_HANDLERS", "sync")


class Tensor(BaseModel):
    name: str
    shape: List[int]
    datatype: str
    data: List[float]


class Request(BaseModel):
    inputs: List[Tensor]


def train():
    rng = numpy.random.default_rng(42)
    x = rng.random((2_000, 10))
    y = x @ numpy.arange(10) / 8 + x[:, 0] * x[:, 1]
    wide = rng.random((500, 64))
    mlp = MLPRegressor((256, 256), max_iter=5, random_state=1)
    import warnings
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # five rounds do not converge, and need not
        mlp.fit(wide, wide[:, :10])
    return {"linear": LinearRegression().fit(x, y), "trees": GradientBoostingRegressor(n_estimators=100, max_depth=6, random_state=1).fit(x, y), "mlp": mlp}


def answer(model, request):
    tensor = request.inputs[0]
    y = MODELS[model].predict(numpy.asarray(tensor.data, dtype=numpy.float32).reshape(tensor.shape))
    return {"model_name": model, "model_version": "1", "outputs": [
        {"name": "y", "shape": [tensor.shape[0], y.size // tensor.shape[0]], "datatype": "FP32", "data": y.ravel().tolist()}]}


app = fastapi.FastAPI()

if HANDLERS == "sync":
    @app.post("/v2/models/{model}/infer")
    def infer(model: str, request: Request):
        return answer(model, request)
else:
    @app.post("/v2/models/{model}/infer")
    async def infer(model: str, request: Request):
        return answer(model, request)


@app.get("/versions")
async def versions():
    def version(package):
        try:
            return __import__(package).__version__
        except (ImportError, AttributeError):
            return "none"
    parts = [f"{p} {version(p)}" for p in ("fastapi", "uvicorn", "sklearn", "numpy", "pydantic", "uvloop", "httptools")]
    return f"{os.getpid()}|python {sys.version.split()[0]}, " + ", ".join(parts)


if __name__ == "__main__":
    os.environ["SERVING_HANDLERS"] = sys.argv[2]
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    os.environ["PYTHONPATH"] = sys.path[0]
    uvicorn.run("serving_fastapi:app", host="127.0.0.1", port=int(sys.argv[1]), workers=int(sys.argv[3]), log_level="error", access_log=False)
else:
    MODELS = train()
