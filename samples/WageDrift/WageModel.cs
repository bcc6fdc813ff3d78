using Lifecycle;

namespace WageDrift;

/// <summary>The simplest model of earnings: the mean of all workers of the same degree, gender and age.</summary>
internal sealed class WageModel
{
    private readonly Dictionary<string, double> _means;
    private readonly double _mean;

    private WageModel(Dictionary<string, double> means, double mean) => (_means, _mean) = (means, mean);

    public int Cells => _means.Count;

    public static WageModel Train(ColumnBatch rows)
    {
        double[] earnings = rows["earnings"].ToDoubles();
        return new WageModel(
            Enumerable.Range(0, rows.RowCount).GroupBy(i => Cell(rows, i)).ToDictionary(g => g.Key, g => g.Average(i => earnings[i])), earnings.Average());
    }

    /// <summary>Mean and mean absolute error of the predictions times a factor, and the error's share of the mean earnings.</summary>
    public (double Bias, double Error, double Share) Judge(ColumnBatch rows, double factor = 1)
    {
        double[] earnings = rows["earnings"].ToDoubles();
        double[] errors = [.. Enumerable.Range(0, rows.RowCount).Select(i => factor * _means.GetValueOrDefault(Cell(rows, i), _mean) - earnings[i])];
        return (errors.Average(), errors.Average(Math.Abs), errors.Average() / earnings.Average());
    }

    private static string Cell(ColumnBatch rows, int row) => $"{rows["degree"].Text(row)} {rows["gender"].Text(row)} {rows["age"].Text(row)}";
}
