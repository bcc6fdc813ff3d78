namespace Lifecycle.Validation;

/// <summary>A figure that follows from how many rows fall into each cell of a table.</summary>
/// <param name="Cells">The cell of each row, -1 for none, and the number of cells.</param>
/// <param name="Figure">What follows from the counts (sums of weights) of the cells.</param>
internal sealed record CellTable(Func<EvaluationSet, (int[] Codes, int Cells)> Cells, Func<double[], MetricValue> Figure)
{
    public MetricValue Of(EvaluationSet set)
    {
        (int[] codes, int cells) = Cells(set);
        NeumaierSum[] sums = new NeumaierSum[cells];
        for (int i = 0; i < codes.Length; i++)
        {
            if (codes[i] >= 0)
            {
                sums[codes[i]].Add(set.IsWeighted ? set.Weights[i] : 1);
            }
        }

        return Figure(Array.ConvertAll(sums, s => s.Value));
    }
}
