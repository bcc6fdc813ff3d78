using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Serving;

/// <summary>Gets at the types of a served model without reflection, for code that maps every model somewhere: endpoints, command lines.</summary>
/// <typeparam name="TResult">What the visit returns.</typeparam>
public interface IPredictorVisitor<out TResult>
{
    /// <summary>Is called with the model's own types.</summary>
    TResult Visit<
        [DynamicallyAccessedMembers(ModelTypes.Members)] TIn,
        [DynamicallyAccessedMembers(ModelTypes.Members)] TOut>(Predictor<TIn, TOut> predictor);
}
