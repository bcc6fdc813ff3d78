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

    public override double[]? Numbers(string name) => batch[name] is { } column && !IsTime(column) && column.Column.Type != ColumnType.String ? column.ToDoubles() : null;

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
            labels[i] = column.Text(i);
        }

        return labels;
    }

    public override string TypeOf(string name) => batch.Schema[name].Type.ToString();

    public static bool IsTime(BatchColumn column) => column.Column.Type is ColumnType.Date or ColumnType.DateTime;
}

/// <summary>Records read through getters.</summary>
internal sealed class RecordRows<T>(IReadOnlyList<T> rows, IReadOnlyList<RowGetter<T>> getters) : RowSource
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
            numbers[i] = get(rows[i]);
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
            labels[i] = get(rows[i]);
        }

        return labels;
    }

    public override string TypeOf(string name) => _getters[name].Number is null ? "labels" : "numbers";
}

/// <summary>How one column is read from a record: as a number or as a label.</summary>
internal sealed record RowGetter<T>(ColumnLayout Layout, Func<T, double>? Number, Func<T, string?>? Label);
