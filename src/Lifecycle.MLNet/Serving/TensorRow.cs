using Lifecycle.Serving;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet;

/// <summary>One row of the request's tensors at a time, as ML.NET wants to see it.</summary>
internal sealed class TensorRow : DataViewRow
{
    private readonly TensorValue?[] _tensors;
    private readonly Delegate?[] _getters;
    private readonly DataViewSchema.Column[] _inputs;
    private long _position;

    public TensorRow(DataViewSchema schema, DataViewSchema.Column[] inputs)
    {
        Schema = schema;
        _inputs = inputs;
        _tensors = new TensorValue?[schema.Count];
        _getters = new Delegate?[schema.Count];
        foreach (DataViewSchema.Column input in inputs)
        {
            _getters[input.Index] = ColumnCodec.Of(input.Type)!.Getter(this, input.Index, input.Type);
        }
    }

    public override DataViewSchema Schema { get; }

    /// <summary>Never the same twice: mappers keep what they computed for a position.</summary>
    public override long Position => _position;

    public override long Batch => 0;

    /// <summary>The current row of the tensors.</summary>
    public int Row { get; private set; }

    public TensorValue Tensor(int column) => _tensors[column]!;

    public void Take(TensorSet inputs)
    {
        foreach (DataViewSchema.Column input in _inputs)
        {
            _tensors[input.Index] = inputs[input.Name];
        }
    }

    public void Forget() => Array.Clear(_tensors);

    public void MoveTo(int row)
    {
        Row = row;
        _position++;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => _getters[column.Index] is not null;

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => _getters[column.Index] as ValueGetter<TValue>
        ?? throw new InvalidOperationException($"The column '{column.Name}' is no input of type {typeof(TValue).Name}.");

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)_position, 0);
}
