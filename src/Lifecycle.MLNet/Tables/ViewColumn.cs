using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet;

/// <summary>One column on its way from a <see cref="BatchColumn"/> into an ML.NET cursor.</summary>
internal sealed class ViewColumn
{
    private readonly Func<Func<int>, Delegate> _getter;

    private ViewColumn(string name, DataViewType type, Func<Func<int>, Delegate> getter)
    {
        Name = name;
        Type = type;
        _getter = getter;
    }

    public string Name { get; }

    public DataViewType Type { get; }

    public Delegate Getter(Func<int> row) => _getter(row);

    public static ViewColumn Of(BatchColumn column, NumberHandling numbers) => column switch
    {
        BatchColumn<string> text => Cells(text, TextDataViewType.Instance, v => v.AsMemory(), ReadOnlyMemory<char>.Empty),
        BatchColumn<bool> flags => Cells(flags, BooleanDataViewType.Instance, v => v, false),
        BatchColumn<DateOnly> dates => Cells(dates, DateTimeDataViewType.Instance, v => v.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc), default),
        BatchColumn<DateTime> times => Cells(times, DateTimeDataViewType.Instance, v => v, default),
        _ when numbers == NumberHandling.Single => OfNumbers(column),
        BatchColumn<float> floats => Cells(floats, NumberDataViewType.Single, v => v, float.NaN),
        BatchColumn<double> doubles => Cells(doubles, NumberDataViewType.Double, v => v, double.NaN),
        BatchColumn<int> { NullCount: 0 } ints => Cells(ints, NumberDataViewType.Int32, v => v, 0),
        BatchColumn<long> { NullCount: 0 } longs => Cells(longs, NumberDataViewType.Int64, v => v, 0L),
        BatchColumn<int> ints => Cells(ints, NumberDataViewType.Double, v => (double)v, double.NaN),
        BatchColumn<long> longs => Cells(longs, NumberDataViewType.Double, v => (double)v, double.NaN),
        _ => throw new NotSupportedException($"The column '{column.Name}' has the type {column.Column.Type}, which ML.NET has no type for."),
    };

    private static ViewColumn OfNumbers(BatchColumn column) => column switch
    {
        BatchColumn<float> floats => Cells(floats, NumberDataViewType.Single, v => v, float.NaN),
        BatchColumn<double> doubles => Cells(doubles, NumberDataViewType.Single, v => (float)v, float.NaN),
        BatchColumn<int> ints => Cells(ints, NumberDataViewType.Single, v => (float)v, float.NaN),
        BatchColumn<long> longs => Cells(longs, NumberDataViewType.Single, v => (float)v, float.NaN),
        _ => throw new NotSupportedException($"The column '{column.Name}' has the type {column.Column.Type}, which is no number."),
    };

    private static ViewColumn Cells<TFrom, TTo>(BatchColumn<TFrom> column, DataViewType type, Func<TFrom, TTo> convert, TTo missing) =>
        new(column.Name, type, row =>
        {
            ReadOnlyMemory<TFrom> values = column.Values;
            return column.Valid.IsEmpty
                ? (ValueGetter<TTo>)((ref TTo value) => value = convert(values.Span[row()]))
                : (ref TTo value) => value = column.IsNull(row()) ? missing : convert(values.Span[row()]);
        });
}
