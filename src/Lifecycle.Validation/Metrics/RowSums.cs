namespace Lifecycle.Validation;

/// <summary>A figure that follows from weighted sums over rows.</summary>
/// <param name="Columns">The terms, a column a sum, one a row.</param>
/// <param name="Figure">What follows from the sums and the sum of the weights.</param>
internal sealed record RowSums(Func<EvaluationSet, double[][]> Columns, Func<double[], double, MetricValue> Figure)
{
    public MetricValue Of(EvaluationSet set)
    {
        double[][] columns = Columns(set);
        double[] sums = new double[columns.Length];
        for (int c = 0; c < sums.Length; c++)
        {
            NeumaierSum sum = default;
            for (int i = 0; i < set.Count; i++)
            {
                sum.Add(columns[c][i] * (set.IsWeighted ? set.Weights[i] : 1));
            }

            sums[c] = sum.Value;
        }

        double weights = set.IsWeighted ? 0 : set.Count;
        foreach (double weight in set.Weights)
        {
            weights += weight;
        }

        return Figure(sums, weights);
    }
}
