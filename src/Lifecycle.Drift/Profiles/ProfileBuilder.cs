namespace Lifecycle.Drift;

/// <summary>Names the columns of a record and how each is read. No reflection: the getters are the caller's lambdas.</summary>
/// <typeparam name="T">The record.</typeparam>
public sealed class ProfileBuilder<T>
{
    private readonly List<RowGetter<T>> _getters = [];

    internal ProfileBuilder()
    {
    }

    internal StreamPlan Plan { get; private set; } = new();

    internal IReadOnlyList<RowGetter<T>> Getters => _getters.Count > 0
        ? [.. _getters.Select(g => g with { Layout = g.Layout with { Resolution = Plan.Resolution, KeepValues = Plan.KeepsValues } })]
        : throw new ArgumentException("No column was named. Name at least one, for example p => p.Numeric(\"income\", m => m.Income).");

    /// <summary>A numeric feature; NaN is missing.</summary>
    public ProfileBuilder<T> Numeric(string name, Func<T, double> getter) => Add(name, ColumnRole.Feature, getter, null);

    /// <summary>A numeric feature; null and NaN are missing.</summary>
    public ProfileBuilder<T> Numeric(string name, Func<T, double?> getter) => Add(name, ColumnRole.Feature, Missing(getter), null);

    /// <summary>A feature of labels; null is missing, the empty text is a label.</summary>
    public ProfileBuilder<T> Category(string name, Func<T, string?> getter) => Add(name, ColumnRole.Feature, null, getter);

    /// <summary>A feature of two labels, <c>false</c> and <c>true</c>.</summary>
    public ProfileBuilder<T> Category(string name, Func<T, bool> getter) => Add(name, ColumnRole.Feature, null, Text(getter));

    /// <summary>A feature whose labels are the names of an enumeration.</summary>
    public ProfileBuilder<T> Category<TEnum>(string name, Func<T, TEnum> getter)
        where TEnum : struct, Enum => Add(name, ColumnRole.Feature, null, Text(getter));

    /// <summary>A number behind the decision, for example a probability.</summary>
    public ProfileBuilder<T> Score(string name, Func<T, double> getter) => Add(name, ColumnRole.Score, getter, null);

    /// <summary>What the model decided, as a label.</summary>
    public ProfileBuilder<T> Prediction(string name, Func<T, string?> getter) => Add(name, ColumnRole.Prediction, null, getter);

    /// <summary>What the model decided, yes or no.</summary>
    public ProfileBuilder<T> Prediction(string name, Func<T, bool> getter) => Add(name, ColumnRole.Prediction, null, Text(getter));

    /// <summary>What the model predicted, as a number.</summary>
    public ProfileBuilder<T> Prediction(string name, Func<T, double> getter) => Add(name, ColumnRole.Prediction, getter, null);

    /// <summary>The truth, as a label.</summary>
    public ProfileBuilder<T> Target(string name, Func<T, string?> getter) => Add(name, ColumnRole.Target, null, getter);

    /// <summary>The truth, yes or no.</summary>
    public ProfileBuilder<T> Target(string name, Func<T, bool> getter) => Add(name, ColumnRole.Target, null, Text(getter));

    /// <summary>The truth, as a number.</summary>
    public ProfileBuilder<T> Target(string name, Func<T, double> getter) => Add(name, ColumnRole.Target, getter, null);

    /// <summary>Declares the range of a numeric column named before: the first value outside is a finding.</summary>
    /// <exception cref="ArgumentException">There is no such numeric column.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty or not finite.</exception>
    public ProfileBuilder<T> Range(string name, double minimum, double maximum)
    {
        ColumnLayout.RequireRange(minimum, maximum);
        int index = _getters.FindIndex(g => g.Layout.Name == name && g.Number is not null);
        if (index < 0)
        {
            throw new ArgumentException($"There is no numeric column '{name}'. Name it before its range.", nameof(name));
        }

        _getters[index] = _getters[index] with { Layout = _getters[index].Layout with { Minimum = minimum, Maximum = maximum } };
        return this;
    }

    /// <summary>Declares the unit of a numeric column named before, for example <c>EUR</c>; it is kept for reports.</summary>
    /// <exception cref="ArgumentException">There is no such numeric column, or the unit is longer than 64 bytes of UTF-8.</exception>
    public ProfileBuilder<T> Unit(string name, string unit)
    {
        ColumnLayout.RequireUnit(unit);
        int index = _getters.FindIndex(g => g.Layout.Name == name && g.Number is not null);
        if (index < 0)
        {
            throw new ArgumentException($"There is no numeric column '{name}'. Name it before its unit.", nameof(name));
        }

        _getters[index] = _getters[index] with { Layout = _getters[index].Layout with { Unit = unit } };
        return this;
    }

    /// <summary>How many fine bins the grid of a numeric column has: 320 (default), 1280 or 5120. In a file a column has at most
    /// 16,384, 32,768 or 98,304 bytes (up to some million rows), or 16,384 where its rows were read once as a stream.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Another number.</exception>
    public ProfileBuilder<T> Resolution(int bins)
    {
        Plan = Plan.WithResolution(bins);
        return this;
    }

    /// <summary>
    /// Size of the quantile sketch of a column whose rows come as a stream; its error falls about as 1/k. Without a word it is 1,024, or less where a
    /// column would need more than 16,384 bytes; a size that is asked for is kept, whatever its bytes.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 8 or above 65,535.</exception>
    public ProfileBuilder<T> SketchSize(int k)
    {
        Plan = Plan.WithSketchSize(k);
        return this;
    }

    /// <summary>Reads a stream twice: the first time for the bins, the second time for exact counts. The source must give the same rows again.</summary>
    public ProfileBuilder<T> TwoPass()
    {
        Plan = Plan with { IsTwoPass = true };
        return this;
    }

    /// <summary>
    /// Keeps the rows beside the profile, in memory only, never in its file, its JSON or a profile merged from it: 8 bytes a number, 16 a label (its
    /// hash). Checks then compare numbers value by value, and <see cref="DriftPolicy.Evidently"/> and <see cref="DriftPolicy.NannyML"/> can test every
    /// column. A stream is held whole.
    /// </summary>
    public ProfileBuilder<T> KeepValues()
    {
        Plan = Plan with { KeepsValues = true };
        return this;
    }

    /// <summary>Keeps only hashes of a column's labels, not their texts: for columns that name a person or need special care.</summary>
    /// <exception cref="ArgumentException">There is no such column of labels.</exception>
    public ProfileBuilder<T> Sensitive(string name)
    {
        int index = _getters.FindIndex(g => g.Layout.Name == name && g.Label is not null);
        if (index < 0)
        {
            throw new ArgumentException($"There is no column of labels '{name}'. Name it before.", nameof(name));
        }

        _getters[index] = _getters[index] with { Layout = _getters[index].Layout with { KeepLabels = false } };
        return this;
    }

    private static Func<T, double> Missing(Func<T, double?> getter)
    {
        ArgumentNullException.ThrowIfNull(getter);
        return row => getter(row) ?? double.NaN;
    }

    private static Func<T, string?> Text(Func<T, bool> getter)
    {
        ArgumentNullException.ThrowIfNull(getter);
        return row => getter(row) ? "true" : "false";
    }

    private static Func<T, string?> Text<TEnum>(Func<T, TEnum> getter)
        where TEnum : struct, Enum
    {
        ArgumentNullException.ThrowIfNull(getter);
        return row =>
        {
            TEnum value = getter(row);
            return Enum.GetName(value) ?? value.ToString();
        };
    }

    private ProfileBuilder<T> Add(string name, ColumnRole role, Func<T, double>? number, Func<T, string?>? label)
    {
        if (number is null && label is null)
        {
            throw new ArgumentNullException(nameof(number), $"The column '{name}' has no getter.");
        }

        ColumnLayout.RequireName(name);
        if (_getters.Exists(g => g.Layout.Name == name))
        {
            throw new ArgumentException($"The column '{name}' is named twice.", nameof(name));
        }

        _getters.Add(new RowGetter<T>(new ColumnLayout(name, role), number, label));
        return this;
    }
}
