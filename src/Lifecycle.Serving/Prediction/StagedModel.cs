using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Lifecycle.Serving;

/// <summary>A model with stages of the application around its runs.</summary>
internal sealed class StagedModel : LoadedModel
{
    private readonly LoadedModel _inner;
    private readonly PredictionOrigin _origin;
    private readonly PredictionDelegate _run;

    public StagedModel(LoadedModel inner, PredictionOrigin origin, IEnumerable<Func<PredictionDelegate, PredictionDelegate>> stages)
    {
        _inner = inner;
        _origin = origin;
        _run = stages.Reverse().Aggregate<Func<PredictionDelegate, PredictionDelegate>, PredictionDelegate>(
            run => inner.Run(run.Inputs, run.Outputs, run.CancellationToken), static (next, stage) => stage(next));
    }

    public override TensorSignature Signature => _inner.Signature;

    public override bool RowsAreBatched => _inner.RowsAreBatched;

    internal override bool TakesMadeUpRows => _inner.TakesMadeUpRows;

    public override void Run(TensorSet inputs, TensorSet outputs, CancellationToken cancellationToken = default) =>
        _run(new PredictionRun(_origin, inputs, outputs, cancellationToken));

    // A typed way around the tensors would be a way around the stages.
    public override ModelFunction<TIn, TOut>? Bind<
        [DynamicallyAccessedMembers(ModelTypes.Members)] TIn,
        [DynamicallyAccessedMembers(ModelTypes.Members)] TOut>() => null;

    public override string? ColumnOf(MemberInfo member) => _inner.ColumnOf(member);

    public override bool HoldsTensorValue(MemberInfo member) => _inner.HoldsTensorValue(member);

    public override IReadOnlyList<string> PackedColumns => _inner.PackedColumns;

    public override IReadOnlyDictionary<string, string> Properties => _inner.Properties;

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
        }
    }
}

/// <summary>
/// A model whose rows all go through its typed function, so that typed stages see every call, in whichever form it came. It has the outputs that the typed answer holds.
/// </summary>
internal sealed class TypedRowsModel<
    [DynamicallyAccessedMembers(ModelTypes.Members)] TIn,
    [DynamicallyAccessedMembers(ModelTypes.Members)] TOut> : LoadedModel
{
    private readonly LoadedModel _inner;
    private readonly ModelFunction<TIn, TOut> _function;
    private readonly TensorBinding<TIn, TOut> _tensors;

    /// <exception cref="ModelRejectedException">Rows cannot be made of tensors, or tensors of answers.</exception>
    public TypedRowsModel(LoadedModel inner, ModelFunction<TIn, TOut> function, TensorBinding<TIn, TOut> tensors)
    {
        tensors.RequireRowByRow();
        _inner = inner;
        _function = function;
        _tensors = tensors;
        Signature = new TensorSignature(inner.Signature.Inputs, inner.Signature.Outputs.Where(tensors.Writes));
    }

    public override TensorSignature Signature { get; }

    public override bool RowsAreBatched => false;

    public override IReadOnlyDictionary<string, string> Properties => _inner.Properties;

    internal override bool TakesMadeUpRows => _inner.TakesMadeUpRows;

    internal override bool LeavesOut(string output) => !Signature.Outputs.Any(o => o.Name == output) && _inner.Signature.Outputs.Any(o => o.Name == output);

    public override void Run(TensorSet inputs, TensorSet outputs, CancellationToken cancellationToken = default)
    {
        int rows = checked((int)TensorRows.Count(inputs));
        if (rows == 0)
        {
            _tensors.WriteOutputs(outputs, []);
        }

        for (int row = 0; row < rows; row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _tensors.WriteOutput(outputs, rows, row, _function.Predict(_tensors.ReadInput(inputs, row)));
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
        }
    }
}

/// <summary>A typed function with stages of the application around it.</summary>
internal sealed class StagedFunction<TIn, TOut> : ModelFunction<TIn, TOut>
{
    private readonly ModelFunction<TIn, TOut> _inner;
    private readonly PredictionOrigin _origin;
    private readonly PredictionDelegate<TIn, TOut> _run;

    public StagedFunction(
        ModelFunction<TIn, TOut> inner, PredictionOrigin origin, IEnumerable<Func<PredictionDelegate<TIn, TOut>, PredictionDelegate<TIn, TOut>>> stages)
    {
        _inner = inner;
        _origin = origin;
        _run = stages.Reverse().Aggregate<Func<PredictionDelegate<TIn, TOut>, PredictionDelegate<TIn, TOut>>, PredictionDelegate<TIn, TOut>>(
            (input, _) => inner.Predict(input), static (next, stage) => stage(next));
    }

    public override TOut Predict(TIn input) => _run(input, _origin);

    public override void Predict(TIn input, ref TOut output) => output = _run(input, _origin);

    public override void Warm() => _inner.Warm();
}
