using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Serving;

/// <summary>Says how one model is served. The verbs are extensions (<see cref="ServedModelSources"/>, <see cref="ServedModelTraffic"/>), so that each returns the builder it was given.</summary>
public abstract class ServedModelBuilder
{
    private readonly string _name;
    private Func<HostContext, IModelSource>? _source;
    private string? _said;
    private List<ModelRevision>? _functions;

    private protected ServedModelBuilder(string name, Func<HostContext, IModelSource>? source, string defaultArm, ModelBinding? binding)
    {
        _name = ResourceName.Require(name, "served model");
        if (name == "stats")
        {
            throw new InvalidNameException(name, "served model (the Open Inference Protocol keeps that name for statistics)");
        }

        _source = source;
        DefaultArm = defaultArm;
        Binding = binding;
    }

    /// <summary>The name under which the model is served.</summary>
    public string Name => _name;

    internal ModelBinding? Binding { get; private set; }

    internal bool SignatureMayChange { get; set; }

    internal bool Optional { get; set; }

    /// <summary>What answers without a split: the alias of the registry, or the newest version of other sources.</summary>
    internal string DefaultArm { get; set; }

    internal (string Arm, double Percent)[]? Arms { get; set; }

    internal (string Name, double Sample)? Shadowed { get; set; }

    internal List<string> Pins { get; } = [];

    internal AdmissionOptions Admission { get; } = new();

    internal BatchingOptions Batching { get; } = new();

    internal List<Func<PredictionDelegate, PredictionDelegate>> Stages { get; } = [];

    internal Func<LoadedModel>? FallbackMake { get; set; }

    internal ModelRequest Request { get; set; } = new();

    internal TensorCoercion Coercion { get; set; }

    internal (double Sample, InferenceLogOptions Options)? Log { get; set; }

    /// <summary>
    /// Serves a function of the application; its types are the model's types. Said again, it adds another version; the last one is also called <c>latest</c>.
    /// </summary>
    /// <param name="version">The stamp of its answers; keeps the rule of <see cref="ResourceName"/>.</param>
    /// <param name="function">Called from many threads at once.</param>
    /// <exception cref="InvalidOperationException">The model is served under other types, has a function of this version, or has another source.</exception>
    public ServedModelBuilder FromFunction<
        [DynamicallyAccessedMembers(ModelTypes.Members)] TIn,
        [DynamicallyAccessedMembers(ModelTypes.Members)] TOut>(string version, Func<TIn, TOut> function)
    {
        Bind<TIn, TOut>("function");
        AddFunction(ModelRevision.FromFunction(version, function));
        return this;
    }

    /// <summary>Lets a function answer while the model is stopped; its answers carry the version <c>fallback</c>.</summary>
    /// <param name="function">Called from many threads at once.</param>
    /// <exception cref="InvalidOperationException">The model is served under other types.</exception>
    public ServedModelBuilder Fallback<
        [DynamicallyAccessedMembers(ModelTypes.Members)] TIn,
        [DynamicallyAccessedMembers(ModelTypes.Members)] TOut>(Func<TIn, TOut> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        Bind<TIn, TOut>("fallback");
        FallbackMake = () => new FunctionModel<TIn, TOut>(function);
        return this;
    }

    /// <summary>Adds a version to those that earlier functions made.</summary>
    internal void AddFunction(ModelRevision function)
    {
        if (_functions is not null && _functions.Exists(f => f.Version == function.Version))
        {
            throw new InvalidOperationException($"The model '{_name}' has two functions of version '{function.Version}'; give each its own.");
        }

        ModelRevision[] functions = [.. _functions ?? [], function];
        SetSource(_functions is null ? $"FromFunction(\"{function.Version}\")" : _said!, _ => new FunctionSource(functions), ModelOffer.Latest);
        _functions = [.. functions];
    }

    /// <summary>Says where the model comes from, in place of the registry that is meant when nobody says.</summary>
    /// <param name="said">The verb with what it names.</param>
    /// <param name="source">Makes the source.</param>
    /// <param name="defaultArm">What answers without a split.</param>
    /// <exception cref="InvalidOperationException">Another source was said before.</exception>
    internal void SetSource(string said, Func<HostContext, IModelSource> source, string defaultArm)
    {
        if (_said is not null && (_functions is null || said != _said))
        {
            throw new InvalidOperationException($"The model '{_name}' has two sources, {_said} and {said}; keep one of them.");
        }

        _said = said;
        _source = source;
        DefaultArm = defaultArm;
    }

    internal ServedModelPlan Build()
    {
        Deployment initial = Deployment.Initial(_name, Arms ?? [(DefaultArm, 100)]);
        return new ServedModelPlan
        {
            Name = _name,
            MakeSource = _source
                ?? throw new LifecycleException($"The model '{_name}' has no source; say FromRegistry(...), FromFolder(...), FromFile(...), FromFunction(...) or FromSource(...)."),
            Initial = Shadowed is { } shadow ? initial.WithShadow(shadow.Name, shadow.Sample) : initial,
            Admission = Admission.Checked(_name),
            Batching = Batching.Checked(_name),
            Binding = Binding,
            AllowSignatureChange = SignatureMayChange,
            IsOptional = Optional,
            Pins = Pins,
            Fallback = FallbackMake,
            Stages = Stages,
            Request = Request,
            Coercion = Coercion,
            Log = Log,
        };
    }

    private void Bind<
        [DynamicallyAccessedMembers(ModelTypes.Members)] TIn,
        [DynamicallyAccessedMembers(ModelTypes.Members)] TOut>(string what)
    {
        Binding ??= new ModelBinding<TIn, TOut>();
        if (Binding is not ModelBinding<TIn, TOut>)
        {
            throw new InvalidOperationException(
                $"The model '{_name}' is served as {Binding.Input.Name} -> {Binding.Output.Name}; the {what} is {typeof(TIn).Name} -> {typeof(TOut).Name}.");
        }
    }
}

/// <summary>Says how one model is served under its types.</summary>
public sealed class ServedModelBuilder<
    [DynamicallyAccessedMembers(ModelTypes.Members)] TIn,
    [DynamicallyAccessedMembers(ModelTypes.Members)] TOut> : ServedModelBuilder
{
    private readonly ModelBinding<TIn, TOut> _typed;

    internal ServedModelBuilder(string name, Func<HostContext, IModelSource>? source, string defaultArm, ModelBinding<TIn, TOut> binding)
        : base(name, source, defaultArm, binding) => _typed = binding;

    /// <summary>
    /// Serves a function of the application. Said again, it adds another version; the last one is also called <c>latest</c>.
    /// </summary>
    /// <param name="version">The stamp of its answers; keeps the rule of <see cref="ResourceName"/>.</param>
    /// <param name="function">Called from many threads at once.</param>
    /// <exception cref="InvalidOperationException">The model has a function of this version, or another source.</exception>
    public ServedModelBuilder<TIn, TOut> FromFunction(string version, Func<TIn, TOut> function)
    {
        base.FromFunction(version, function);
        return this;
    }

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

    /// <summary>Takes the routing key of a call from its input, so that the same customer always gets the same arm. A key in the options of the call wins.</summary>
    /// <param name="key">Null lets the request id decide.</param>
    public ServedModelBuilder<TIn, TOut> StickyBy(Func<TIn, string?> key)
    {
        ArgumentNullException.ThrowIfNull(key);
        _typed.StickyBy = key;
        return this;
    }

    /// <summary>
    /// Puts a stage around every prediction, whichever way it comes in. The first added is the outermost.
    /// Rows then run one by one: a stage sees rows, not batches.
    /// </summary>
    /// <param name="stage">Makes the stage around the next one, for example <c>next => (input, origin) => Round(next(input, origin))</c>.</param>
    public ServedModelBuilder<TIn, TOut> Use(Func<PredictionDelegate<TIn, TOut>, PredictionDelegate<TIn, TOut>> stage)
    {
        ArgumentNullException.ThrowIfNull(stage);
        _typed.Stages.Add(stage);
        return this;
    }

    /// <summary>
    /// Lets a function answer while the model is stopped; its answers carry the version <c>fallback</c>. The inference log has them under the names of
    /// the function's types, and without inputs and outputs when a redacted column is none of these.
    /// </summary>
    /// <param name="function">Called from many threads at once.</param>
    public ServedModelBuilder<TIn, TOut> Fallback(Func<TIn, TOut> function)
    {
        base.Fallback(function);
        return this;
    }
}

/// <summary>Says how one model is served without types, or under those of its function.</summary>
internal sealed class UntypedModelBuilder(string name) : ServedModelBuilder(name, null, ModelOffer.Latest, null);
