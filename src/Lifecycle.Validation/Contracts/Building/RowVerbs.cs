namespace Lifecycle.Validation;

/// <summary>Rules about rows and the table.</summary>
public static class RowVerbs
{
    /// <summary>The source has so many rows.</summary>
    public static TRules Count<TRules>(this TRules rules, long? atLeast = null, long? atMost = null)
        where TRules : RowRules => rules.With(new RowCountExpectation(atLeast, atMost));

    /// <summary>No row stands twice, looking at all columns of the source, or at all declared columns of records; missing cells are equal to each other.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="atMost">Share of rows that may repeat an earlier one, in [0, 1].</param>
    public static TRules NoDuplicates<TRules>(this TRules rules, double atMost = 0)
        where TRules : RowRules => rules.With(new NoDuplicatesExpectation(atMost));

    /// <summary>No two rows are equal in all columns but the label. A row breaks it when the first one equal to it had another label.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="label">The column of labels.</param>
    /// <param name="atMost">Share of rows that may break it, in [0, 1].</param>
    public static TRules NoConflictingLabels<TRules>(this TRules rules, string label, double atMost = 0)
        where TRules : RowRules => rules.With(new NoConflictingLabelsExpectation(label, atMost));

    /// <summary>One column is at most another in the same row, where both are there.</summary>
    public static TRules LessOrEqual<TRules>(this TRules rules, string smaller, string greater, double mostly = 1)
        where TRules : RowRules => rules.With(new LessOrEqualExpectation(smaller, greater), mostly);

    /// <summary>Two columns are equal in the same row, where both are there.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="first">A column.</param>
    /// <param name="second">Another column.</param>
    /// <param name="tolerance">How far numbers may differ, at least 0.</param>
    /// <param name="mostly">Share of the judged rows that must hold.</param>
    public static TRules EqualTo<TRules>(this TRules rules, string first, string second, double tolerance = 0, double mostly = 1)
        where TRules : RowRules => rules.With(new EqualToExpectation(first, second, tolerance), mostly);

    /// <summary>No combination of these columns stands twice, among rows that have all of them.</summary>
    public static TRules UniqueTogether<TRules>(this TRules rules, params string[] columns)
        where TRules : RowRules => rules.With(new UniqueTogetherExpectation([.. columns]));
}
