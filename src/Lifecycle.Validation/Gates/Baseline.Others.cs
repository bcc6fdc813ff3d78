namespace Lifecycle.Validation;

/// <summary>A value that was measured for another model once.</summary>
/// <param name="Metric">What was measured.</param>
/// <param name="Value">Its value; finite.</param>
/// <param name="Rows">Rows in its denominator; null when nobody knows, and then only plain figures can be compared.</param>
public sealed record BaselineValue(Metric Metric, double Value, long? Rows = null);

public sealed partial class Baseline
{
    /// <summary>The other model itself; null when only its answers or values are known.</summary>
    public BatchPredictor? Predictor { get; private init; }

    /// <summary>Values measured for the other model on other rows; empty when its answers are known.</summary>
    public IReadOnlyList<BaselineValue> Values { get; private init; } = [];

    /// <summary>Whether its answers on the same rows are known, so that rows can be paired.</summary>
    public bool HasRows => Predictor is null && Values.Count == 0;

    internal double Threshold { get; private init; } = 0.5;

    /// <summary>The other model itself; it is asked once about the features of the evaluation set.</summary>
    /// <param name="predict">The model.</param>
    /// <param name="threshold">The decision is positive when score ≥ threshold.</param>
    /// <param name="model">Digest of the model's manifest.</param>
    /// <exception cref="ArgumentException">The threshold is NaN.</exception>
    public static Baseline FromPredictor(BatchPredictor predict, double threshold = 0.5, Digest? model = null)
    {
        ArgumentNullException.ThrowIfNull(predict);
        RequireNumber(threshold);
        return new Baseline(null, [], model) { Predictor = predict, Threshold = threshold };
    }

    /// <summary>
    /// Bare values; the rows they were measured on are independent of the evaluation set. Shares are compared by Newcombe's and Katz'
    /// intervals, other metrics by joining both intervals (MOVER), the other model's spread being that of the candidate scaled by the
    /// number of rows.
    /// </summary>
    /// <param name="values">One a metric.</param>
    /// <param name="model">Digest of the model's manifest.</param>
    /// <exception cref="ArgumentException">
    /// There is no value, a metric stands twice, a value is not finite or outside the metric's range, or a number of rows is below 1.
    /// </exception>
    public static Baseline FromValues(IReadOnlyList<BaselineValue> values, Digest? model = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count == 0 || values.Select(v => v.Metric.Name).Distinct(StringComparer.Ordinal).Count() < values.Count)
        {
            throw new ArgumentException("Give at least one value, and one only for each metric.", nameof(values));
        }

        foreach (BaselineValue value in values)
        {
            if (!(value.Value >= value.Metric.Minimum && value.Value <= value.Metric.Maximum) || !double.IsFinite(value.Value) || value.Rows < 1)
            {
                throw new ArgumentException(
                    $"The baseline's {value.Metric.Name} is {value.Value} of {value.Rows?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "unknown"} rows; the value must be finite and between {value.Metric.Minimum} and {value.Metric.Maximum}, the rows at least 1.",
                    nameof(values));
            }
        }

        return new Baseline(null, [], model) { Values = [.. values] };
    }
}
