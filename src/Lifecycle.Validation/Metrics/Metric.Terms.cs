namespace Lifecycle.Validation;

public sealed partial class Metric
{
    /// <summary>The mean of terms, one a row.</summary>
    internal static Metric OfTerms(string name, Func<EvaluationSet, double[]> terms) =>
        new(name, name, Direction.HigherIsBetter, double.NegativeInfinity, double.PositiveInfinity, rows =>
            rows.Set is { } set ? MetricValue.Of(terms(set).Average()) : MetricValue.Undefined(UndefinedReason.MissingMetric))
        {
            Terms = terms,
            IsCustom = true,
        };
}
