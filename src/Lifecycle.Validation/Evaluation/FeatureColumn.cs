namespace Lifecycle.Validation;

/// <summary>
/// An input of the model and how it may lawfully change; used when a model is tried on changed inputs. Immutable: every rule returns a new
/// one. A missing value breaks no rule.
/// </summary>
public sealed class FeatureColumn
{
    internal FeatureColumn(BatchColumn column) => Column = column;

    /// <summary>Name of the feature.</summary>
    public string Name => Column.Name;

    /// <summary>The values.</summary>
    public BatchColumn Column { get; private set; }

    /// <summary>Whether the value must stay as it is.</summary>
    public bool IsImmutable { get; private set; }

    /// <summary>Whether a changed value is rounded to a whole number.</summary>
    public bool IsInteger { get; private set; }

    /// <summary>Whether a change may only raise the value.</summary>
    public bool IsOnlyUp { get; private set; }

    /// <summary>Whether a change may only lower the value.</summary>
    public bool IsOnlyDown { get; private set; }

    /// <summary>Least value a change may produce.</summary>
    public double Minimum { get; private set; } = double.NegativeInfinity;

    /// <summary>Greatest value a change may produce.</summary>
    public double Maximum { get; private set; } = double.PositiveInfinity;

    /// <summary>The only numbers the feature may hold, increasing; empty when any may stand.</summary>
    public IReadOnlyList<double> AllowedNumbers { get; private set; } = [];

    /// <summary>The only texts the feature may hold, in ordinal order; empty when any may stand.</summary>
    public IReadOnlyList<string> AllowedTexts { get; private set; } = [];

    /// <summary>The rules as a list, for reports.</summary>
    public IReadOnlyList<FeatureConstraint> Constraints => [.. FeatureConstraint.Of(this)];

    internal bool IsNumber => Column.Column.Type is ColumnType.Double or ColumnType.Single or ColumnType.Int32 or ColumnType.Int64;

    /// <summary>The value may not change.</summary>
    public FeatureColumn Immutable() => With(f => f.IsImmutable = true);

    /// <summary>A changed value is rounded to a whole number.</summary>
    /// <exception cref="ArgumentException">The feature holds no numbers.</exception>
    public FeatureColumn Integer() => Number(nameof(Integer)).With(f => f.IsInteger = true);

    /// <summary>A changed value is held between two numbers, both included.</summary>
    /// <exception cref="ArgumentException">
    /// <paramref name="minimum"/> lies above <paramref name="maximum"/>, one is NaN, or the feature holds no numbers.
    /// </exception>
    public FeatureColumn Range(double minimum, double maximum) => minimum <= maximum
        ? Number(nameof(Range)).With(f => (f.Minimum, f.Maximum) = (minimum, maximum))
        : throw new ArgumentException(
            FormattableString.Invariant($"The range of the feature '{Name}' begins at {minimum} and ends at {maximum}; it must not be empty."));

    /// <summary>A changed value moves to the nearest of these numbers.</summary>
    /// <param name="values">At least one; finite.</param>
    /// <exception cref="ArgumentException">There is no value, one is not finite, or the feature holds no numbers.</exception>
    public FeatureColumn OneOf(params double[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return values.Length > 0 && values.All(double.IsFinite)
            ? Number(nameof(OneOf)).With(f => f.AllowedNumbers = [.. values.Distinct().Order()])
            : throw new ArgumentException(
                $"OneOf of the feature '{Name}' needs finite numbers, for example OneOf(12, 24, 36).", nameof(values));
    }

    /// <summary>A changed text must be one of these.</summary>
    /// <param name="values">At least one.</param>
    /// <exception cref="ArgumentException">There is no value, or the feature holds no text.</exception>
    public FeatureColumn OneOf(params string[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return values.Length > 0 && Column.Column.Type == ColumnType.String
            ? With(f => f.AllowedTexts = [.. values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)])
            : throw new ArgumentException(
                $"OneOf with texts needs a feature of texts and at least one value; '{Name}' is {Column.Column.Type}.", nameof(values));
    }

    /// <summary>A change may only raise the value.</summary>
    /// <exception cref="ArgumentException">The feature holds no numbers.</exception>
    public FeatureColumn OnlyUp() => Number(nameof(OnlyUp)).With(f => f.IsOnlyUp = true);

    /// <summary>A change may only lower the value.</summary>
    /// <exception cref="ArgumentException">The feature holds no numbers.</exception>
    public FeatureColumn OnlyDown() => Number(nameof(OnlyDown)).With(f => f.IsOnlyDown = true);

    internal FeatureColumn Take(int[] rows, ColumnBatch asBatch) => With(f => f.Column = asBatch.Rows(rows).Columns[0]);

    internal FeatureColumn Released() => With(f => f.IsImmutable = false);

    private FeatureColumn Number(string rule) => IsNumber
        ? this
        : throw new ArgumentException($"{rule} needs a feature of numbers; '{Name}' is {Column.Column.Type}.");

    private FeatureColumn With(Action<FeatureColumn> change)
    {
        FeatureColumn copy = (FeatureColumn)MemberwiseClone();
        change(copy);
        return copy;
    }
}
