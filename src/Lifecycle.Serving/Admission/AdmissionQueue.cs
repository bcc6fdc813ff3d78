using System.Numerics;

namespace Lifecycle.Serving;

/// <summary>
/// Calls in the order of (priority, arrival): a list a level, so that taking the first and removing any costs the same however many wait.
/// Guarded by the gate of its runner.
/// </summary>
internal sealed class AdmissionQueue(int levels)
{
    /// <summary>Most levels of priority: which of them hold calls is one 64-bit word.</summary>
    public const int MaximumLevels = 64;

    private readonly WaitingCall?[] _first = new WaitingCall?[levels];
    private readonly WaitingCall?[] _last = new WaitingCall?[levels];
    private readonly long[] _weights = new long[levels];
    private ulong _occupied;

    public int Count { get; private set; }

    /// <summary>Bytes of the inputs that wait.</summary>
    public long Bytes { get; private set; }

    /// <summary>Sum of the weights that wait.</summary>
    public long Weight { get; private set; }

    public WaitingCall? First => _occupied == 0 ? null : _first[BitOperations.TrailingZeroCount(_occupied)];

    /// <summary>The level of a priority, 0 being served first.</summary>
    public int Level(int priority) => priority <= 0 || priority > levels ? levels - 1 : priority - 1;

    public void Push(WaitingCall call)
    {
        int level = call.Level;
        call.Next = null;
        call.Previous = _last[level];
        if (call.Previous is { } before)
        {
            before.Next = call;
        }
        else
        {
            _first[level] = call;
            _occupied |= 1UL << level;
        }

        _last[level] = call;
        call.Waits = true;
        Count++;
        Bytes += call.Bytes;
        Weight += call.Weight;
        _weights[level] += call.Weight;
    }

    public void Remove(WaitingCall call)
    {
        int level = call.Level;
        if (call.Previous is { } before)
        {
            before.Next = call.Next;
        }
        else
        {
            _first[level] = call.Next;
        }

        if (call.Next is { } after)
        {
            after.Previous = call.Previous;
        }
        else
        {
            _last[level] = call.Previous;
        }

        if (_first[level] is null)
        {
            _occupied &= ~(1UL << level);
        }

        call.Next = null;
        call.Previous = null;
        call.Waits = false;
        Count--;
        Bytes -= call.Bytes;
        Weight -= call.Weight;
        _weights[level] -= call.Weight;
    }

    /// <summary>The call after this one, over all levels.</summary>
    public WaitingCall? After(WaitingCall call)
    {
        if (call.Next is { } next)
        {
            return next;
        }

        ulong later = call.Level == MaximumLevels - 1 ? 0 : _occupied & (ulong.MaxValue << (call.Level + 1));
        return later == 0 ? null : _first[BitOperations.TrailingZeroCount(later)];
    }

    /// <summary>Sum of the weights that are served before a new call of this level.</summary>
    public long WeightAhead(int level)
    {
        long ahead = 0;
        for (int i = 0; i <= level; i++)
        {
            ahead += _weights[i];
        }

        return ahead;
    }
}
