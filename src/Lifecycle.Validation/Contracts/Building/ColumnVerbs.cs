namespace Lifecycle.Validation;

/// <summary>
/// Rules about a column as a whole: order, keys and figures. Missing cells are passed over. Figures of a column with a number that is not finite, or
/// a text that is no number, are undefined. Either limit of a figure may be left out.
/// </summary>
public static class ColumnVerbs
{
    /// <summary>No value stands twice. Remembers 8 bytes a value, up to <see cref="ContractOptions.MaxTrackedKeys"/> for all rules together.</summary>
    public static TRules Unique<TRules>(this TRules rules, double mostly = 1)
        where TRules : ColumnRules => rules.With(new UniqueExpectation(rules.Column), mostly);

    /// <summary>No value is below the one before it; strict: each is above it, which proves uniqueness without memory. Texts are compared ordinally.</summary>
    public static TRules Increasing<TRules>(this TRules rules, bool strict = false, double mostly = 1)
        where TRules : ColumnRules => rules.With(new IncreasingExpectation(rules.Column, strict), mostly);

    /// <summary>No value is above the one before it; strict: each is below it. Texts are compared ordinally.</summary>
    public static TRules Decreasing<TRules>(this TRules rules, bool strict = false, double mostly = 1)
        where TRules : ColumnRules => rules.With(new DecreasingExpectation(rules.Column, strict), mostly);

    /// <summary>The mean lies between two limits.</summary>
    public static TRules MeanBetween<TRules>(this TRules rules, double? min = null, double? max = null)
        where TRules : ColumnRules => rules.With(new MeanBetweenExpectation(rules.Column, min, max));

    /// <summary>The standard deviation, with divisor n - 1, lies between two limits.</summary>
    public static TRules StandardDeviationBetween<TRules>(this TRules rules, double? min = null, double? max = null)
        where TRules : ColumnRules => rules.With(new StandardDeviationBetweenExpectation(rules.Column, min, max));

    /// <summary>The sum lies between two limits.</summary>
    public static TRules SumBetween<TRules>(this TRules rules, double? min = null, double? max = null)
        where TRules : ColumnRules => rules.With(new SumBetweenExpectation(rules.Column, min, max));

    /// <summary>The least value lies between two limits.</summary>
    public static TRules MinimumBetween<TRules>(this TRules rules, double? min = null, double? max = null)
        where TRules : ColumnRules => rules.With(new MinimumBetweenExpectation(rules.Column, min, max));

    /// <summary>The greatest value lies between two limits.</summary>
    public static TRules MaximumBetween<TRules>(this TRules rules, double? min = null, double? max = null)
        where TRules : ColumnRules => rules.With(new MaximumBetweenExpectation(rules.Column, min, max));

    /// <summary>
    /// A quantile lies between two limits: by linear interpolation (type 7) to 65,536 values, then from a sketch whose rank error is 0.27 %. A limit inside
    /// the error band cannot be judged.
    /// </summary>
    /// <param name="rules">The rules.</param>
    /// <param name="quantile">In [0, 1]; 0.5 is the median.</param>
    /// <param name="min">Least value.</param>
    /// <param name="max">Greatest value.</param>
    public static TRules QuantileBetween<TRules>(this TRules rules, double quantile, double? min = null, double? max = null)
        where TRules : ColumnRules => rules.With(new QuantileBetweenExpectation(rules.Column, quantile, min, max));

    /// <summary>
    /// The number of distinct values lies between two limits: exact to 65,536, then from a sketch whose standard error is 1.63 %. A limit inside the 99 % band
    /// cannot be judged.
    /// </summary>
    public static TRules DistinctCountBetween<TRules>(this TRules rules, long? min = null, long? max = null)
        where TRules : ColumnRules => rules.With(new DistinctCountBetweenExpectation(rules.Column, min, max));

    /// <summary>At least a share of the values is one of a set; no single row breaks it.</summary>
    public static TRules DomainMass<TRules>(this TRules rules, IEnumerable<string> values, double atLeast)
        where TRules : ColumnRules => rules.With(new DomainMassExpectation(rules.Column, new ValueSet(values), atLeast));

    /// <summary>At least a share of the values is one of a set of numbers; no single row breaks it.</summary>
    public static TRules DomainMass<TRules>(this TRules rules, IEnumerable<double> values, double atLeast)
        where TRules : ColumnRules => rules.With(new DomainMassExpectation(rules.Column, new ValueSet(values), atLeast));

    internal static TRules With<TRules>(this TRules rules, Expectation expectation, double? mostly = null)
        where TRules : RuleList
    {
        ArgumentNullException.ThrowIfNull(rules);
        rules.Add(expectation, mostly);
        return rules;
    }
}
