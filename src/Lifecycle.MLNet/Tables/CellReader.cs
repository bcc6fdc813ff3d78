using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet;

/// <summary>Gathers one column of an ML.NET cursor.</summary>
internal abstract class CellReader
{
    public abstract void Attach(DataViewRowCursor cursor);

    public abstract void Read();

    public abstract BatchColumn ToColumn();

    /// <summary>The cells read since the last call; an empty text is a missing one, as in ML.NET.</summary>
    public abstract BatchColumn Take();

    public static bool Supports(DataViewType type) =>
        type == BooleanDataViewType.Instance || type == NumberDataViewType.Single || type == NumberDataViewType.Double
        || type == NumberDataViewType.Int32 || type == NumberDataViewType.Int64 || type == TextDataViewType.Instance || type == DateTimeDataViewType.Instance;

    public static CellReader For(DataViewSchema.Column column) =>
        column.Type == BooleanDataViewType.Instance ? new Cells<bool, bool>(column, v => v)
        : column.Type == NumberDataViewType.Single ? new Cells<float, float>(column, v => v)
        : column.Type == NumberDataViewType.Double ? new Cells<double, double>(column, v => v)
        : column.Type == NumberDataViewType.Int32 ? new Cells<int, int>(column, v => v)
        : column.Type == NumberDataViewType.Int64 ? new Cells<long, long>(column, v => v)
        : column.Type == TextDataViewType.Instance ? new Cells<ReadOnlyMemory<char>, string>(column, v => v.ToString())
        : column.Type == DateTimeDataViewType.Instance ? new Cells<DateTime, DateTime>(column, v => v)
        : throw new NotSupportedException($"The column '{column.Name}' is {column.Type}; a table column is a Boolean, a number, a text or a time.");

    private sealed class Cells<TFrom, TTo>(DataViewSchema.Column column, Func<TFrom, TTo> convert) : CellReader
    {
        private readonly List<TTo> _values = [];
        private ValueGetter<TFrom>? _getter;
        private TFrom _value = default!;

        public override void Attach(DataViewRowCursor cursor) => _getter = cursor.GetGetter<TFrom>(column);

        public override void Read()
        {
            _getter!(ref _value);
            _values.Add(convert(_value));
        }

        public override BatchColumn ToColumn() => BatchColumn.Of<TTo>(column.Name, _values.ToArray());

        public override BatchColumn Take()
        {
            TTo[] values = [.. _values];
            _values.Clear();
            return BatchColumn.Of<TTo>(column.Name, values, values is string[] texts ? Array.ConvertAll(texts, t => t.Length > 0) : default(ReadOnlyMemory<bool>));
        }
    }
}
