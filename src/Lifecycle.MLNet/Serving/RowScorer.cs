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

    /// <summary>Makes room for all rows and scores the first one.</summary>
    public void Begin(TensorSet inputs, TensorSet outputs, int rows)
    {
        _row.Take(inputs);
        _row.MoveTo(0);
        foreach (OutputReader output in _outputs)
        {
            output.Begin(outputs, rows);
        }
    }

    /// <summary>Takes part in a run that another scorer began.</summary>
    public void Join(TensorSet inputs, TensorSet outputs)
    {
        _row.Take(inputs);
        foreach (OutputReader output in _outputs)
        {
            output.Join(outputs);
        }
    }

    /// <summary>Scores further rows.</summary>
    public void Score(int from, int end)
    {
        for (int row = from; row < end; row++)
        {
            _row.MoveTo(row);
            foreach (OutputReader output in _outputs)
            {
                output.Read(row);
            }
        }
    }

    /// <summary>Lets go of the tensors.</summary>
    public void End()
    {
        _row.Forget();
        foreach (OutputReader output in _outputs)
        {
            output.End();
        }
    }

    public void Dispose()
    {
        _mapped.Dispose();
        _row.Dispose();
    }
}
