using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>How the interval of a value is made.</summary>
public enum ValueIntervalMethod
{
    /// <summary>Student's t over the values of the rows.</summary>
    StudentT,

    /// <summary>Bias-corrected and accelerated bootstrap over the rows (Efron 1987).</summary>
    BCa,
}

/// <summary>Money, in all and for 1,000 decisions, with one-sided bounds.</summary>
public sealed record ValueEstimate
{
    /// <summary>The exact sum over all rows, by their weights.</summary>
    public required decimal Total { get; init; }

    /// <summary>1,000 · total / rows (or sum of weights).</summary>
    public required decimal PerThousand { get; init; }

    /// <summary>Lower bound for 1,000 decisions; null when there are too few rows.</summary>
    public double? Lower { get; init; }

    /// <summary>Upper bound for 1,000 decisions; null when there are too few rows.</summary>
    public double? Upper { get; init; }

    /// <summary>Number of rows.</summary>
    public required int Rows { get; init; }

    /// <summary>Why there are no bounds; null when there are.</summary>
    public UndefinedReason? Reason { get; init; }

    /// <summary>How the bounds were made.</summary>
    public required string Method { get; init; }

    internal static ValueEstimate Of(decimal[] values, EvaluationSet set, double confidence, ValueIntervalMethod method, ValidationOptions options)
    {
        ReadOnlySpan<double> weights = set.Weights;
        if (!Confidence.IsValid(confidence))
        {
            throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "The confidence must lie between 0.5 and 1, for example 0.95.");
        }

        decimal total = 0, rows = RowValues.Rows(set);
        for (int i = 0; i < values.Length; i++)
        {
            total += RowValues.Weighted(values[i], weights, i);
        }

        decimal perThousand = rows == 0 ? 0 : 1000 * total / rows;
        ValueEstimate estimate = new() { Total = total, PerThousand = perThousand, Rows = values.Length, Method = method == ValueIntervalMethod.BCa ? "BCa bootstrap" : "Student t" };
        if (confidence == Confidence.None)
        {
            return estimate with { Lower = (double)perThousand, Upper = (double)perThousand, Method = "point" };
        }

        double[] terms = Array.ConvertAll(values, v => 1000 * (double)v);
        if (terms.Length < 2)
        {
            return estimate with { Reason = values.Length == 0 ? UndefinedReason.NoRows : UndefinedReason.TooFewRows };
        }

        double[] counted = set.IsWeighted ? [.. terms.Where((_, i) => set.Weights[i] > 0)] : terms;
        if (counted.Length < 2)
        {
            return estimate with { Reason = UndefinedReason.TooFewRows };
        }

        if (!counted.AsSpan(1).ContainsAnyExcept(counted[0]))
        {
            return estimate with { Reason = UndefinedReason.ZeroVariance };
        }

        return method == ValueIntervalMethod.BCa
            ? estimate.Resampled(terms, set, confidence, options)
            : estimate.StudentT(terms, weights, confidence);
    }

    private ValueEstimate StudentT(double[] terms, ReadOnlySpan<double> weights, double confidence)
    {
        double mean = (double)PerThousand, squares = 0, all = weights.IsEmpty ? terms.Length : 0;
        for (int i = 0; i < terms.Length; i++)
        {
            double weight = weights.IsEmpty ? 1 : weights[i];
            squares += weight * weight * (terms[i] - mean) * (terms[i] - mean);
            all += weights.IsEmpty ? 0 : weight;
        }

        double error = Math.Sqrt(squares * terms.Length / (terms.Length - 1.0)) / all;
        double half = StudentTDistribution.Quantile(confidence, terms.Length - 1) * error;
        return this with { Lower = mean - half, Upper = mean + half };
    }

    private ValueEstimate Resampled(double[] terms, EvaluationSet set, double confidence, ValidationOptions options)
    {
        Metric value = Metric.OfTerms("Value", _ => terms);
        MetricInterval found = Bootstrap.Rows(value, set, MetricValue.Of((double)PerThousand), confidence, options.Replicates, options.Seed);
        return found.Value.IsDefined ? this with { Lower = found.Lower, Upper = found.Upper } : this with { Reason = found.Value.Reason };
    }
}
