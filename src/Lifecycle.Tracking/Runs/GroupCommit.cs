using System.Diagnostics;

namespace Lifecycle.Tracking;

/// <summary>
/// Lets writes that wait at the same time share a transaction: at most 256 of them, or as many as are done in 2 ms (20 ms when the commit is flushed, which
/// takes about as long). Nobody waits for company: a write that is alone begins at once.
/// </summary>
/// <remarks>
/// Work must check everything before it writes: a <see cref="TrackingException"/> or a <see cref="ConcurrencyConflictException"/> says that it wrote nothing,
/// and the others of the group go on. After any other error the transaction is undone and each work is done again alone, so that one cannot harm the others.
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
    public async ValueTask WriteAsync(Func<LifecycleTransaction, CancellationToken, ValueTask> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
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

        if (!member.IsFollower)
        {
            await GroupAsync().ConfigureAwait(false);
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
            await GroupAsync().ConfigureAwait(false);
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

    private async ValueTask GroupAsync()
    {
        List<Member> group = [];
        try
        {
            await database.WriteAsync(
                async (transaction, token) =>
                {
                    long began = Stopwatch.GetTimestamp();
                    while (group.Count < Most && (group.Count == 0 || Stopwatch.GetTimestamp() - began < _longest) && Next() is { } member)
                    {
                        if (member.IsCancelled)
                        {
                            continue;
                        }

                        group.Add(member);
                        await member.WorkAsync(transaction, token).ConfigureAwait(false);
                    }

                    return true;
                },
                durability, CancellationToken.None).ConfigureAwait(false);
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
            if (group.Count <= 1)
            {
                (group.Count == 0 ? Next() : group[0])?.Fail(error);
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
        if (member.HasFailed)
        {
            return;
        }

        try
        {
            await database.WriteAsync(
                async (transaction, token) =>
                {
                    await member.WorkAsync(transaction, token).ConfigureAwait(false);
                    return true;
                },
                durability, CancellationToken.None).ConfigureAwait(false);
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
        private readonly ExecutionContext? _context = ExecutionContext.Capture();

        public bool IsFollower { get; set; }

        public Task Done => _done.Task;

        public bool HasFailed => _done.Task.IsCompleted;

        public bool IsCancelled => cancellationToken.IsCancellationRequested && _done.TrySetCanceled(cancellationToken);

        public async ValueTask WorkAsync(LifecycleTransaction transaction, CancellationToken token)
        {
            try
            {
                ValueTask working = default;
                if (_context is null)
                {
                    working = work(transaction, token);
                }
                else
                {
                    ExecutionContext.Run(_context, _ => working = work(transaction, token), null);
                }

                await working.ConfigureAwait(false);
            }
            catch (Exception refused) when (refused is TrackingException or ConcurrencyConflictException)
            {
                Fail(refused);
            }
        }

        public void Committed() => _done.TrySetResult();

        public void Fail(Exception error) => _done.TrySetException(error);
    }
}
