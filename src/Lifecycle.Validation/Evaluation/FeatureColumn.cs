namespace Lifecycle.Validation;

/// <summary>An input of the model and how it may lawfully change; used when a model is tried on changed inputs.</summary>
public sealed class FeatureColumn
{
    internal FeatureColumn(BatchColumn column) => Column = column;

    /// <summary>Name of the feature.</summary>
    public string Name => Column.Name;

    /// <summary>The values.</summary>
    public BatchColumn Column { get; private init; }

    /// <summary>Whether the value must stay as it is.</summary>
    public bool IsImmutable { get; private init; }

    /// <summary>Whether a changed value is rounded to a whole number.</summary>
    public bool IsInteger { get; private init; }

    /// <summary>Least value a change may produce.</summary>
    public double Minimum { get; private init; } = double.NegativeInfinity;

    /// <summary>Greatest value a change may produce.</summary>
    public double Maximum { get; private init; } = double.PositiveInfinity;

    /// <summary>The value may not change.</summary>
    public FeatureColumn Immutable() => new(Column) { IsImmutable = true, IsInteger = IsInteger, Minimum = Minimum, Maximum = Maximum };

    /// <summary>A changed value is rounded to a whole number.</summary>
    public FeatureColumn Integer() => new(Column) { IsImmutable = IsImmutable, IsInteger = true, Minimum = Minimum, Maximum = Maximum };

    /// <summary>A changed value is held between two numbers, both included.</summary>
    /// <exception cref="ArgumentException"><paramref name="minimum"/> lies above <paramref name="maximum"/>, or one is NaN.</exception>
    public FeatureColumn Range(double minimum, double maximum) => minimum <= maximum
        ? new(Column) { IsImmutable = IsImmutable, IsInteger = IsInteger, Minimum = minimum, Maximum = maximum }
        : throw new ArgumentException($"The range of the feature '{Name}' begins at {minimum} and ends at {maximum}; it must not be empty.");

    internal FeatureColumn Take(int[] rows, ColumnBatch asBatch) =>
        new(asBatch.Rows(rows).Columns[0]) { IsImmutable = IsImmutable, IsInteger = IsInteger, Minimum = Minimum, Maximum = Maximum };
}
