using Lifecycle.Serving;
using Microsoft.ML.OnnxRuntime;

namespace Lifecycle.OnnxRuntime;

/// <summary>One session. Runs come from many threads; each rents a slot of its own.</summary>
internal sealed class OnnxModel : LoadedModel
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly OnnxSignature _signature;
    private readonly CoreRing<RunSlot>? _slots;

    public OnnxModel(InferenceSession session)
    {
        _session = session;
        _signature = OnnxSignature.Of(session);
        if (_signature.CanBind)
        {
            _slots = new CoreRing<RunSlot>(() => new RunSlot(_session, _options, _signature.Tensors));
            _slots.Fill();
        }
    }

    public override TensorSignature Signature => _signature.Tensors;

    public override bool RowsAreBatched => _signature.RowsAreBatched;

    public override void Run(TensorSet inputs, TensorSet outputs, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int rows = _signature.RowsAreBatched ? (int)inputs[Signature.Inputs[0].Name].Shape[0] : 0;
        if (_signature.RowsAreBatched && rows == 0)
        {
            NoRows(outputs);
        }
        else if (_slots is null)
        {
            FreeRun.Run(_session, _options, Signature, inputs, outputs);
        }
        else
        {
            RunSlot slot = _slots.Rent();
            try
            {
                Prepare(outputs, slot, rows);
                Run(slot, inputs, outputs, rows, cancellationToken);
            }
            finally
            {
                _slots.Return(slot);
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _slots?.Dispose();
            _options.Dispose();
            _session.Dispose();
        }
    }

    private static void Run(RunSlot slot, TensorSet inputs, TensorSet outputs, int rows, CancellationToken cancellationToken)
    {
        int first = 0;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            int taken = Math.Min(rows - first, RunSlot.MaximumRows);
            slot.Run(inputs, outputs, first, taken);
            first += taken;
        }
        while (first < rows);
    }

    private void Prepare(TensorSet outputs, RunSlot slot, int rows)
    {
        for (int i = 0; i < Signature.Outputs.Count; i++)
        {
            TensorSpec spec = Signature.Outputs[i];
            outputs.Prepare(spec.Name, spec.Type, rows <= RunSlot.MaximumRows ? slot.OutputShape(i, rows) : spec.Shape.WithRows(rows));
        }
    }

    private void NoRows(TensorSet outputs)
    {
        foreach (TensorSpec spec in Signature.Outputs)
        {
            outputs.Prepare(spec.Name, spec.Type, TensorShape.Create([.. spec.Shape.Select((d, i) => i == 0 ? 0 : Math.Max(d, 0))]));
        }
    }
}
