using Lifecycle.Serving;
using Microsoft.ML;

namespace Lifecycle.MLNet;

/// <summary>Scores rows of tensors without a class for them: ML.NET's own row mapper over our row. Used by one thread at a time.</summary>
internal sealed class RowScorer : IDisposable
{
    private readonly TensorRow _row;
    private readonly DataViewRow _mapped;
    private readonly OutputReader[] _outputs;

    public RowScorer(RowMapping mapping)
    {
        _row = new TensorRow(mapping.Mapper.InputSchema, mapping.Inputs);
        _mapped = mapping.Mapper.GetRow(_row, mapping.Outputs);
        _outputs = [.. mapping.Outputs.Select(c => ColumnCodec.Of(c.Type)!.Reader(_mapped, c))];
    }

    public void Run(TensorSet inputs, TensorSet outputs, CancellationToken cancellationToken)
    {
        _row.Take(inputs);
        try
        {
            int rows = inputs.Count == 0 ? 1 : (int)inputs[0].Value.Shape[0];
            for (int row = 0; row < rows; row++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                _row.MoveTo(row);
                foreach (OutputReader output in _outputs)
                {
                    output.Read(outputs, row, rows);
                }
            }

            if (rows == 0)
            {
                foreach (OutputReader output in _outputs)
                {
                    output.ReadNone(outputs);
                }
            }
        }
        finally
        {
            _row.Forget();
        }
    }

    public void Dispose()
    {
        _mapped.Dispose();
        _row.Dispose();
    }
}
