using Microsoft.ML.OnnxRuntime;

namespace Lifecycle.OnnxRuntime;

/// <summary>How ONNX models are loaded.</summary>
public sealed class OnnxOptions
{
    private readonly List<Action<SessionOptions>> _configure = [];

    /// <summary>Threads of one run. 1 by default: many callers run side by side, and one-row runs of small models are slower on several threads.</summary>
    public int ThreadsPerRun { get; set; } = 1;

    /// <summary>Whether ONNX Runtime keeps the memory of its runs in an arena, which grows with the largest run and never shrinks. On by default.</summary>
    public bool CpuArena { get; set; } = true;

    /// <summary>What a model may be.</summary>
    public OnnxGuardOptions Guard { get; } = new();

    /// <summary>Changes the native options after those of this class were set, for example to add an execution provider.</summary>
    public OnnxOptions Configure(Action<SessionOptions> native)
    {
        ArgumentNullException.ThrowIfNull(native);
        _configure.Add(native);
        return this;
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
        native.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        foreach (Action<SessionOptions> configure in _configure)
        {
            configure(native);
        }

        return native;
    }
}
