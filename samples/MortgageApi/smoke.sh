#!/usr/bin/env bash
# Starts the API with an empty workspace, asks it, and stops it. Argument: a folder for the workspace.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${1:?folder for the workspace}
mkdir -p "$work"
port=$((20000 + RANDOM % 20000))
cd "$work"
dotnet "$here/bin/Release/net10.0/MortgageApi.dll" --urls "http://127.0.0.1:$port" >"$work/log" 2>&1 &
pid=$!
trap 'kill -TERM $pid 2>/dev/null || true; wait $pid 2>/dev/null || true; cat "$work/log"' EXIT
for _ in $(seq 1 120); do
  [ "$(curl -s -o "$work/health" -w '%{http_code}' "http://127.0.0.1:$port/health" || true)" = 200 ] && break
  sleep 0.5
done
grep -q OK "$work/health"
application='{"pirat":0.3,"hirat":0.25,"lvrat":0.8,"chist":1,"mhist":1,"phist":"no","unemp":3.9,"insurance":"no"}'
curl -sf "http://127.0.0.1:$port/lifecycle/models" | tee "$work/models"; echo
grep -q '"state":"Ready"' "$work/models"
curl -sf -D "$work/headers" -H 'content-type: application/json' -d "$application" "http://127.0.0.1:$port/lifecycle/models/mortgage/predict" | tee "$work/answer"; echo
grep -q '"approved":true' "$work/answer"
grep -qi 'lifecycle-model-version' "$work/headers"
[ "$(curl -s -o "$work/bad" -w '%{http_code}' -H 'content-type: application/json' -d '{"lvrat":"much"}' "http://127.0.0.1:$port/lifecycle/models/mortgage/predict")" = 400 ]
cat "$work/bad"; echo
# The typed route, and the document that describes it with its types.
curl -sf -H 'content-type: application/json' -d "$application" "http://127.0.0.1:$port/mortgage" | grep -q '"approved":true'
curl -sf "http://127.0.0.1:$port/openapi/v1.json" | sed "s#http://127.0.0.1:$port#http://localhost#" >"$work/openapi.json"
diff "$here/openapi.json" "$work/openapi.json"
# MLflow's tracking API: an experiment, a run, what it logged, a search.
api="http://127.0.0.1:$port/api/2.0/mlflow"
curl -sf "$api/experiments/create" -d '{"name":"curl"}' | tee "$work/experiment"; echo
experiment=$(sed 's/.*"experiment_id":"\([0-9]*\)".*/\1/' "$work/experiment")
run=$(curl -sf "$api/runs/create" -d '{"experiment_id":"'"$experiment"'","run_name":"by-hand"}' | sed 's/.*"run_id":"\([0-9a-f]*\)".*/\1/')
curl -sf "$api/runs/log-batch" -d '{"run_id":"'"$run"'","metrics":[{"key":"auc","value":0.853,"timestamp":1,"step":1}],"params":[{"key":"trainer","value":"LightGbm"}]}'; echo
curl -sf -X PUT --data-binary 'hello' "http://127.0.0.1:$port/api/2.0/mlflow-artifacts/artifacts/$experiment/$run/artifacts/notes/a.txt"; echo
curl -sf "$api/runs/update" -d '{"run_id":"'"$run"'","status":"FINISHED"}' >"$work/finished"
curl -sf "$api/runs/search" -d '{"experiment_ids":["'"$experiment"'"],"filter":"metrics.auc > 0.8"}' | tee "$work/found"; echo
grep -q "$run" "$work/found"
curl -sf "http://127.0.0.1:$port/api/2.0/mlflow-artifacts/artifacts/$experiment/$run/artifacts/notes/a.txt" | grep -q hello
