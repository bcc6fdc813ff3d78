using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>Rows in whatever form they came, read column by column.</summary>
internal abstract class RowSource
{
    /// <summary>Rows.</summary>
    public abstract int Rows { get; }

    /// <summary>Names of the columns that can be read.</summary>
    public abstract IEnumerable<string> Names { get; }

    /// <summary>Whether there is a column of this name, whatever its type.</summary>
    public abstract bool Has(string name);

    /// <summary>The column as numbers of an array of their own, NaN where missing; null when it holds no numbers.</summary>
    public abstract double[]? Numbers(string name);

    /// <summary>The column counted on the bins of a reference; null when it holds no numbers.</summary>
    public virtual NumericTally? Tally(NumericColumn reference, string name) =>
        Numbers(name) is { } numbers ? NumericTally.Of<double>(reference, numbers) : null;

    /// <summary>The column as labels, null where missing; null when it cannot be read as labels.</summary>
    public abstract string?[]? Labels(string name);

    /// <summary>What the column holds, for messages.</summary>
    public abstract string TypeOf(string name);
}

/// <summary>The columns of a batch.</summary>
internal sealed class BatchRows(ColumnBatch batch) : RowSource
{
    public TableSchema Schema => batch.Schema;

    public override int Rows => batch.RowCount;

    public override IEnumerable<string> Names => batch.Columns.Where(c => !IsTime(c)).Select(c => c.Name);

    public override bool Has(string name) => batch.Schema.IndexOf(name) >= 0;

    public override double[]? Numbers(string name) => batch[name] is { } column && !IsTime(column) && column.Column.Type != ColumnType.String ? Numbers(column) : null;

    private static double[] Numbers(BatchColumn column)
    {
        if (column is not BatchColumn<double> { Valid.IsEmpty: true } doubles)
        {
            return column.ToDoubles();
        }

        double[] numbers = GC.AllocateUninitializedArray<double>(doubles.Count);
        for (int from = 0; from < numbers.Length; from += Interruption.Block)
        {
            Interruption.Look();
            doubles.Values.Span.Slice(from, Math.Min(Interruption.Block, numbers.Length - from)).CopyTo(numbers.AsSpan(from));
        }

        return numbers;
    }

    public override NumericTally? Tally(NumericColumn reference, string name) => batch[name] switch
    {
        BatchColumn<float> { Valid.IsEmpty: true } singles => NumericTally.Of(reference, singles.Values.Span),
        BatchColumn<double> { Valid.IsEmpty: true } doubles => NumericTally.Of(reference, doubles.Values.Span),
        _ => base.Tally(reference, name),
    };

    public override string?[]? Labels(string name)
    {
        BatchColumn column = batch[name];
        if (IsTime(column))
        {
            return null;
        }

        string?[] labels = new string?[column.Count];
        for (int i = 0; i < labels.Length; i++)
        {
            Interruption.LookAt(i);
            labels[i] = column.Text(i);
        }

        return labels;
    }

    public override string TypeOf(string name) => batch.Schema[name].Type.ToString();

    public static bool IsTime(BatchColumn column) => column.Column.Type is ColumnType.Date or ColumnType.DateTime;
}

/// <summary>Records read through getters.</summary>
/// <param name="rows">The records.</param>
/// <param name="getters">How each column is read.</param>
/// <param name="first">Number of the first record in the whole, for messages.</param>
internal sealed class RecordRows<T>(IReadOnlyList<T> rows, IReadOnlyList<RowGetter<T>> getters, long first = 0) : RowSource
{
    private readonly Dictionary<string, RowGetter<T>> _getters = getters.ToDictionary(g => g.Layout.Name, StringComparer.Ordinal);

    public override int Rows => rows.Count;

    public override IEnumerable<string> Names => getters.Select(g => g.Layout.Name);

    public override bool Has(string name) => _getters.ContainsKey(name);

    public override double[]? Numbers(string name)
    {
        if (_getters[name].Number is not { } get)
        {
            return null;
        }

        double[] numbers = new double[rows.Count];
        for (int i = 0; i < numbers.Length; i++)
        {
            Interruption.LookAt(i);
            numbers[i] = Read(get, name, i);
        }

        return numbers;
    }

    public override string?[]? Labels(string name)
    {
        if (_getters[name].Label is not { } get)
        {
            return null;
        }

        string?[] labels = new string?[rows.Count];
        for (int i = 0; i < labels.Length; i++)
        {
            Interruption.LookAt(i);
            labels[i] = Read(get, name, i);
        }

        return labels;
    }

    private TValue Read<TValue>(Func<T, TValue> get, string name, int row)
    {
        try
        {
            return get(rows[row]);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new InvalidOperationException(
                $"The column '{name}' could not be read from row {first + row}: {error.Message} Let its getter return NaN or null for what is missing.", error);
        }
    }

    public override string TypeOf(string name) => _getters[name].Number is null ? "labels" : "numbers";
}

/// <summary>How one column is read from a record: as a number or as a label.</summary>
internal sealed record RowGetter<T>(ColumnLayout Layout, Func<T, double>? Number, Func<T, string?>? Label);
