using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>Gaussian noise in units of each column's standard deviation; column c draws from stream (seed, family &lt;&lt; 32 | c).</summary>
internal sealed class NoisePerturbation(double level) : Perturbation(Name, level)
{
    public const string Name = "noise";
    private const ulong Family = 1;

    internal override string Words => FormattableString.Invariant($"Noise of {100 * Level:0.###} % of each feature's standard deviation");

    internal override ColumnBatch? Apply(EvaluationSet set, ulong seed)
    {
        BatchColumn[] columns = new BatchColumn[set.Features.Count];
        bool changed = false;
        for (int c = 0; c < columns.Length; c++)
        {
            FeatureColumn feature = set.Features[c];
            columns[c] = feature.Column;
            bool isNumber = feature.Column.Column.Type is ColumnType.Double or ColumnType.Single or ColumnType.Int32 or ColumnType.Int64;
            if (isNumber && !feature.IsImmutable)
            {
                columns[c] = Disturb(feature, new RandomStream(seed, (Family << 32) | (uint)c));
                changed |= !ReferenceEquals(columns[c], feature.Column);
            }
        }

        return changed ? new ColumnBatch(columns) : null;
    }

    private BatchColumn Disturb(FeatureColumn feature, RandomStream random)
    {
        double[] values = feature.Column.ToDoubles();
        double scale = Level * StandardDeviation(values);
        if (!(scale > 0))
        {
            return feature.Column;
        }

        bool isWhole = feature.IsInteger || feature.Column.Column.Type is ColumnType.Int32 or ColumnType.Int64;
        for (int i = 0; i < values.Length; i++)
        {
            double noise = random.NextGaussian();
            if (!double.IsFinite(values[i]))
            {
                continue;
            }

            double moved = values[i] + scale * noise;
            values[i] = Hold(isWhole ? Math.Round(moved) : moved, feature, isWhole, values[i]);
        }

        return Like(feature.Column, values);
    }

    /// <summary>The value within the range of the feature; the original where no lawful value is left.</summary>
    private static double Hold(double value, FeatureColumn feature, bool isWhole, double original)
    {
        double low = isWhole ? Math.Ceiling(feature.Minimum) : feature.Minimum, high = isWhole ? Math.Floor(feature.Maximum) : feature.Maximum;
        return low <= high ? Math.Clamp(value, low, high) : original;
    }

    private static double StandardDeviation(double[] values)
    {
        double[] present = [.. values.Where(double.IsFinite)];
        if (present.Length < 2)
        {
            return 0;
        }

        double mean = present.Average();
        return Math.Sqrt(present.Sum(v => (v - mean) * (v - mean)) / (present.Length - 1));
    }

    private static BatchColumn Like(BatchColumn column, double[] values) => column.Column.Type switch
    {
        ColumnType.Single => new BatchColumn<float>(column.Column, Array.ConvertAll(values, v => (float)v), column.Valid),
        ColumnType.Int32 => new BatchColumn<int>(column.Column, Array.ConvertAll(values, v => double.IsNaN(v) ? 0 : (int)Math.Clamp(v, int.MinValue, int.MaxValue)), column.Valid),
        ColumnType.Int64 => new BatchColumn<long>(column.Column, Array.ConvertAll(values, v => double.IsNaN(v) ? 0 : (long)v), column.Valid),
        _ => new BatchColumn<double>(column.Column, values, column.Valid),
    };
}
