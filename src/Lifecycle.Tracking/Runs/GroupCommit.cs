using System.Diagnostics;

namespace Lifecycle.Tracking;

/// <summary>
/// Lets writes that wait at the same time share a transaction: at most 256 of them, or as many as are done in 2 ms (20 ms when the commit is flushed, which
/// takes about as long). Nobody waits for company: a write that is alone begins at once.
/// </summary>
/// <remarks>
/// Work must check everything before it writes: a <see cref="TrackingException"/> or a <see cref="ConcurrencyConflictException"/> says that it wrote nothing,
/// and the others of the group go on. After any other error the transaction is undone and each work is done again alone, so that one cannot harm the others.
/// A refusal is told after the commit only: it may rest on what another one of the group wrote, and that may be undone.
/// Work runs in the context of its own caller: who acts is whoever asked for it, whoever commits it.
/// </remarks>
internal sealed class GroupCommit(LifecycleDatabase database, CommitDurability durability = CommitDurability.Buffered)
{
    private const int Most = 256;

    private readonly long _longest = Stopwatch.Frequency / (durability == CommitDurability.Flushed ? 50 : 500);

    private readonly Lock _lock = new();
    private readonly Queue<Member> _waiting = new();
    private bool _busy;

    /// <summary>Does the work in a transaction, perhaps with others; returns after the commit.</summary>
    /// <exception cref="InvalidOperationException">The call is made by the work of another write of the same database.</exception>
    public async ValueTask WriteAsync(Func<LifecycleTransaction, CancellationToken, ValueTask> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (database.IsInsideWrite)
        {
            // As a member of a group that waits for the write around it, it would wait for ever.
            throw new InvalidOperationException("This call writes to the database and was made by the work of another write of it. Make it after that write.");
        }

        Member member = new(work, cancellationToken);
        lock (_lock)
        {
            _waiting.Enqueue(member);
            if (_busy)
            {
                member.IsFollower = true;
            }

            _busy = true;
        }

        using CancellationTokenRegistration giveUp = cancellationToken.UnsafeRegister(static m => ((Member)m!).GiveUp(), member);
        if (!member.IsFollower)
        {
            await GroupAsync(cancellationToken).ConfigureAwait(false);
            if (HasMore())
            {
                // The first of a group works for others only as long as its own group lasts.
                _ = Task.Run(RestAsync, CancellationToken.None);
            }
        }

        await member.Done.ConfigureAwait(false);
    }

    private async Task RestAsync()
    {
        do
        {
            await GroupAsync(CancellationToken.None).ConfigureAwait(false);
        }
        while (HasMore());
    }

    private bool HasMore()
    {
        lock (_lock)
        {
            return _busy = _waiting.Count > 0;
        }
    }

    private Member? Next()
    {
        lock (_lock)
        {
            return _waiting.TryDequeue(out Member? next) ? next : null;
        }
    }

    // When the first of a group gives up, its transaction is undone and the others are done alone.
    private async ValueTask GroupAsync(CancellationToken cancellationToken)
    {
        List<Member> group = [];
        try
        {
            await database.WriteAsync(
                async (transaction, _) =>
                {
                    long began = Stopwatch.GetTimestamp();
                    while (group.Count < Most && (group.Count == 0 || Stopwatch.GetTimestamp() - began < _longest) && Next() is { } member)
                    {
                        if (!member.TryBegin())
                        {
                            continue;
                        }

                        group.Add(member);
                        await member.WorkAsync(transaction).ConfigureAwait(false);
                    }

                    return true;
                },
                durability, cancellationToken).ConfigureAwait(false);
            group.ForEach(m => m.Committed());
        }
        catch (LifecycleStorageException error)
        {
            // The store cannot be written: nobody who waits for it shall wait for the same answer again.
            while (Next() is { } waiting)
            {
                group.Add(waiting);
            }

            group.ForEach(m => m.Fail(error));
        }
#pragma warning disable CA1031 // whatever it was, it belongs to the callers of this group and to nobody else
        catch (Exception error)
#pragma warning restore CA1031
        {
            // A first caller that gave up has its answer already; the error is not that of the others.
            bool isOfAll = !cancellationToken.IsCancellationRequested;
            if (group.Count == 0 || (group.Count == 1 && isOfAll))
            {
                (group.Count == 1 ? group[0] : isOfAll ? Next() : null)?.Fail(error);
                return;
            }

            foreach (Member member in group)
            {
                await AloneAsync(member).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask AloneAsync(Member member)
    {
        try
        {
            await database.WriteAsync(
                async (transaction, _) =>
                {
                    await member.WorkAsync(transaction).ConfigureAwait(false);
                    return true;
                },
                durability, member.Token).ConfigureAwait(false);
            member.Committed();
        }
#pragma warning disable CA1031 // as above
        catch (Exception error)
#pragma warning restore CA1031
        {
            member.Fail(error);
        }
    }

    private sealed class Member(Func<LifecycleTransaction, CancellationToken, ValueTask> work, CancellationToken cancellationToken)
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ExecutionContext _context = Context();
        private Exception? _refusal;
        private State _state;

        public bool IsFollower { get; set; }

        public Task Done => _done.Task;

        public CancellationToken Token => cancellationToken;

        /// <summary>Lets the caller go when its work has not begun.</summary>
        public void GiveUp()
        {
            if (Interlocked.CompareExchange(ref _state, State.Left, State.Waiting) == State.Waiting)
            {
                _done.TrySetCanceled(cancellationToken);
            }
        }

        /// <summary>False when the caller gave up.</summary>
        public bool TryBegin() => Interlocked.CompareExchange(ref _state, State.Begun, State.Waiting) == State.Waiting;

        public async ValueTask WorkAsync(LifecycleTransaction transaction)
        {
            _refusal = null;
            try
            {
                ValueTask working = default;
                ExecutionContext.Run(_context, _ => working = work(transaction, cancellationToken), null);
                await working.ConfigureAwait(false);
            }
            catch (Exception refused) when (refused is TrackingException or ConcurrencyConflictException)
            {
                _refusal = refused;
            }
        }

        public void Committed()
        {
            if (_refusal is { } refusal)
            {
                Fail(refusal);
            }
            else
            {
                _done.TrySetResult();
            }
        }

        public void Fail(Exception error) => _done.TrySetException(error);

        // That of the caller, even where it is not to flow: else the work would run in the context of whoever commits.
        private static ExecutionContext Context()
        {
            bool isSuppressed = ExecutionContext.IsFlowSuppressed();
            if (isSuppressed)
            {
                ExecutionContext.RestoreFlow();
            }

            ExecutionContext context = ExecutionContext.Capture()!;
            if (isSuppressed)
            {
                _ = ExecutionContext.SuppressFlow();
            }

            return context;
        }

        private enum State
        {
            Waiting,
            Begun,
            Left,
        }
    }
}
