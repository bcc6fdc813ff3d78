using System.Numerics;

namespace Lifecycle.Serving;

/// <summary>
/// One loaded version and the count of its leases: one cell a core, each on a cache line pair of its own.
/// Closing sets a bit in every cell; a cell that holds nothing but that bit is drained; the last one starts the disposal on the thread pool.
/// </summary>
internal sealed class ServedVersion
{
    private const long Closed = 1L << 62;

    // A cell is 16 longs, 128 bytes. The first counts leases in its lower half and, above them, calls that run on their caller's thread,
    // so that such a call is counted in both by one addition; the second says that the cell is drained.
    private const int WidthBits = 4;
    private const int Width = 1 << WidthBits;
    private const int RunningBits = 32;
    private const long Running = 1L << RunningBits;
    private const int Drained = 1;

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
    public long RunningInline => Sum(static cell => (cell & ~Closed) >> RunningBits);

    /// <summary>Leases held; exact only while nobody takes or gives one back.</summary>
    public long Leases => Sum(static cell => (uint)cell);

    /// <summary>The core of a cell, counted from 0.</summary>
    public static int CoreOf(int cell) => (cell >> WidthBits) - 1;

    /// <summary>Takes a lease unless the version is closed.</summary>
    /// <param name="cell">Where the lease was counted; hand it to <see cref="Release"/>.</param>
    /// <param name="runs">Whether a call begins with it on its caller's thread, as by <see cref="Enter"/>.</param>
    public bool TryAcquire(out int cell, bool runs = false)
    {
        cell = ((Thread.GetCurrentProcessorId() & CellMask) + 1) * Width;
        if ((Interlocked.Add(ref _cells[cell], Lease(runs)) & Closed) == 0)
        {
            return true;
        }

        Release(cell, runs);
        return false;
    }

    /// <summary>Gives a lease back, with the call that ran under it.</summary>
    public void Release(int cell, bool runs = false)
    {
        if (Interlocked.Add(ref _cells[cell], -Lease(runs)) == Closed)
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
        try
        {
            Typed?.Dispose();
        }
        finally
        {
            Model.Dispose();
        }
    }

    /// <summary>A call begins on its caller's thread; it neither waits nor is refused, and others see that it runs.</summary>
    public void Enter(int cell) => Interlocked.Add(ref _cells[cell], Running);

    public void Exit(int cell) => Interlocked.Add(ref _cells[cell], -Running);

    private static long Lease(bool runs) => runs ? Running + 1 : 1;

    private void CellDrained(int cell)
    {
        if (Interlocked.Exchange(ref _cells[cell + Drained], 1) == 0 && Interlocked.Decrement(ref _cellsLeft) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static version => _ = version.DisposeModelAsync(), this, preferLocal: false);
        }
    }

    private async Task DisposeModelAsync()
    {
        Exception? failure = null;
        try
        {
            await DiscardAsync().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            failure = error;
        }

        try
        {
            _drained(this);
        }
        catch (Exception error)
        {
            failure ??= error;
        }

        if (failure is null)
        {
            _disposal.SetResult();
        }
        else
        {
            _disposal.SetException(failure);
        }
    }

    private long Sum(Func<long, long> part)
    {
        long sum = 0;
        for (int i = 1; i <= CellMask + 1; i++)
        {
            sum += part(Volatile.Read(ref _cells[i * Width]));
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

    /// <summary>The core whose counters are near.</summary>
    public int Core => ServedVersion.CoreOf(Cell);

    public void Release(bool runs = false) => Arm.Version.Release(Cell, runs);
}
