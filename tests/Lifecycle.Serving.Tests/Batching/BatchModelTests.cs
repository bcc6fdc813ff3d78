using FsCheck.Xunit;

namespace Lifecycle.Serving.Tests;

/// <summary>Random arrivals, sizes, shapes, cancellations and throwing rows against a queue that is a plain list.</summary>
public sealed class BatchModelTests
{
    private static readonly int Depth = Environment.GetEnvironmentVariable("LIFECYCLE_DEPTH") == "full" ? 20 : 1;

    [Property(MaxTest = 400)]
    public void Batch_RowsReturnToTheirCallers(int[] steps, byte maxRows, byte poison)
    {
        for (int round = 0; round < Depth; round++)
        {
            using Scenario scenario = new(1 + ((maxRows + round) % 9), poison % 5 + 2);
            foreach (int step in steps)
            {
                scenario.Do(unchecked((uint)step * 2654435761u) + (uint)round);
            }

            scenario.End();
        }
    }

    private sealed class Scenario : IDisposable
    {
        private readonly SteppedRunner _runner;
        private readonly int _maxRows;
        private readonly int _poisonEvery;
        private readonly List<EchoCall> _waiting = [];
        private readonly List<EchoCall> _answered = [];
        private readonly List<int[]> _runs = [];
        private int _calm = 8;
        private int _last;
        private int _failed;
        private int _thrown;
        private int _cancelledEarly;

        public Scenario(int maxRows, int poisonEvery)
        {
            _maxRows = maxRows;
            _poisonEvery = poisonEvery;
            _runner = new SteppedRunner(batching: b => b.MaxBatchRows = maxRows);
        }

        public void Do(uint step)
        {
            uint choice = step % 16;
            int of = (int)(step / 16 % 1_000);
            switch (choice)
            {
                case < 8:
                    Arrive(of);
                    break;
                case < 10 when _waiting.Count > 0:
                    Cancel(of % _waiting.Count);
                    break;
                case < 13:
                    StepWith(of, cancels: false);
                    break;
                default:
                    StepWith(of, cancels: true);
                    break;
            }

            // Work-conserving: whenever somebody waits, a worker is on its way.
            Assert.Equal(_waiting.Count, _runner.Runner.Waiting);
            Assert.True(_waiting.Count == 0 || _runner.Started > 0, "calls wait and no worker is on its way");
        }

        public void End()
        {
            while (_waiting.Count > 0)
            {
                StepWith(0, cancels: false);
            }

            _runner.StepAll();
            Assert.True(_runner.Runner.WhenIdle().IsCompleted);
            Assert.Equal(_runs, _runner.Model.Runs);
            Assert.All(_runner.Model.Runs, r => Assert.InRange(r.Length, 1, _maxRows));
            ServingStatistics statistics = _runner.Statistics;
            Assert.Equal(_answered.Count, statistics.Successes);
            Assert.Equal(_answered.Sum(c => c.Rows), statistics.Rows);
            Assert.Equal(_failed, statistics.Failures);
            Assert.Equal(_runs.Count - _thrown, statistics.Executions);
            Assert.Equal(statistics.Executions, statistics.Batches.Sum(b => b.Executions));
            Assert.Equal(_last, _answered.Count + _failed + _cancelledEarly);
        }

        public void Dispose() => _runner.Dispose();

        private void Arrive(int of)
        {
            int id = ++_last;
            int rows = 1 + (of % (_maxRows + (_maxRows / 2) + 1));
            int width = of % 7 == 0 ? 3 : 2;
            bool poisonous = id % _poisonEvery == 0;
            if (poisonous)
            {
                _runner.Model.Poison.Add(id);
            }

            bool inline = _calm >= 8 && _waiting.Count == 0 && _runner.Started == 0;
            EchoCall call = _runner.Call(id, rows, width, cancellation: new CancellationTokenSource());
            if (inline)
            {
                RunAlone(call);
                Assert.True(call.Ended);
            }
            else
            {
                Assert.False(call.Ended);
                _waiting.Add(call);
            }
        }

        private void Cancel(int at)
        {
            EchoCall call = _waiting[at];
            _waiting.RemoveAt(at);
            call.Cancellation!.Cancel();
            _cancelledEarly++;
            Assert.IsType<OperationCanceledException>(call.Error);
        }

        private void StepWith(int of, bool cancels)
        {
            if (_runner.Started == 0)
            {
                return;
            }

            List<EchoCall> batch = TakeNext();
            EchoCall? victim = cancels && batch.Count > 0 ? batch[of % batch.Count] : null;
            bool first = true;
            _runner.Model.OnRun = ids =>
            {
                if (first && victim is not null)
                {
                    victim.Cancellation!.Cancel();
                    Assert.True(victim.Ended);
                    victim.Inputs["x"].Span<float>().Fill(float.NaN);
                }

                first = false;
            };
            Assert.True(_runner.Step());
            _runner.Model.OnRun = null;
            if (batch.Count == 0)
            {
                return;
            }

            if (batch.Count == 1)
            {
                RunAlone(batch[0], victim);
            }
            else
            {
                _runs.Add(Ids(batch));
                bool throws = batch.Any(IsPoison);
                _thrown += throws ? 1 : 0;
                foreach (EchoCall call in batch.Where(c => c != victim))
                {
                    if (throws)
                    {
                        _runs.Add(Ids([call]));
                        _thrown += IsPoison(call) ? 1 : 0;
                    }

                    Ends(call);
                }

                _calm = 0;
            }

            if (victim is not null)
            {
                _failed++;
                Assert.IsAssignableFrom<OperationCanceledException>(victim.Error);
            }
        }

        private List<EchoCall> TakeNext()
        {
            List<EchoCall> batch = [];
            int rows = 0;
            foreach (EchoCall call in _waiting)
            {
                if (batch.Count > 0 && (batch[0].Width != call.Width || batch[0].Rows > _maxRows))
                {
                    continue;
                }

                if (batch.Count > 0 && rows + call.Rows > _maxRows)
                {
                    break;
                }

                batch.Add(call);
                rows += call.Rows;
                if (rows >= _maxRows)
                {
                    break;
                }
            }

            _waiting.RemoveAll(batch.Contains);
            return batch;
        }

        // More rows than a batch may have run in pieces, until one throws or nobody waits for the rest.
        private void RunAlone(EchoCall call, EchoCall? victim = null)
        {
            bool throws = IsPoison(call);
            int pieces = (call.Rows + _maxRows - 1) / _maxRows;
            int run = throws || victim == call ? 1 : pieces;
            for (int i = 0; i < run; i++)
            {
                _runs.Add([.. Enumerable.Repeat(call.Id, Math.Min(_maxRows, call.Rows - (i * _maxRows)))]);
            }

            _thrown += throws ? 1 : 0;
            _calm = _waiting.Count == 0 ? Math.Min(8, _calm + 1) : 0;
            if (call != victim)
            {
                Ends(call);
            }
        }

        private void Ends(EchoCall call)
        {
            if (IsPoison(call))
            {
                _failed++;
                Assert.Equal($"poison {call.Id}", Assert.IsType<ArithmeticException>(call.Error).Message);
            }
            else
            {
                Assert.True(call.Answered, $"call {call.Id} has no answer");
                _answered.Add(call);
                call.Take();
            }
        }

        private bool IsPoison(EchoCall call) => call.Id % _poisonEvery == 0;

        private static int[] Ids(IEnumerable<EchoCall> calls) => [.. calls.SelectMany(c => Enumerable.Repeat(c.Id, c.Rows))];
    }
}
