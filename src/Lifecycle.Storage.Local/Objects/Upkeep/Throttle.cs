namespace Lifecycle.Storage.Local;

/// <summary>Holds a reader to a number of bytes in a second.</summary>
internal sealed class Throttle(long? bytesPerSecond, TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private long _bytes;

    /// <summary>Counts bytes that were read, and waits when they came too soon.</summary>
    public async ValueTask SpendAsync(long bytes, CancellationToken cancellationToken)
    {
        _bytes += bytes;
        if (bytesPerSecond is { } rate)
        {
            TimeSpan ahead = TimeSpan.FromSeconds((double)_bytes / rate) - time.GetElapsedTime(_start);
            if (ahead > TimeSpan.FromMilliseconds(1))
            {
                await Task.Delay(ahead, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
