namespace Lifecycle.Validation;

/// <summary>Rules about cells as text; numbers and dates are written in the invariant culture first. Missing cells are passed over.</summary>
public static class TextVerbs
{
    /// <summary>A regular expression is found in the text; anchor it with ^ and $ to match the whole.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="pattern">At most 4 KB, without constructs that need backtracking (look-arounds, back-references, atomic groups).</param>
    /// <param name="mostly">Share of the judged cells that must hold.</param>
    public static TRules Matches<TRules>(this TRules rules, string pattern, double mostly = 1)
        where TRules : ColumnRules
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return rules.With(new MatchesExpectation(rules.Column, pattern), mostly);
    }

    /// <summary>A regular expression is not found in the text.</summary>
    /// <inheritdoc cref="Matches{TRules}(TRules, string, double)"/>
    public static TRules NotMatches<TRules>(this TRules rules, string pattern, double mostly = 1)
        where TRules : ColumnRules
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return rules.With(new NotMatchesExpectation(rules.Column, pattern), mostly);
    }

    /// <summary>The text has so many UTF-16 characters.</summary>
    public static TRules LengthBetween<TRules>(this TRules rules, int min, int max = int.MaxValue, double mostly = 1)
        where TRules : ColumnRules => rules.With(new LengthBetweenExpectation(rules.Column, min, max), mostly);

    /// <summary>The text reads as something else, in the invariant culture.</summary>
    public static TRules ParsesAs<TRules>(this TRules rules, CellFormat format, double mostly = 1)
        where TRules : ColumnRules
    {
        ArgumentNullException.ThrowIfNull(format);
        return rules.With(new ParsesAsExpectation(rules.Column, format), mostly);
    }

    /// <summary>The text has no white space at its ends.</summary>
    public static TRules NoPadding<TRules>(this TRules rules, double mostly = 1)
        where TRules : ColumnRules => rules.With(new NoPaddingExpectation(rules.Column), mostly);

    /// <summary>The text has no lone surrogate, no U+FFFD and no control character.</summary>
    public static TRules ValidText<TRules>(this TRules rules, double mostly = 1)
        where TRules : ColumnRules => rules.With(new ValidTextExpectation(rules.Column), mostly);
}
