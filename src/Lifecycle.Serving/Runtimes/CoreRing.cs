using System.Numerics;
using System.Runtime.CompilerServices;

namespace Lifecycle.Serving;

/// <summary>
/// Keeps objects that only one thread may use at a time: one a core, then two spare ones a core, then a new object.
/// For runtimes; renting costs one exchange and returning one write, both on a cache line of the core's own.
/// </summary>
/// <typeparam name="T">The object; disposed when there is no place for it.</typeparam>
public sealed class CoreRing<T> : IDisposable
    where T : class, IDisposable
{
    private const int Free = 0;
    private const int Taken = 1;

    private readonly Func<T> _make;
    private readonly int _mask;
    private readonly Place[] _places;
    private readonly T?[] _spare;
    private volatile bool _disposed;

    /// <summary>Makes a ring.</summary>
    /// <param name="make">Makes an object, at any time, on any thread.</param>
    public CoreRing(Func<T> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        _make = make;
        int cores = (int)BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount);
        _mask = cores - 1;

        // The first place is nobody's, so that the array's length is on no core's line.
        _places = new Place[cores + 1];
        _spare = new T?[2 * cores];
    }

    /// <summary>Makes one object a core now.</summary>
    public void Fill()
    {
        for (int i = 1; i < _places.Length; i++)
        {
            ref Place place = ref _places[i];
            if (!_disposed && Interlocked.Exchange(ref place.State, Taken) == Free)
            {
                _ = place.Item ?? Make(ref place);
                Leave(ref place);
            }
        }
    }

    /// <summary>Takes an object; give it back with <see cref="Return"/>, or with <see cref="Discard"/> when the use of it may have left it unusable.</summary>
    /// <exception cref="ObjectDisposedException">The ring was disposed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Rent()
    {
        ref Place place = ref Here();
        return Interlocked.Exchange(ref place.State, Taken) == Free ? place.Item ?? Make(ref place) : RentElsewhere();
    }

    /// <summary>Gives an object back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Return(T item)
    {
        ref Place place = ref Here();
        if (ReferenceEquals(place.Item, item))
        {
            Leave(ref place);
        }
        else
        {
            ReturnElsewhere(item);
        }
    }

    /// <summary>Disposes an object that was taken; a new one is made when it is needed.</summary>
    public void Discard(T item)
    {
        ArgumentNullException.ThrowIfNull(item);
        ref Place place = ref PlaceOf(item);
        if (!Unsafe.IsNullRef(ref place))
        {
            place.Item = null;
            Leave(ref place);
        }

        item.Dispose();
    }

    /// <summary>Disposes all objects that are here; those that are rented are disposed when they come back.</summary>
    public void Dispose()
    {
        _disposed = true;

        // Whoever gives a place back writes it and then reads the flag. After this line either that write is seen here or the flag there.
        Interlocked.MemoryBarrierProcessWide();
        Sweep();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Place Here() => ref _places[(Thread.GetCurrentProcessorId() & _mask) + 1];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Leave(ref Place place)
    {
        Volatile.Write(ref place.State, Free);
        if (_disposed)
        {
            Sweep();
        }
    }

    /// <summary>Where a taken object has its place; it stays there until whoever took it leaves. A null reference when it has none.</summary>
    private ref Place PlaceOf(T item)
    {
        for (int i = 1; i < _places.Length; i++)
        {
            if (ReferenceEquals(Volatile.Read(ref _places[i].Item), item))
            {
                return ref _places[i];
            }
        }

        return ref Unsafe.NullRef<Place>();
    }

    /// <summary>Makes the object of a place that was taken empty.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private T Make(ref Place place)
    {
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return place.Item = _make();
        }
        catch
        {
            Leave(ref place);
            throw;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private T RentElsewhere()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        for (int i = 0; i < _spare.Length; i++)
        {
            if (Volatile.Read(ref _spare[i]) is not null && Interlocked.Exchange(ref _spare[i], null) is { } spare)
            {
                return spare;
            }
        }

        return _make();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReturnElsewhere(T item)
    {
        ref Place place = ref PlaceOf(item);
        if (!Unsafe.IsNullRef(ref place))
        {
            Leave(ref place);
            return;
        }

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

    /// <summary>Disposes what is here; a place that was emptied stays taken.</summary>
    private void Sweep()
    {
        for (int i = 1; i < _places.Length; i++)
        {
            ref Place place = ref _places[i];
            if (Interlocked.Exchange(ref place.State, Taken) == Free)
            {
                T? item = place.Item;
                place.Item = null;
                item?.Dispose();
            }
        }

        for (int i = 0; i < _spare.Length; i++)
        {
            Interlocked.Exchange(ref _spare[i], null)?.Dispose();
        }
    }

    /// <summary>The object of one core and whether somebody has it: 128 bytes.</summary>
    private struct Place
    {
        public T? Item;
        public int State;
#pragma warning disable CS0169 // Only its width counts.
        private Padding _padding;
#pragma warning restore CS0169
    }

    [InlineArray(14)]
    private struct Padding
    {
        private long _first;
    }
}
