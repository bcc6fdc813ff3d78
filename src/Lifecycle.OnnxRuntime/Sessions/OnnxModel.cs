using Lifecycle.Serving;
using Microsoft.ML.OnnxRuntime;

namespace Lifecycle.OnnxRuntime;

/// <summary>One session. Runs come from many threads; each rents a slot of its own.</summary>
internal sealed class OnnxModel : LoadedModel
{
    private const int UsualRank = 8;

    private readonly OnnxSession _session;
    private readonly OnnxSignature _signature;
    private readonly CoreRing<RunSlot> _slots;
    private readonly RunPace _pace;
    private readonly int _rowsPerRun;

    public OnnxModel(OnnxSession session, IReadOnlyList<string> packedColumns, OnnxOptions options, TimeProvider time)
    {
        _session = session;
        _signature = session.Signature;
        _pace = new RunPace(time);
        _rowsPerRun = _signature.RunsRowByRow ? 1 : Math.Max(options.MaxRowsPerRun, 1);
        PackedColumns = packedColumns;
        Properties = new Dictionary<string, string>(_signature.Labels, StringComparer.Ordinal);
        _slots = new CoreRing<RunSlot>(() => new RunSlot(session));
        _slots.Fill();
    }

    public override TensorSignature Signature => _signature.Tensors;

    public override bool RowsAreBatched => _signature.RowsAreBatched;

    public override IReadOnlyList<string> PackedColumns { get; }

    public override IReadOnlyDictionary<string, string> Properties { get; }

    /// <summary>Whether a run takes so long that a cancelled token stops it.</summary>
    internal bool RunsAreStopped => _pace.IsLong;

    /// <summary>Whether the session is closed, which is when the model is disposed and no run is left.</summary>
    internal bool IsClosed => _session.IsClosed;

    public override void Run(TensorSet inputs, TensorSet outputs, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int rows = _signature.HasRows ? (int)inputs[_session.InputNames[0]].Shape[0] : -1;
        if (rows == 0)
        {
            NoRows(outputs);
            return;
        }

        RunSlot slot = _slots.Rent();
        try
        {
            if (_signature.OutputsAreKnown)
            {
                Prepare(outputs, rows);
            }

            if (rows < 0)
            {
                Run(slot, inputs, outputs, RowRange.Whole, cancellationToken);
            }

            for (int first = 0; first < rows; first += _rowsPerRun)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Run(slot, inputs, outputs, new RowRange(first, Math.Min(rows - first, _rowsPerRun), rows), cancellationToken);
            }
        }
        finally
        {
            _slots.Return(slot);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // Slots that are rented are disposed when they come back; the last one closes the session.
            _slots.Dispose();
            _session.Dispose();
        }
    }

    private void Run(RunSlot slot, TensorSet inputs, TensorSet outputs, RowRange rows, CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled)
        {
            slot.Run(inputs, outputs, rows);
            return;
        }

        long began = _pace.Begin();
        if (_pace.IsLong)
        {
            Stoppable(slot, inputs, outputs, rows, cancellationToken);
        }
        else
        {
            slot.Run(inputs, outputs, rows);
        }

        _pace.End(began);
    }

    private static void Stoppable(RunSlot slot, TensorSet inputs, TensorSet outputs, RowRange rows, CancellationToken cancellationToken)
    {
        CancellationTokenRegistration watch = slot.Control.Watch(cancellationToken);
        try
        {
            slot.Run(inputs, outputs, rows);
        }
        catch (OnnxRuntimeException error) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("The run was stopped between two of its nodes because its caller cancelled it.", error, cancellationToken);
        }
        finally
        {
            watch.Dispose();
            slot.Control.Renew();
        }
    }

    /// <summary>Makes room for all rows; tensors that were outputs of as many rows before are taken as they are, without a new shape.</summary>
    private void Prepare(TensorSet outputs, int rows)
    {
        Span<long> room = stackalloc long[UsualRank];
        for (int i = 0; i < Signature.Outputs.Count; i++)
        {
            TensorSpec spec = Signature.Outputs[i];
            int rank = spec.Shape.Rank;
            Span<long> dimensions = rank <= UsualRank ? room[..rank] : new long[rank];
            spec.Shape.Dimensions.CopyTo(dimensions);
            if (rows >= 0)
            {
                dimensions[0] = rows;
            }

            // The shape that the tensor has already costs nothing.
            outputs.Prepare(spec.Name, spec.Type, dimensions);
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
