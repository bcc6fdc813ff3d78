namespace Lifecycle.Storage.Specification;

/// <summary>What goes wrong, and when: the operations of the decorators that share a plan are counted from 1.</summary>
/// <remarks>
/// To try every step of some code: run it once with an empty plan, read <see cref="Operations"/>, then run it again with a fault at 1, 2, 3, ...
/// A plan may be used by many threads.
/// </remarks>
public sealed class FaultPlan
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Fault _fault;
    private readonly long _at;
    private readonly string? _only;
    private readonly Exception? _error;
    private long _operations;
    private long _all;

    private FaultPlan(Fault fault, long at, string? only, Exception? error)
    {
        if (fault != Fault.None)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(at);
        }

        _fault = fault;
        _at = at;
        _only = only;
        _error = error;
    }

    private enum Fault
    {
        None,
        Fail,
        Half,
        Hang,
    }

    /// <summary>Operations so far, those that failed included; only those of the chosen name, when there is one.</summary>
    public long Operations => Interlocked.Read(ref _operations);

    /// <summary>Operations so far, whatever their name.</summary>
    public long AllOperations => Interlocked.Read(ref _all);

    /// <summary>Ends when the fault has begun.</summary>
    public Task Reached => _reached.Task;

    /// <summary>Nothing goes wrong; operations are counted.</summary>
    public static FaultPlan None() => new(Fault.None, 0, null, null);

    /// <summary>The nth operation fails before it does anything.</summary>
    /// <param name="operation">1, 2, 3, ...</param>
    /// <param name="only">Counts only operations of this name, for example <c>blobs.put</c>; null counts all.</param>
    /// <param name="error">What is thrown; null means a <see cref="LifecycleStorageException"/>.</param>
    public static FaultPlan FailAt(long operation, string? only = null, Exception? error = null) => new(Fault.Fail, operation, only, error);

    /// <summary>The nth operation does a part of its work and then fails; one that has no parts does all of it and fails before it is complete.</summary>
    /// <inheritdoc cref="FailAt"/>
    public static FaultPlan HalfAt(long operation, string? only = null, Exception? error = null) => new(Fault.Half, operation, only, error);

    /// <summary>The nth operation waits until its token is cancelled.</summary>
    /// <inheritdoc cref="FailAt"/>
    public static FaultPlan HangAt(long operation, string? only = null) => new(Fault.Hang, operation, only, null);

    /// <summary>Counts an operation; a decorator calls it first. Returns the error to throw after a part of the work, or null.</summary>
    /// <param name="name">Name of the operation, for example <c>blobs.put</c>.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public async ValueTask<Exception?> StepAsync(string name, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _all);
        if ((_only is not null && _only != name) || Interlocked.Increment(ref _operations) != _at || _fault == Fault.None)
        {
            return null;
        }

        _reached.TrySetResult();
        Exception error = _error ?? new LifecycleStorageException("faults", name, "", $"The operation '{name}' was made to fail.");
        switch (_fault)
        {
            case Fault.Half:
                return error;
            case Fault.Hang:
                await Task.Delay(Timeout.Infinite, cancellationToken);
                return null;
            default:
                throw error;
        }
    }
}
