namespace Lifecycle.Validation;

/// <summary>A weighted sum of figures that is 0 when groups are alike.</summary>
internal sealed class Contrast
{
    public static readonly double[] PairWeights = [1, -1];

    public Contrast(string first, string second, Metric metric, int[] cells, double[] weights, GroupCell[] all)
    {
        First = first;
        Second = second;
        Metric = metric;
        Cells = cells;
        Weights = weights;
        for (int i = 0; i < cells.Length; i++)
        {
            Estimate += weights[i] * all[cells[i]].Estimate;
            Variance += weights[i] * weights[i] * all[cells[i]].Variance;
        }

        Distance = Math.Abs(Estimate);
        Error = Math.Sqrt(Variance);
    }

    public string First { get; }

    public string Second { get; }

    public Metric Metric { get; }

    public int[] Cells { get; }

    public double[] Weights { get; }

    public double Estimate { get; }

    public double Variance { get; }

    public double Distance { get; }

    public double Error { get; }

    /// <summary>The plain figures of both sides.</summary>
    public (double First, double Second) Plain(IReadOnlyList<GroupCell> cells)
    {
        if (ReferenceEquals(Weights, PairWeights))
        {
            return (cells[Cells[0]].Plain, cells[Cells[1]].Plain);
        }

        if (Second == Disparities.OverallName)
        {
            return (cells[Cells.First(c => cells[c].Group == First)].Plain, Cells.Sum(c => cells[c].Plain * cells[c].Rows) / Cells.Sum(c => cells[c].Rows));
        }

        return (Side(cells, above: true), Side(cells, above: false));
    }

    private double Side(IReadOnlyList<GroupCell> cells, bool above) => Cells.Where((_, i) => Weights[i] > 0 == above).Average(c => cells[c].Plain);
}
