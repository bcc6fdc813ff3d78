using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Serving;

/// <summary>A typed function of the application, served like a model; over tensors too, row by row, when its types are columns.</summary>
internal sealed class FunctionModel<
    [DynamicallyAccessedMembers(ModelTypes.Members)] TFunctionIn,
    [DynamicallyAccessedMembers(ModelTypes.Members)] TFunctionOut> : LoadedModel
{
    private readonly Func<TFunctionIn, TFunctionOut> _function;
    private readonly Typed _typed;
    private readonly TensorBinding<TFunctionIn, TFunctionOut>? _binding;
    private readonly string? _whyNoTensors;

    public FunctionModel(Func<TFunctionIn, TFunctionOut> function)
    {
        _function = function;
        _typed = new Typed(function);
        _binding = TensorBinding<TFunctionIn, TFunctionOut>.FromTypes(out _whyNoTensors);
    }

    public override TensorSignature Signature => _binding?.Signature ?? TensorSignature.Empty;

    public override bool RowsAreBatched => false;

    /// <summary>A function may do anything with a row; it is not called with one that nobody sent.</summary>
    internal override bool TakesMadeUpRows => false;

    public override void Run(TensorSet inputs, TensorSet outputs, CancellationToken cancellationToken = default)
    {
        if (_binding is null)
        {
            throw new InvalidInputException(
                $"This model is the function {typeof(TFunctionIn).Name} -> {typeof(TFunctionOut).Name} and takes no tensors: {_whyNoTensors}. Call it through its Predictor.");
        }

        int rows = checked((int)TensorRows.Count(inputs));
        if (rows == 0)
        {
            _binding.WriteOutputs(outputs, []);
        }

        for (int row = 0; row < rows; row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _binding.WriteOutput(outputs, rows, row, _function(_binding.ReadInput(inputs, row)));
        }
    }

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

    /// <summary>As for a typed function: it is not called with rows that nobody sent.</summary>
    internal override bool TakesMadeUpRows => false;

    public override void Run(TensorSet inputs, TensorSet outputs, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        function(inputs, outputs);
    }

    protected override void Dispose(bool disposing)
    {
    }
}
