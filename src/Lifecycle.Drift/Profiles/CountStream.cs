using System.Runtime.InteropServices;
using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>A numeric column whose bins are known before: exact counts.</summary>
internal sealed class CountStream : NumericStream
{
    private readonly NumericGrid _grid;
    private readonly ColumnKind _kind;
    private readonly long[] _counts, _offsets;
    private readonly Dictionary<double, long> _top;
    private readonly CardinalitySketch _cardinality = new();
    private readonly LogHistogram _histogram = new();
    private long _fractional;

    public CountStream(ColumnLayout layout, NumericGrid grid, ColumnKind kind, IEnumerable<ValueCount> top)
        : base(layout)
    {
        (_grid, _kind) = (grid, kind);
        _counts = new long[grid.BinCount];
        _offsets = grid.IsValues ? [] : new long[grid.BinCount];
        _top = top.ToDictionary(v => v.Value, _ => 0L);
    }

    protected override void Take(ReadOnlySpan<double> finite)
    {
        _cardinality.Add(finite);
        _histogram.Add(finite);
        _fractional += NumericSketches.CountFractional(finite);
        foreach (double value in finite)
        {
            int bin = _grid.BinOf(value);
            _counts[bin]++;
            if (_offsets.Length > 0)
            {
                _offsets[bin] += BinOffset.Of(_grid, bin, value);
            }
        }

        if (_top.Count > 0)
        {
            foreach (double value in finite)
            {
                ref long count = ref CollectionsMarshal.GetValueRefOrNullRef(_top, value);
                if (!System.Runtime.CompilerServices.Unsafe.IsNullRef(ref count))
                {
                    count++;
                }
            }
        }
    }

    protected override (NumericGrid Grid, ColumnKind Kind, long[] Counts, long[] Offsets, NumericSketches Sketches) Shape() => (
        _grid, _kind, _counts, _offsets,
        new NumericSketches
        {
            Histogram = _histogram.ToBytes(),
            Cardinality = _cardinality,
            Fractional = _fractional,
            TopValues = NumericSketches.Ordered(_top.Select(v => new ValueCount(v.Key, v.Value))),
        });
}
