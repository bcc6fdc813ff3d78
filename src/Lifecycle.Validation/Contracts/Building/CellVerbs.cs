namespace Lifecycle.Validation;

/// <summary>
/// Rules about single cells. But for <c>Required</c>, <c>AllMissing</c> and <c>NoNaN</c> they pass missing cells over; a cell is missing when it is
/// null, and in columns of floating numbers also when it is NaN. <c>mostly</c> is the share of the judged cells that must hold, in [0, 1].
/// </summary>
public static class CellVerbs
{
    /// <summary>The cell is there.</summary>
    public static TRules Required<TRules>(this TRules rules, double mostly = 1)
        where TRules : ColumnRules => rules.With(new RequiredExpectation(rules.Column), mostly);

    /// <summary>The cell is missing: a column that must not be filled.</summary>
    public static TRules AllMissing<TRules>(this TRules rules, double mostly = 1)
        where TRules : ColumnRules => rules.With(new AllMissingExpectation(rules.Column), mostly);

    /// <summary>The column has this type, or a narrower one whose every value it can hold: whole numbers are numbers, a date is a time.</summary>
    public static TRules OfType<TRules>(this TRules rules, ColumnType type)
        where TRules : ColumnRules => rules.With(new OfTypeExpectation(rules.Column, type));

    /// <summary>No cell that is not null is NaN.</summary>
    public static TRules NoNaN<TRules>(this TRules rules, double mostly = 1)
        where TRules : ColumnRules => rules.With(new NoNaNExpectation(rules.Column), mostly);

    /// <summary>No number is infinite.</summary>
    public static TRules Finite<TRules>(this TRules rules, double mostly = 1)
        where TRules : ColumnRules => rules.With(new FiniteExpectation(rules.Column), mostly);

    /// <summary>A number between two limits. A text is read as a number; one that is none breaks the rule. Floats are compared in their own precision.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="min">Least number; negative infinity when there is none.</param>
    /// <param name="max">Greatest number; infinity when there is none.</param>
    /// <param name="exclusive">Whether the limits themselves are outside.</param>
    /// <param name="mostly">Share of the judged cells that must hold.</param>
    public static TRules Between<TRules>(this TRules rules, double min, double max, bool exclusive = false, double mostly = 1)
        where TRules : ColumnRules => rules.With(new BetweenExpectation(rules.Column, new RangeLimits(min, max, exclusive)), mostly);

    /// <summary>A date or time between two dates. A text is read as a time (ISO 8601); one that is none breaks the rule.</summary>
    /// <inheritdoc cref="Between{TRules}(TRules, double, double, bool, double)"/>
    public static TRules Between<TRules>(this TRules rules, DateOnly min, DateOnly max, bool exclusive = false, double mostly = 1)
        where TRules : ColumnRules => rules.Between(min.ToDateTime(TimeOnly.MinValue), max.ToDateTime(TimeOnly.MinValue), exclusive, mostly);

    /// <summary>A date or time between two times, UTC. A text is read as a time (ISO 8601); one that is none breaks the rule.</summary>
    /// <inheritdoc cref="Between{TRules}(TRules, double, double, bool, double)"/>
    public static TRules Between<TRules>(this TRules rules, DateTime min, DateTime max, bool exclusive = false, double mostly = 1)
        where TRules : ColumnRules => rules.With(new BetweenExpectation(rules.Column, new RangeLimits(min, max, exclusive)), mostly);

    /// <summary>One of these values, compared ordinally; in a column of numbers they are read as numbers.</summary>
    public static TRules In<TRules>(this TRules rules, params string[] values)
        where TRules : ColumnRules => rules.With(new InExpectation(rules.Column, new ValueSet(values)));

    /// <summary>One of these values, but for a share.</summary>
    public static TRules In<TRules>(this TRules rules, IEnumerable<string> values, double mostly)
        where TRules : ColumnRules => rules.With(new InExpectation(rules.Column, new ValueSet(values)), mostly);

    /// <summary>One of these numbers.</summary>
    public static TRules In<TRules>(this TRules rules, params double[] values)
        where TRules : ColumnRules => rules.With(new InExpectation(rules.Column, new ValueSet(values)));

    /// <summary>One of these numbers, but for a share.</summary>
    public static TRules In<TRules>(this TRules rules, IEnumerable<double> values, double mostly)
        where TRules : ColumnRules => rules.With(new InExpectation(rules.Column, new ValueSet(values)), mostly);

    /// <summary>None of these values, compared ordinally; in a column of numbers they are read as numbers.</summary>
    public static TRules NotIn<TRules>(this TRules rules, params string[] values)
        where TRules : ColumnRules => rules.With(new NotInExpectation(rules.Column, new ValueSet(values)));

    /// <summary>None of these numbers.</summary>
    public static TRules NotIn<TRules>(this TRules rules, params double[] values)
        where TRules : ColumnRules => rules.With(new NotInExpectation(rules.Column, new ValueSet(values)));

    /// <summary>One of the keys of another table.</summary>
    public static TRules ExistsIn<TRules>(this TRules rules, IEnumerable<string> keys, double mostly = 1)
        where TRules : ColumnRules => rules.With(new ExistsInExpectation(rules.Column, new ValueSet(keys)), mostly);

    /// <summary>One of the keys of another table.</summary>
    public static TRules ExistsIn<TRules>(this TRules rules, IEnumerable<double> keys, double mostly = 1)
        where TRules : ColumnRules => rules.With(new ExistsInExpectation(rules.Column, new ValueSet(keys)), mostly);
}
