using System.Numerics;

namespace Lifecycle.Serving;

/// <summary>
/// One loaded version and the count of its leases: one cell a core, each on a cache line pair of its own.
/// Closing sets a bit in every cell; a cell that holds nothing but that bit is drained; the last one starts the disposal on the thread pool.
/// </summary>
internal sealed class ServedVersion
{
    private const long Closed = 1L << 62;

    // A cell is 16 longs, 128 bytes: leases, calls that run on their caller's thread, drained flag.
    private const int Width = 16;
    private const int Running = 1;
    private const int Drained = 2;

    private static readonly int CellMask = (int)BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount) - 1;

    private readonly long[] _cells = new long[(CellMask + 2) * Width];
    private readonly Action<ServedVersion> _drained;
    private readonly TaskCompletionSource _disposal = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _cellsLeft = CellMask + 1;
    private int _closing;

    public ServedVersion(string version, LoadedModel model, TypedModel? typed, string platform, Action<ServedVersion> drained, Func<ServedVersion, VersionRunner> runner)
    {
        Version = version;
        Model = model;
        Typed = typed;
        Platform = platform;
        _drained = drained;
        Runner = runner(this);
    }

    public string Version { get; }

    public LoadedModel Model { get; }

    /// <summary>The model under the types it is served as; null when it is served without types.</summary>
    public TypedModel? Typed { get; }

    public string Platform { get; }

    /// <summary>Most rows of several callers in one run; 0 when every call runs alone.</summary>
    public int BatchRows { get; init; }

    /// <summary>What it did.</summary>
    public VersionCounters Counters { get; } = new();

    /// <summary>Who runs, who waits, who shares a run.</summary>
    public VersionRunner Runner { get; }

    /// <summary>Ends when the model was disposed.</summary>
    public Task Disposal => _disposal.Task;

    /// <summary>Calls that run on their caller's thread now.</summary>
    public long RunningInline => Sum(Running);

    /// <summary>Leases held; exact only while nobody takes or gives one back.</summary>
    public long Leases
    {
        get
        {
            long sum = 0;
            for (int i = 1; i <= CellMask + 1; i++)
            {
                sum += Volatile.Read(ref _cells[i * Width]) & ~Closed;
            }

            return sum;
        }
    }

    /// <summary>Takes a lease unless the version is closed.</summary>
    /// <param name="cell">Where the lease was counted; hand it to <see cref="Release"/>.</param>
    public bool TryAcquire(out int cell)
    {
        cell = ((Thread.GetCurrentProcessorId() & CellMask) + 1) * Width;
        if ((Interlocked.Increment(ref _cells[cell]) & Closed) == 0)
        {
            return true;
        }

        Release(cell);
        return false;
    }

    /// <summary>Gives a lease back.</summary>
    public void Release(int cell)
    {
        if (Interlocked.Decrement(ref _cells[cell]) == Closed)
        {
            CellDrained(cell);
        }
    }

    /// <summary>No lease is given any more; when the last one is back the model is disposed. Closing twice changes nothing.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _closing, 1) != 0)
        {
            return;
        }

        for (int cell = Width; cell <= (CellMask + 1) * Width; cell += Width)
        {
            if (Interlocked.Or(ref _cells[cell], Closed) == 0)
            {
                CellDrained(cell);
            }
        }
    }

    /// <summary>Frees the version; a run whose caller gave up and gave its lease back ends first.</summary>
    public async ValueTask DiscardAsync()
    {
        await Runner.WhenIdle().ConfigureAwait(false);
        Runner.Dispose();
        Typed?.Dispose();
        Model.Dispose();
    }

    /// <summary>A call begins on its caller's thread; it neither waits nor is refused, and others see that it runs.</summary>
    public void Enter(int cell) => Interlocked.Increment(ref _cells[cell + Running]);

    public void Exit(int cell) => Interlocked.Decrement(ref _cells[cell + Running]);

    private void CellDrained(int cell)
    {
        if (Interlocked.Exchange(ref _cells[cell + Drained], 1) == 0 && Interlocked.Decrement(ref _cellsLeft) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static version => _ = version.DisposeModelAsync(), this, preferLocal: false);
        }
    }

    private async Task DisposeModelAsync()
    {
        try
        {
            await DiscardAsync().ConfigureAwait(false);
            _drained(this);
            _disposal.SetResult();
        }
        catch (Exception error)
        {
            _drained(this);
            _disposal.SetException(error);
        }
    }

    private long Sum(int field)
    {
        long sum = 0;
        for (int i = 1; i <= CellMask + 1; i++)
        {
            sum += Volatile.Read(ref _cells[(i * Width) + field]);
        }

        return sum;
    }
}

/// <summary>A lease without an object of its own. Give it back exactly once.</summary>
internal readonly struct VersionLease(RouteArm arm, int cell)
{
    /// <summary>The version, under the name by which the call came to it.</summary>
    public readonly RouteArm Arm = arm;

    public readonly int Cell = cell;

    public ServedVersion Version => Arm.Version;

    public void Release() => Arm.Version.Release(Cell);
}
