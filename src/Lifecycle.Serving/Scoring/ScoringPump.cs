namespace Lifecycle.Serving;

/// <summary>
/// Lets so many pieces of work run at once on the thread pool, in the order in which they came; what waits may be run by others. Whoever ends one starts
/// the next, so that no thread waits while there is work, and each runs as an item of its own, so that others have their turn between two.
/// </summary>
internal sealed class ScoringPump<TWork>(int degree, Action<TWork> run)
    where TWork : ScoringWork
{
    private readonly Lock _gate = new();
    private readonly Queue<TWork> _waiting = new();
    private int _running;

    public void Add(TWork work)
    {
        lock (_gate)
        {
            if (_running == degree)
            {
                _waiting.Enqueue(work);
                return;
            }

            _running++;
        }

        Start(work);
    }

    /// <summary>Runs on this thread what waits longest.</summary>
    /// <returns>Whether there was any.</returns>
    public bool TryRun()
    {
        TWork? work;
        lock (_gate)
        {
            if (!_waiting.TryDequeue(out work))
            {
                return false;
            }
        }

        work.End(Try(work));
        return true;
    }

    private void Start(TWork work) => ThreadPool.QueueUserWorkItem(static started => started.Pump.Run(started.Work), (Pump: this, Work: work), preferLocal: false);

    private void Run(TWork work)
    {
        Exception? failure = Try(work);
        TWork? next;
        lock (_gate)
        {
            if (!_waiting.TryDequeue(out next))
            {
                _running--;
            }
        }

        if (next is not null)
        {
            Start(next);
        }

        work.End(failure);
    }

    private Exception? Try(TWork work)
    {
        try
        {
            run(work);
            return null;
        }
        catch (Exception error)
        {
            return error;
        }
    }
}

/// <summary>A piece of work whose end can be awaited.</summary>
internal abstract class ScoringWork
{
    // Who awaits it hands rows to the caller: not on the thread that has the next piece to run.
    private readonly TaskCompletionSource _scored = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Scored => _scored.Task;

    public void End(Exception? failure)
    {
        if (failure is null)
        {
            _scored.SetResult();
        }
        else
        {
            _scored.SetException(failure);
        }
    }
}
