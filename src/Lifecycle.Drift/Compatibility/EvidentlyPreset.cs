using System.Collections.Immutable;

namespace Lifecycle.Drift;

/// <summary>
/// Evidently's drift preset as a policy: the same default tests, options for all columns, for one kind and for one column, and its dataset drift.
/// Immutable; an option set for one column leaves the others as they are.
/// </summary>
public sealed record EvidentlyPreset
{
    private const double DefaultShare = 0.5;

    private ImmutableDictionary<string, EvidentlyChoice> Columns { get; init; } = ImmutableDictionary.Create<string, EvidentlyChoice>(StringComparer.Ordinal);

    internal IEnumerable<string> NamedColumns => Columns.Keys;

    private EvidentlyChoice Numbers { get; init; }

    private EvidentlyChoice Labels { get; init; }

    /// <summary>Whether scores have Evidently's defects.</summary>
    public Defects Defects { get; init => field = EnumValue.Require(value, "Defects.AsIs"); }

    /// <summary>Share of the tested columns that makes dataset drift; in (0, 1]. Evidently's <c>drift_share</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside (0, 1].</exception>
    public double DriftShare
    {
        get;
        init => field = value is > 0 and <= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "The share of drifted columns lies above 0 and at most 1, for example 0.5.");
    } = DefaultShare;

    /// <summary>The test of numeric columns; without a word it is chosen as Evidently does. Its <c>num_method</c>.</summary>
    public EvidentlyPreset NumericMethod(EvidentlyTest test) => this with { Numbers = Numbers with { Test = Known(test) } };

    /// <summary>The threshold of numeric columns, whatever their test. Evidently's <c>num_threshold</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The threshold is negative or not a number.</exception>
    public EvidentlyPreset NumericThreshold(double threshold) => this with { Numbers = Numbers with { Threshold = Checked(threshold) } };

    /// <summary>The test of columns of labels; without a word it is chosen as Evidently does. Its <c>cat_method</c>.</summary>
    public EvidentlyPreset CategoryMethod(EvidentlyTest test) => this with { Labels = Labels with { Test = Known(test) } };

    /// <summary>The threshold of columns of labels, whatever their test. Evidently's <c>cat_threshold</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The threshold is negative or not a number.</exception>
    public EvidentlyPreset CategoryThreshold(double threshold) => this with { Labels = Labels with { Threshold = Checked(threshold) } };

    /// <summary>The test of one column. Evidently's <c>per_column_method</c>.</summary>
    public EvidentlyPreset ColumnMethod(string column, EvidentlyTest test) => With(column, Own(column) with { Test = Known(test) });

    /// <summary>The threshold of one column. Evidently's <c>per_column_threshold</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The threshold is negative or not a number.</exception>
    public EvidentlyPreset ColumnThreshold(string column, double threshold) => With(column, Own(column) with { Threshold = Checked(threshold) });

    /// <summary>The preset as a policy.</summary>
    public DriftPolicy ToDriftPolicy() => new() { Correction = DriftCorrection.None, Rule = new EvidentlyRule(this) };

    /// <summary>The preset as a policy.</summary>
    public static implicit operator DriftPolicy(EvidentlyPreset preset)
    {
        ArgumentNullException.ThrowIfNull(preset);
        return preset.ToDriftPolicy();
    }

    internal EvidentlyChoice Of(string column, bool isNumeric)
    {
        EvidentlyChoice own = Columns.GetValueOrDefault(column), kind = isNumeric ? Numbers : Labels;
        return new EvidentlyChoice(own.Test ?? kind.Test, own.Threshold ?? kind.Threshold);
    }

    private EvidentlyChoice Own(string column)
    {
        ArgumentException.ThrowIfNullOrEmpty(column);
        return Columns.GetValueOrDefault(column);
    }

    private EvidentlyPreset With(string column, EvidentlyChoice choice) => this with { Columns = Columns.SetItem(column, choice) };

    private static EvidentlyTest Known(EvidentlyTest test)
    {
        _ = EvidentlyTraits.Of(test);
        return test;
    }

    private static double Checked(double threshold) => threshold >= 0 && double.IsFinite(threshold)
        ? threshold
        : throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "A threshold is a number from 0 on, for example 0.1.");
}

/// <summary>What was said about the test of a column; null where nothing was.</summary>
internal readonly record struct EvidentlyChoice(EvidentlyTest? Test, double? Threshold);
