using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Serving;

/// <summary>
/// The typed way into a model of tensors. Each call rents a pair of sets, so that after a few calls a core nothing is allocated for scalar members.
/// Disposed with the version.
/// </summary>
internal sealed class TensorFunction<
    [DynamicallyAccessedMembers(ModelTypes.Members)] TIn,
    [DynamicallyAccessedMembers(ModelTypes.Members)] TOut>(LoadedModel model, TensorBinding<TIn, TOut> binding) : ModelFunction<TIn, TOut>, IDisposable
{
    private readonly CoreRing<TensorPair> _pairs = new(() => new TensorPair());

    /// <summary>How members and tensors belong together.</summary>
    public TensorBinding<TIn, TOut> Binding => binding;

    public override TOut Predict(TIn input)
    {
        TensorPair pair = _pairs.Rent();
        try
        {
            Run(input, pair);
            return binding.ReadOutput(pair.Outputs, 0);
        }
        finally
        {
            _pairs.Return(pair);
        }
    }

    public override void Predict(TIn input, ref TOut output)
    {
        TensorPair pair = _pairs.Rent();
        try
        {
            Run(input, pair);
            binding.ReadOutput(pair.Outputs, 0, ref output);
        }
        finally
        {
            _pairs.Return(pair);
        }
    }

    public override void Warm() => _pairs.Fill();

    public void Dispose() => _pairs.Dispose();

    private void Run(TIn input, TensorPair pair)
    {
        binding.WriteInput(pair.Inputs, 1, 0, input);
        pair.Outputs.Clear();
        model.Run(pair.Inputs, pair.Outputs);
    }
}

/// <summary>What goes in and what comes out, used together again and again.</summary>
internal sealed class TensorPair : IDisposable
{
    public TensorSet Inputs { get; } = new();

    public TensorSet Outputs { get; } = new();

    public void Dispose()
    {
        Inputs.Dispose();
        Outputs.Dispose();
    }
}
