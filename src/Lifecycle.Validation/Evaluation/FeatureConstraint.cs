using System.Globalization;

namespace Lifecycle.Validation;

/// <summary>A rule of what is possible in the world, which no changed row may break.</summary>
/// <param name="Kind">
/// <c>immutable</c>, <c>integer</c>, <c>range</c>, <c>oneOf</c>, <c>onlyUp</c>, <c>onlyDown</c>, <c>oneHot</c> or <c>lessOrEqual</c>.
/// </param>
/// <param name="Columns">The features it speaks of.</param>
/// <param name="Text">The rule in words.</param>
public sealed record FeatureConstraint(string Kind, IReadOnlyList<string> Columns, string Text)
{
    /// <summary>The rule in words.</summary>
    public override string ToString() => Text;

    internal static IEnumerable<FeatureConstraint> Of(FeatureColumn f)
    {
        if (f.IsImmutable)
        {
            yield return new("immutable", [f.Name], $"'{f.Name}' must not change");
        }

        if (f.IsInteger)
        {
            yield return new("integer", [f.Name], $"'{f.Name}' must be a whole number");
        }

        if (!double.IsNegativeInfinity(f.Minimum) || !double.IsPositiveInfinity(f.Maximum))
        {
            yield return new(
                "range", [f.Name], string.Create(CultureInfo.InvariantCulture, $"'{f.Name}' must lie between {f.Minimum} and {f.Maximum}"));
        }

        string[] allowed = f.AllowedNumbers.Count > 0 ? [.. f.AllowedNumbers.Select(Wording.Number)]
            : [.. f.AllowedTexts.Select(Wording.Show)];
        if (allowed.Length > 0)
        {
            yield return new(
                "oneOf", [f.Name], $"'{f.Name}' must be one of {string.Join(", ", allowed.Take(10))}{(allowed.Length > 10 ? ", ..." : "")}");
        }

        if (f.IsOnlyUp)
        {
            yield return new("onlyUp", [f.Name], $"'{f.Name}' may only rise");
        }

        if (f.IsOnlyDown)
        {
            yield return new("onlyDown", [f.Name], $"'{f.Name}' may only fall");
        }
    }

    internal static FeatureConstraint OneHot(IReadOnlyList<string> columns) =>
        new("oneHot", columns, $"exactly one of {string.Join(", ", columns.Select(c => $"'{c}'"))} must be 1 and the others 0");

    internal static FeatureConstraint Order(string lesser, string greater) =>
        new("lessOrEqual", [lesser, greater], $"'{lesser}' must not exceed '{greater}'");
}
