namespace Lifecycle.Serving;

/// <summary>
/// Keeps objects that only one thread may use at a time: one slot a core, then two spare places a core, then a new object.
/// For runtimes; renting and returning costs two exchanges on a cache line of its own.
/// </summary>
/// <typeparam name="T">The object; disposed when there is no place for it.</typeparam>
public sealed class CoreRing<T> : IDisposable
    where T : class, IDisposable
{
    // One slot is 16 references, 128 bytes, wide; a slot's width stands before the first one, so that the array's length is not on its line.
    private const int Width = 16;

    private readonly Func<T> _make;
    private readonly object?[] _slots;
    private readonly int _mask;
    private readonly object?[] _spare;
    private volatile bool _disposed;

    /// <summary>Makes a ring.</summary>
    /// <param name="make">Makes an object, at any time, on any thread.</param>
    public CoreRing(Func<T> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        _make = make;
        int cores = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount);
        _mask = cores - 1;
        _slots = new object?[(cores + 2) * Width];
        _spare = new object?[2 * cores];
    }

    /// <summary>Makes one object a core now.</summary>
    public void Fill()
    {
        for (int i = 0; i <= _mask; i++)
        {
            ref object? slot = ref _slots[(i + 1) * Width];
            if (Volatile.Read(ref slot) is null)
            {
                T made = _make();
                if (Interlocked.CompareExchange(ref slot, made, null) is not null)
                {
                    ReturnElsewhere(made);
                }
            }
        }
    }

    /// <summary>Takes an object; give it back with <see cref="Return"/>, also when the use of it failed but left it usable.</summary>
    public T Rent()
    {
        object? found = Interlocked.Exchange(ref _slots[((Thread.GetCurrentProcessorId() & _mask) + 1) * Width], null);
        return found is not null ? System.Runtime.CompilerServices.Unsafe.As<T>(found) : RentElsewhere();
    }

    /// <summary>Gives an object back.</summary>
    public void Return(T item)
    {
        if (Interlocked.CompareExchange(ref _slots[((Thread.GetCurrentProcessorId() & _mask) + 1) * Width], item, null) is not null)
        {
            ReturnElsewhere(item);
        }
        else if (_disposed)
        {
            Sweep();
        }
    }

    /// <summary>Disposes all objects that are here; those that are rented are disposed when they come back.</summary>
    public void Dispose()
    {
        _disposed = true;
        Sweep();
    }

    private T RentElsewhere()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        for (int i = 0; i < _spare.Length; i++)
        {
            if (Volatile.Read(ref _spare[i]) is not null && Interlocked.Exchange(ref _spare[i], null) is T spare)
            {
                return spare;
            }
        }

        return _make();
    }

    private void ReturnElsewhere(T item)
    {
        for (int i = 0; i < _spare.Length && !_disposed; i++)
        {
            if (Volatile.Read(ref _spare[i]) is null && Interlocked.CompareExchange(ref _spare[i], item, null) is null)
            {
                if (_disposed)
                {
                    Sweep();
                }

                return;
            }
        }

        item.Dispose();
    }

    private void Sweep()
    {
        for (int i = 0; i <= _mask; i++)
        {
            (Interlocked.Exchange(ref _slots[(i + 1) * Width], null) as T)?.Dispose();
        }

        for (int i = 0; i < _spare.Length; i++)
        {
            (Interlocked.Exchange(ref _spare[i], null) as T)?.Dispose();
        }
    }
}
