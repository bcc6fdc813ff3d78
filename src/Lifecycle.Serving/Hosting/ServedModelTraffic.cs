namespace Lifecycle.Serving;

/// <summary>Who answers which calls of a served model, how many at once, and what stands around its runs.</summary>
public static class ServedModelTraffic
{
    /// <summary>
    /// Shares the traffic out among aliases or versions. This is where a new workspace begins; a change by <see cref="Deployments"/> wins until it is reset.
    /// </summary>
    /// <param name="builder">The model.</param>
    /// <param name="arms">Aliases or versions with percents in steps of 0.01 that sum to 100; at most 8. One of 0 percent stays loaded.</param>
    /// <exception cref="ArgumentException">The percents do not sum to 100, a name stands twice, or there are too many arms.</exception>
    public static TBuilder Split<TBuilder>(this TBuilder builder, params (string Arm, double Percent)[] arms)
        where TBuilder : ServedModelBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(arms);
        _ = Deployment.Initial(builder.Name, arms);
        builder.Arms = arms;
        return builder;
    }

    /// <summary>Copies inputs to another version, whose answers are compared and never seen by callers.</summary>
    /// <param name="builder">The model.</param>
    /// <param name="name">Its alias or version.</param>
    /// <param name="sample">The share of requests, more than 0 to 1.</param>
    public static TBuilder Shadow<TBuilder>(this TBuilder builder, string name, double sample = 1)
        where TBuilder : ServedModelBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        builder.Shadowed = sample is > 0 and <= 1
            ? (name, sample)
            : throw new ArgumentOutOfRangeException(nameof(sample), sample, "Use more than 0 and at most 1.");
        return builder;
    }

    /// <summary>Keeps a version loaded though no arm names it, so that callers can ask for it and a change to it takes no time.</summary>
    /// <param name="builder">The model.</param>
    /// <param name="version">Its version or alias.</param>
    public static TBuilder Pin<TBuilder>(this TBuilder builder, string version)
        where TBuilder : ServedModelBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(version);
        builder.Pins.Add(version);
        return builder;
    }

    /// <summary>Says how many calls run, how many wait, and how long.</summary>
    public static TBuilder Admission<TBuilder>(this TBuilder builder, Action<AdmissionOptions> configure)
        where TBuilder : ServedModelBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        configure(builder.Admission);
        return builder;
    }

    /// <summary>Says how rows of waiting callers share a run.</summary>
    public static TBuilder Batching<TBuilder>(this TBuilder builder, Action<BatchingOptions> configure)
        where TBuilder : ServedModelBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        configure(builder.Batching);
        return builder;
    }

    /// <summary>Puts a stage around every run in tensors; of a batched model it sees the rows of several callers. The first added is the outermost.</summary>
    /// <param name="builder">The model.</param>
    /// <param name="stage">Makes the stage around the next one, for example <c>next => run => { next(run); Check(run.Outputs); }</c>.</param>
    public static TBuilder UseTensors<TBuilder>(this TBuilder builder, Func<PredictionDelegate, PredictionDelegate> stage)
        where TBuilder : ServedModelBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(stage);
        builder.Stages.Add(stage);
        return builder;
    }

    /// <summary>
    /// Logs what the model is asked and answers, durably and without ever holding up a caller (<see cref="InferenceLog"/>). Needs a workspace.
    /// </summary>
    /// <param name="builder">The model.</param>
    /// <param name="sample">The share of requests, more than 0 to 1; the same request id is always in or always out.</param>
    /// <param name="configure">Hides columns and says limits.</param>
    /// <exception cref="LifecycleException">A setting is out of range.</exception>
    public static TBuilder LogInferences<TBuilder>(this TBuilder builder, double sample = 1, Action<InferenceLogOptions>? configure = null)
        where TBuilder : ServedModelBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        InferenceLogOptions options = new();
        configure?.Invoke(options);
        options.Validate(builder.Name, sample);
        builder.Log = (sample, options);
        return builder;
    }

    /// <summary>Says whether tensors of narrower datatypes than the model's are taken. Off by default: a datatype must be the model's.</summary>
    public static TBuilder Coerce<TBuilder>(this TBuilder builder, TensorCoercion coercion)
        where TBuilder : ServedModelBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Coercion = coercion;
        return builder;
    }

    /// <summary>Says which outputs of the model are wanted, when the runtime would choose others.</summary>
    public static TBuilder Outputs<TBuilder>(this TBuilder builder, params string[] names)
        where TBuilder : ServedModelBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(names);
        builder.Request = builder.Request with { Outputs = names };
        return builder;
    }

    /// <summary>Says in which order the members of the input type stand in the model's single input of several columns.</summary>
    public static TBuilder PackInputs<TBuilder>(this TBuilder builder, params string[] members)
        where TBuilder : ServedModelBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(members);
        builder.Request = builder.Request with { PackedInputs = members };
        return builder;
    }

    /// <summary>Says what goes in, for a model file that does not: the members of a class are the inputs.</summary>
    public static TBuilder InputsFrom<TBuilder>(this TBuilder builder, Type inputs)
        where TBuilder : ServedModelBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(inputs);
        builder.Request = builder.Request with { InputsFrom = inputs };
        return builder;
    }
}
