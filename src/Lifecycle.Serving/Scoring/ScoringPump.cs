namespace Lifecycle.Serving;

/// <summary>
/// Lets so many pieces of work run at once on the thread pool, in the order in which they came. Whoever ends one starts the next, so that no thread
/// waits while there is work, and each runs as an item of its own, so that others have their turn between two.
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

    private void Start(TWork work) => ThreadPool.QueueUserWorkItem(static started => started.Pump.Run(started.Work), (Pump: this, Work: work), preferLocal: false);

    private void Run(TWork work)
    {
        Exception? failure = null;
        try
        {
            run(work);
        }
        catch (Exception error)
        {
            failure = error;
        }

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
