// Steps decide when an answer is there, so it is looked at, not awaited.
#pragma warning disable CA2012, xUnit1031
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Serving.Tests;

/// <summary>
/// A runner whose workers run when the test says so, on the test's thread, under a clock that the test moves: every step is certain.
/// </summary>
internal sealed class SteppedRunner : IDisposable
{
    private readonly Queue<BatchWorker> _started = new();
    private readonly HashSet<BatchWorker> _pending = [];
    private static int s_names;

    public SteppedRunner(
        Action<AdmissionOptions>? admission = null, Action<BatchingOptions>? batching = null, EchoModel? model = null, Func<long>? elsewhere = null, bool calm = true)
    {
        AdmissionOptions admissionOptions = new() { MaxConcurrency = 4 };
        BatchingOptions batchingOptions = new() { Workers = 2 };
        admission?.Invoke(admissionOptions);
        batching?.Invoke(batchingOptions);
        Model = model ?? new EchoModel();
        Name = $"stepped-{Interlocked.Increment(ref s_names)}";
        Runner = new VersionRunner(Name, "1", Model, admissionOptions, batchingOptions, Counters, Clock, elsewhere, Start);
        if (!calm)
        {
            EndCalm();
        }
    }

    public string Name { get; }

    public FakeTimeProvider Clock { get; } = new();

    public VersionCounters Counters { get; } = new();

    public EchoModel Model { get; }

    public VersionRunner Runner { get; }

    /// <summary>Workers that have a place and no thread yet.</summary>
    public int Started => _started.Count;

    public ServingStatistics Statistics => Counters.Snapshot(Clock);

    /// <summary>Lets the worker that was started first run.</summary>
    public bool Step()
    {
        if (!_started.TryDequeue(out BatchWorker? worker))
        {
            return false;
        }

        _pending.Remove(worker);
        ((IThreadPoolWorkItem)worker).Execute();
        return true;
    }

    public void StepAll()
    {
        while (Step())
        {
        }
    }

    public EchoCall Call(int id, int rows = 1, int width = 2, RunRequest request = default, CancellationTokenSource? cancellation = null) =>
        new(Runner, id, rows, width, request, cancellation);

    public void Dispose() => Runner.Dispose();

    private void EndCalm()
    {
        EchoCall[] waiting = [];
        Model.OnRun = _ =>
        {
            Model.OnRun = null;
            waiting = [Call(-1), Call(-2)];
        };
        EchoCall inline = Call(-3);
        StepAll();
        Assert.All([inline, .. waiting], c => Assert.True(c.Answered));
        Model.Runs.Clear();
    }

    private void Start(BatchWorker worker)
    {
        Assert.True(_pending.Add(worker), "a worker was started twice");
        _started.Enqueue(worker);
    }
}

/// <summary>One call with rows of its own: row r of call i is (1000 i + r, ...), and the answer to it is minus that.</summary>
internal sealed class EchoCall
{
    private readonly TensorSet _outputs = new();
    private readonly ValueTask _task;

    public EchoCall(VersionRunner runner, int id, int rows, int width, RunRequest request, CancellationTokenSource? cancellation)
    {
        Id = id;
        Rows = rows;
        Width = width;
        Cancellation = cancellation;
        float[] values = new float[rows * width];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Value(id, i / width);
        }

        Inputs = TensorSet.Of(("x", TensorValue.From<float>(values, [rows, width])));
        _task = runner.RunAsync(Inputs, _outputs, rows, request, cancellation?.Token ?? default);
    }

    public int Id { get; }

    public int Rows { get; }

    public int Width { get; }

    public TensorSet Inputs { get; }

    public CancellationTokenSource? Cancellation { get; }

    /// <summary>Whether the call has ended, well or not.</summary>
    public bool Ended => _task.IsCompleted;

    /// <summary>Whether the call ended well; the rows that came are looked at.</summary>
    public bool Answered
    {
        get
        {
            if (!_task.IsCompletedSuccessfully)
            {
                return false;
            }

            Assert.Equal(Enumerable.Range(0, Rows).Select(r => -Value(Id, r)), _outputs["y"].Span<float>().ToArray());
            Assert.Equal([Rows, 1], _outputs["y"].Shape.Dimensions.ToArray());
            return true;
        }
    }

    /// <summary>What the call failed with. The answer is taken: nothing can be asked after it.</summary>
    public Exception Error
    {
        get
        {
            Assert.True(Ended, $"the call {Id} waits still");
            Exception? error = Record.Exception(() => _task.GetAwaiter().GetResult());
            Assert.NotNull(error);
            return error;
        }
    }

    /// <summary>Takes the answer, so that the call is used again.</summary>
    public void Take() => _task.GetAwaiter().GetResult();

    public static float Value(int id, int row) => (1_000 * id) + row;
}

/// <summary>Answers minus the first number of each row; throws when a row belongs to a poisonous call. Keeps the ids of each run's rows.</summary>
internal sealed class EchoModel(bool batched = true, bool anyWidth = true) : LoadedModel
{
    public List<int[]> Runs { get; } = [];

    public HashSet<int> Poison { get; } = [];

    /// <summary>Called within each run, with the ids of its rows.</summary>
    public Action<int[]>? OnRun { get; set; }

    public override TensorSignature Signature { get; } = new(
        [new TensorSpec("x", TensorElementType.Float32, anyWidth ? [-1, -1] : [-1, 2])],
        [new TensorSpec("y", TensorElementType.Float32, [-1, 1])]);

    public override bool RowsAreBatched => batched;

    public override void Run(TensorSet inputs, TensorSet outputs, CancellationToken cancellationToken = default)
    {
        TensorValue x = inputs["x"];
        int rows = (int)x.Shape[0];
        int width = (int)x.Shape[1];
        float[] first = new float[rows];
        for (int r = 0; r < rows; r++)
        {
            first[r] = x.Span<float>()[r * width];
            Assert.Equal(first[r], x.Span<float>()[(r * width) + width - 1]);
        }

        int[] ids = [.. first.Select(v => (int)Math.Floor(v / 1_000))];
        Runs.Add(ids);
        OnRun?.Invoke(ids);
        if (ids.FirstOrDefault(Poison.Contains) is int bad and not 0)
        {
            throw new ArithmeticException($"poison {bad}");
        }

        Span<float> y = outputs.Prepare("y", TensorElementType.Float32, [rows, 1]).Span<float>();
        for (int r = 0; r < rows; r++)
        {
            y[r] = -first[r];
        }
    }

    protected override void Dispose(bool disposing)
    {
    }
}
