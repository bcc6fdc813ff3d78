using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Serving;

/// <summary>A typed function of the application, served like a model.</summary>
internal sealed class FunctionModel<TFunctionIn, TFunctionOut>(Func<TFunctionIn, TFunctionOut> function) : LoadedModel
{
    private readonly Typed _typed = new(function);

    public override TensorSignature Signature => TensorSignature.Empty;

    public override bool RowsAreBatched => false;

    public override void Run(TensorSet inputs, TensorSet outputs, CancellationToken cancellationToken = default) =>
        throw new InvalidInputException(
            $"This model is the function {typeof(TFunctionIn).Name} -> {typeof(TFunctionOut).Name} and takes no tensors; call it through its Predictor.");

    public override ModelFunction<TIn, TOut>? Bind<
        [DynamicallyAccessedMembers(ModelTypes.Members)] TIn,
        [DynamicallyAccessedMembers(ModelTypes.Members)] TOut>() => _typed as ModelFunction<TIn, TOut>;

    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Typed(Func<TFunctionIn, TFunctionOut> function) : ModelFunction<TFunctionIn, TFunctionOut>
    {
        public override TFunctionOut Predict(TFunctionIn input) => function(input);

        public override void Predict(TFunctionIn input, ref TFunctionOut output) => output = function(input);
    }
}

/// <summary>A function of the application over tensors, served like a model.</summary>
internal sealed class TensorFunctionModel(TensorSignature signature, Action<TensorSet, TensorSet> function) : LoadedModel
{
    public override TensorSignature Signature => signature;

    public override bool RowsAreBatched => false;

    public override void Run(TensorSet inputs, TensorSet outputs, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        function(inputs, outputs);
    }

    protected override void Dispose(bool disposing)
    {
    }
}
