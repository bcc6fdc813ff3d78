using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Serving;

/// <summary>A loaded model under the types it is served as.</summary>
internal abstract class TypedModel : IDisposable
{
    public abstract void Warm();

    /// <summary>Frees what was made for the types; the model itself stays.</summary>
    public abstract void Dispose();
}

/// <inheritdoc/>
/// <param name="function">The typed way into the model.</param>
/// <param name="tensors">Its types as tensors; null when they cannot be.</param>
/// <param name="isBatched">Whether calls that may wait go as tensors, so that rows of several callers share a run.</param>
internal sealed class TypedModel<
    [DynamicallyAccessedMembers(ModelTypes.Members)] TIn,
    [DynamicallyAccessedMembers(ModelTypes.Members)] TOut>(ModelFunction<TIn, TOut> function, TensorBinding<TIn, TOut>? tensors, bool isBatched) : TypedModel
{
    public readonly ModelFunction<TIn, TOut> Function = function;

    public readonly TensorBinding<TIn, TOut>? Tensors = tensors;

    public readonly bool IsBatched = isBatched;

    public override void Warm() => Function.Warm();

    // The function of a runtime belongs to its model.
    public override void Dispose() => (Function as TensorFunction<TIn, TOut>)?.Dispose();
}
