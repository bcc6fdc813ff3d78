using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Serving;

/// <summary>Says how one model is served.</summary>
public abstract class ServedModelBuilder
{
    private readonly string _name;
    private Func<HostContext, IModelSource>? _source;

    private protected ServedModelBuilder(string name, Func<HostContext, IModelSource>? source, ModelBinding? binding)
    {
        _name = ResourceName.Require(name, "served model");
        _source = source;
        Binding = binding;
    }

    /// <summary>The name under which the model is served.</summary>
    public string Name => _name;

    internal ModelBinding? Binding { get; private set; }

    internal bool SignatureMayChange { get; set; }

    internal bool Optional { get; set; }

    /// <summary>Serves a function of the application; its types are the model's types.</summary>
    /// <param name="version">The stamp of its answers.</param>
    /// <param name="function">Called from many threads at once.</param>
    /// <exception cref="InvalidOperationException">The model is served under other types.</exception>
    public ServedModelBuilder FromFunction<
        [DynamicallyAccessedMembers(ModelTypes.Members)] TIn,
        [DynamicallyAccessedMembers(ModelTypes.Members)] TOut>(string version, Func<TIn, TOut> function)
    {
        Binding ??= new ModelBinding<TIn, TOut>();
        if (Binding is not ModelBinding<TIn, TOut>)
        {
            throw new InvalidOperationException(
                $"The model '{_name}' is served as {Binding.Input.Name} -> {Binding.Output.Name}; the function is {typeof(TIn).Name} -> {typeof(TOut).Name}.");
        }

        SetSource(_ => new FixedSource(ModelRevision.FromFunction(version, function)));
        return this;
    }

    internal void SetSource(Func<HostContext, IModelSource> source) => _source = source;

    internal ServedModelPlan Build() => new(
        _name,
        _source ?? throw new LifecycleException($"The model '{_name}' has no source; say FromRegistry(...), FromFile(...), FromFunction(...) or FromSource(...)."),
        Binding,
        SignatureMayChange,
        Optional);
}

/// <summary>Says how one model is served under its types.</summary>
public sealed class ServedModelBuilder<
    [DynamicallyAccessedMembers(ModelTypes.Members)] TIn,
    [DynamicallyAccessedMembers(ModelTypes.Members)] TOut> : ServedModelBuilder
{
    private readonly ModelBinding<TIn, TOut> _typed;

    internal ServedModelBuilder(string name, Func<HostContext, IModelSource>? source, ModelBinding<TIn, TOut> binding)
        : base(name, source, binding) => _typed = binding;

    /// <summary>Tells a sink of every prediction.</summary>
    public ServedModelBuilder<TIn, TOut> Tap(IInferenceSink<TIn, TOut> sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        return Tap(_ => sink);
    }

    /// <summary>Tells a sink of every prediction.</summary>
    /// <param name="sink">Makes the sink when the host is made, from the services of the container.</param>
    public ServedModelBuilder<TIn, TOut> Tap(Func<IServiceProvider, IInferenceSink<TIn, TOut>> sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        _typed.Sinks.Add(sink);
        return this;
    }
}

/// <summary>Says how one model is served without types, or under those of its function.</summary>
internal sealed class UntypedModelBuilder(string name) : ServedModelBuilder(name, null, null);
