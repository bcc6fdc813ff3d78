using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Serving;

/// <summary>The types under which a model is served.</summary>
internal abstract class ModelBinding
{
    public abstract Type Input { get; }

    public abstract Type Output { get; }

    /// <summary>Makes the <see cref="ModelFunction{TIn, TOut}"/> of a loaded model.</summary>
    /// <exception cref="ModelRejectedException">The types do not fit.</exception>
    public abstract object Bind(LoadedModel model, string platform);

    public abstract void Warm(object typed);

    public abstract object CreatePredictor(ServedModel model, IServiceProvider services, TimeProvider time);

    public abstract TResult Visit<TResult>(object predictor, IPredictorVisitor<TResult> visitor);
}

/// <inheritdoc/>
internal sealed class ModelBinding<
    [DynamicallyAccessedMembers(ModelTypes.Members)] TIn,
    [DynamicallyAccessedMembers(ModelTypes.Members)] TOut> : ModelBinding
{
    public List<Func<IServiceProvider, IInferenceSink<TIn, TOut>>> Sinks { get; } = [];

    public override Type Input => typeof(TIn);

    public override Type Output => typeof(TOut);

    public override object Bind(LoadedModel model, string platform) => model.Bind<TIn, TOut>() ?? throw new ModelRejectedException(
        $"binding: a model of the platform '{platform}' cannot be called as {typeof(TIn).Name} -> {typeof(TOut).Name}; "
        + (model.Signature.IsEmpty ? "serve it under the types of its function" : $"serve it without types and run tensors on a lease: {model.Signature}"));

    public override void Warm(object typed) => ((ModelFunction<TIn, TOut>)typed).Warm();

    public override object CreatePredictor(ServedModel model, IServiceProvider services, TimeProvider time) =>
        new Predictor<TIn, TOut>(model, [.. Sinks.Select(make => make(services))], time);

    public override TResult Visit<TResult>(object predictor, IPredictorVisitor<TResult> visitor) => visitor.Visit((Predictor<TIn, TOut>)predictor);
}
