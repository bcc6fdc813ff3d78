using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet;

/// <summary>
/// A <see cref="ColumnBatch"/> seen as an <see cref="IDataView"/>, without a copy of its texts. Numbers as <see cref="NumberHandling"/> says,
/// text as ML.NET text (missing is the empty text), Boolean as Boolean (missing is false), dates as DateTime.
/// </summary>
public sealed class ColumnBatchView : IDataView
{
    private readonly ViewColumn[] _columns;

    /// <summary>Makes a view.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="numbers">What numbers become.</param>
    /// <param name="source">What the rows are, for whoever logs their use; null when nobody knows.</param>
    public ColumnBatchView(ColumnBatch rows, NumberHandling numbers = NumberHandling.Single, DatasetReference? source = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        Rows = rows;
        Source = source;
        _columns = [.. rows.Columns.Select(c => ViewColumn.Of(c, numbers))];
        DataViewSchema.Builder builder = new();
        foreach (ViewColumn column in _columns)
        {
            builder.AddColumn(column.Name, column.Type);
        }

        Schema = builder.ToSchema();
    }

    /// <summary>The rows behind the view.</summary>
    public ColumnBatch Rows { get; }

    /// <summary>What the rows are; autologging takes name and digest from it.</summary>
    public DatasetReference? Source { get; }

    /// <inheritdoc/>
    public DataViewSchema Schema { get; }

    /// <inheritdoc/>
    public bool CanShuffle => false;

    /// <inheritdoc/>
    public long? GetRowCount() => Rows.RowCount;

    /// <inheritdoc/>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(this, columnsNeeded);

    /// <inheritdoc/>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor : DataViewRowCursor
    {
        private readonly ColumnBatchView _view;
        private readonly bool[] _active;
        private int _row = -1;

        public Cursor(ColumnBatchView view, IEnumerable<DataViewSchema.Column> needed)
        {
            _view = view;
            _active = new bool[view.Schema.Count];
            foreach (DataViewSchema.Column column in needed)
            {
                _active[column.Index] = true;
            }
        }

        public override long Position => _row;

        public override long Batch => 0;

        public override DataViewSchema Schema => _view.Schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

        public override bool MoveNext() => ++_row < _view.Rows.RowCount;

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)(_view.Rows.FirstRow + _row), 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
            _view._columns[column.Index].Getter(() => _row) as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"The column '{column.Name}' is {column.Type}, not {typeof(TValue).Name}.");
    }
}
