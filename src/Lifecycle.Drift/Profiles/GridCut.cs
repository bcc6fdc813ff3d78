namespace Lifecycle.Drift;

/// <summary>Collects the edges of a quantile grid, in order: edges at the minimum and repeated ones fall away.</summary>
internal sealed class GridCut(double minimum, int resolution)
{
    private readonly List<double> _edges = [];
    private readonly List<int> _coarse = [];

    /// <summary>Place of edge k among n sorted values: floor(k n / resolution).</summary>
    public static long PlaceOf(int k, long count, int resolution) => (long)((Int128)k * count / resolution);

    public void Add(double edge, int k)
    {
        if (edge > minimum && (_edges.Count == 0 || edge > _edges[^1]))
        {
            _edges.Add(edge);
        }

        if (k % (resolution / NumericGrid.CoarseBins) == 0 && edge > minimum && (_coarse.Count == 0 || _coarse[^1] != _edges.Count - 1))
        {
            _coarse.Add(_edges.Count - 1);
        }
    }

    public NumericGrid Grid(double maximum) => new([.. _edges], [.. _coarse], isValues: false, minimum, maximum);
}
