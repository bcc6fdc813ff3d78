namespace Lifecycle.Serving;

/// <summary>Wakes one sleeper; waking it twice before it wakes is waking it once. Setting costs one read while it is set.</summary>
internal sealed class WakeSignal : IDisposable
{
    private readonly SemaphoreSlim _semaphore = new(0);
    private int _isSet;

    public void Set()
    {
        if (Volatile.Read(ref _isSet) == 0 && Interlocked.Exchange(ref _isSet, 1) == 0)
        {
            _semaphore.Release();
        }
    }

    public async Task WaitAsync()
    {
        await _semaphore.WaitAsync().ConfigureAwait(false);

        // a full fence: whatever was there before the flag fell is seen by the sleeper, whatever comes later sets it again
        Interlocked.Exchange(ref _isSet, 0);
    }

    public void Dispose() => _semaphore.Dispose();
}
