namespace Lifecycle.Statistics;

/// <summary>Two sorted samples in one precision, neither empty.</summary>
internal readonly ref struct SamplePair
{
    private readonly ReadOnlyMemory<uint> _first32, _second32;
    private readonly ReadOnlyMemory<ulong> _first64, _second64;
    private readonly bool _single;

    public SamplePair(in SortedKeys<uint> first, in SortedKeys<uint> second)
    {
        Require(first.Count, first.Missing, first.Infinite, nameof(first));
        Require(second.Count, second.Missing, second.Infinite, nameof(second));
        _first32 = first.KeysAndEnd;
        _second32 = second.KeysAndEnd;
        (_single, First, Second) = (true, first.Count, second.Count);
    }

    public SamplePair(in SortedKeys<ulong> first, in SortedKeys<ulong> second)
    {
        Require(first.Count, first.Missing, first.Infinite, nameof(first));
        Require(second.Count, second.Missing, second.Infinite, nameof(second));
        _first64 = first.KeysAndEnd;
        _second64 = second.KeysAndEnd;
        (First, Second) = (first.Count, second.Count);
    }

    public SamplePair(SortedSample first, SortedSample second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        Require(first.Count, first.Missing, first.Infinite, nameof(first));
        Require(second.Count, second.Missing, second.Infinite, nameof(second));
        (First, Second, _single) = (first.Count, second.Count, first.IsSingle && second.IsSingle);
        if (_single)
        {
            _first32 = first.SingleKeysAndEnd;
            _second32 = second.SingleKeysAndEnd;
        }
        else
        {
            _first64 = first.DoubleKeysAndEnd;
            _second64 = second.DoubleKeysAndEnd;
        }
    }

    /// <summary>Values of the first sample.</summary>
    public int First { get; }

    /// <summary>Values of the second sample.</summary>
    public int Second { get; }

    /// <summary>All statistics.</summary>
    public MergeTotals Walk() => _single ? SampleMerge.Walk(_first32.Span, _second32.Span) : SampleMerge.Walk(_first64.Span, _second64.Span);

    /// <summary>All statistics, each half of the walk on a thread of its own.</summary>
    public MergeTotals WalkInParallel() =>
        _single ? SampleMerge.WalkInParallel(_first32, _second32) : SampleMerge.WalkInParallel(_first64, _second64);

    /// <summary>The largest differences only.</summary>
    public (long Above, long Below) Extremes() =>
        _single ? SampleMerge.Extremes(_first32.Span, _second32.Span) : SampleMerge.Extremes(_first64.Span, _second64.Span);

    /// <summary>After how many pooled values each run of equal values ends, ascending.</summary>
    public int[] RunEnds() => _single ? TieRuns.Ends(_first32.Span[..^1], _second32.Span[..^1]) : TieRuns.Ends(_first64.Span[..^1], _second64.Span[..^1]);

    private static void Require(int count, int missing, int infinite, string name)
    {
        if (count == 0)
        {
            throw new ArgumentException(
                $"The {name} sample has no finite value to test ({missing} NaN, {infinite} infinite were dropped).", name);
        }
    }
}
