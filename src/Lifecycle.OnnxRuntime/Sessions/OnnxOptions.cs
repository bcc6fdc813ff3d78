using Microsoft.ML.OnnxRuntime;

namespace Lifecycle.OnnxRuntime;

/// <summary>How ONNX models are loaded.</summary>
public sealed class OnnxOptions
{
    /// <summary>Idle threads sleep instead of spinning, in sessions that are given more than one.</summary>
    internal static readonly (string Key, string Value)[] Entries =
        [("session.intra_op.allow_spinning", "0"), ("session.inter_op.allow_spinning", "0")];

    private readonly List<Action<SessionOptions>> _configure = [];

    /// <summary>Threads of one run; 0 for as many as there are cores. 1 by default: many callers run side by side, and one-row runs of small models are slower on several threads.</summary>
    public int ThreadsPerRun { get; set; } = 1;

    /// <summary>
    /// Whether ONNX Runtime keeps the memory of its runs in an arena, which grows with the largest run and never shrinks.
    /// Off by default: what goes in and out is bound to memory of its own, and runs are not slower without it.
    /// </summary>
    public bool CpuArena { get; set; }

    /// <summary>
    /// Most rows for which memory is kept bound, one binding for each row count that occurred: such runs allocate nothing. 32 by default, as a batch has
    /// at most; raise both together. Rows so wide that the memory of one run would pass 64 MiB are bound in smaller numbers.
    /// </summary>
    public int MaxBatchRows { get; set; } = 32;

    /// <summary>Most rows of one run; a call with more is run in pieces. 1,024 by default, 1 or more.</summary>
    public int MaxRowsPerRun { get; set; } = 1_024;

    /// <summary>
    /// Whether every open first dimension counts rows, whatever its name. Off by default: then rows are only run together when all inputs and outputs have
    /// the same name for it, because a nameless dimension may also be, for example, the number of boxes that were found. A run whose output has another
    /// number of rows fails.
    /// </summary>
    public bool OpenRowsAreShared { get; set; }

    /// <summary>What a model may be.</summary>
    public OnnxGuardOptions Guard { get; } = new();

    /// <summary>Changes the native options after those of this class were set, for example to add an execution provider.</summary>
    public OnnxOptions Configure(Action<SessionOptions> native)
    {
        ArgumentNullException.ThrowIfNull(native);
        _configure.Add(native);
        return this;
    }

    internal void Require()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ThreadsPerRun);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBatchRows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRowsPerRun, 1);
    }

    internal SessionOptions ToNative()
    {
        SessionOptions native = new()
        {
            IntraOpNumThreads = ThreadsPerRun,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            EnableCpuMemArena = CpuArena,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        foreach ((string key, string value) in Entries)
        {
            native.AddSessionConfigEntry(key, value);
        }

        foreach (Action<SessionOptions> configure in _configure)
        {
            configure(native);
        }

        // Last, and whatever was configured: what was inspected is what is loaded. Bytes can be an ONNX and an ORT model at once.
        native.AddSessionConfigEntry("session.load_model_format", "ONNX");
        return native;
    }
}
