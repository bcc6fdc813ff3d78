using System.Runtime.CompilerServices;

namespace Lifecycle.Tracking;

/// <summary>Wakes those of this process who watch aliases of a database, right after a move was committed.</summary>
internal sealed class AliasSignal
{
    private static readonly ConditionalWeakTable<LifecycleDatabase, AliasSignal> Signals = [];

    private volatile TaskCompletionSource _next = New();

    /// <summary>Completes at the next move; take it before reading, so that no move is missed.</summary>
    public Task Next => _next.Task;

    public static AliasSignal Of(LifecycleDatabase database) => Signals.GetValue(database, _ => new AliasSignal());

    public void Moved() => Interlocked.Exchange(ref _next, New()).SetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
