using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Lifecycle.Serving;

/// <summary>The types under which a model is served.</summary>
internal abstract class ModelBinding
{
    public abstract Type Input { get; }

    public abstract Type Output { get; }

    /// <summary>Whether anybody is told of calls.</summary>
    public abstract bool HasSinks { get; }

    /// <summary>Binds a loaded model to the types.</summary>
    /// <returns>The typed model, and the model to run in tensors, which may be another one around the given.</returns>
    /// <exception cref="ModelRejectedException">The types do not fit.</exception>
    public abstract (TypedModel Typed, LoadedModel Model) Bind(LoadedModel model, string platform, PredictionOrigin origin, ServedModelPlan plan);

    public abstract object CreatePredictor(ServedModel model, IServiceProvider services, TimeProvider time);

    /// <summary>Tells the sinks of a call in tensors, row by row.</summary>
    public abstract void Tell(object predictor, TypedModel typed, in InferenceStamp stamp, TensorSet inputs, TensorSet outputs, int rows);

    /// <summary>Tells the sinks of a stored outcome.</summary>
    public abstract void TellFeedback(object predictor, string model, Guid requestId, string outcome);

    /// <summary>Members of the types that are no column of the model.</summary>
    public abstract IReadOnlyCollection<string> MembersBeside(LoadedModel model);

    public abstract TResult Visit<TResult>(object predictor, IPredictorVisitor<TResult> visitor);
}

/// <inheritdoc/>
internal sealed class ModelBinding<
    [DynamicallyAccessedMembers(ModelTypes.Members)] TIn,
    [DynamicallyAccessedMembers(ModelTypes.Members)] TOut> : ModelBinding
{
    // No name of a column: it binds nothing.
    private const string NoColumn = "\0";

    public List<Func<IServiceProvider, IInferenceSink<TIn, TOut>>> Sinks { get; } = [];

    public List<Func<PredictionDelegate<TIn, TOut>, PredictionDelegate<TIn, TOut>>> Stages { get; } = [];

    public Func<TIn, string?>? StickyBy { get; set; }

    public override Type Input => typeof(TIn);

    public override Type Output => typeof(TOut);

    public override bool HasSinks => Sinks.Count > 0;

    public override (TypedModel Typed, LoadedModel Model) Bind(LoadedModel model, string platform, PredictionOrigin origin, ServedModelPlan plan)
    {
        ModelFunction<TIn, TOut>? own = model.Bind<TIn, TOut>();
        TensorBinding<TIn, TOut>? tensors = Tensors(model, platform, plan, required: own is null);
        ModelFunction<TIn, TOut> function = own ?? new TensorFunction<TIn, TOut>(model, tensors!);
        if (Stages.Count == 0)
        {
            return (new TypedModel<TIn, TOut>(function, tensors, own is null && model.RowsAreBatched && plan.Batching.Enabled), model);
        }

        function = new StagedFunction<TIn, TOut>(function, origin, Stages);
        return (
            new TypedModel<TIn, TOut>(function, tensors, isBatched: false),
            tensors is null ? model : new TypedRowsModel<TIn, TOut>(model, function, tensors));
    }

    public override object CreatePredictor(ServedModel model, IServiceProvider services, TimeProvider time) =>
        new Predictor<TIn, TOut>(model, [.. Sinks.Select(make => make(services))], StickyBy, time);

    public override void Tell(object predictor, TypedModel typed, in InferenceStamp stamp, TensorSet inputs, TensorSet outputs, int rows) =>
        ((Predictor<TIn, TOut>)predictor).Tell((TypedModel<TIn, TOut>)typed, stamp, inputs, outputs, rows);

    public override void TellFeedback(object predictor, string model, Guid requestId, string outcome) =>
        ((Predictor<TIn, TOut>)predictor).TellFeedback(model, requestId, outcome);

    public override IReadOnlyCollection<string> MembersBeside(LoadedModel model)
    {
        HashSet<string> columns = new(model.Signature.Inputs.Concat(model.Signature.Outputs).Select(s => s.Name), ColumnNames.Comparer);
        IEnumerable<MemberInfo> members = [.. typeof(TIn).GetProperties(), .. typeof(TIn).GetFields(), .. typeof(TOut).GetProperties(), .. typeof(TOut).GetFields()];
        return
        [
            .. members.Where(m => !columns.Contains(m.GetCustomAttribute<ModelColumnAttribute>()?.Name ?? model.ColumnOf(m) ?? m.Name)).Select(m => m.Name),
        ];
    }

    public override TResult Visit<TResult>(object predictor, IPredictorVisitor<TResult> visitor) => visitor.Visit((Predictor<TIn, TOut>)predictor);

    private static TensorBinding<TIn, TOut>? Tensors(LoadedModel model, string platform, ServedModelPlan plan, bool required)
    {
        if (model.Signature.IsEmpty)
        {
            return !required ? null : throw new ModelRejectedException(
                $"binding: a model of the platform '{platform}' cannot be called as {typeof(TIn).Name} -> {typeof(TOut).Name}; serve it under the types of its function");
        }

        // A runtime with a typed way of its own knows its types better: what fits is for log, shadow and sinks.
        return required
            ? TensorBinding<TIn, TOut>.Of(model.Signature, plan.Request.PackedInputs.Count > 0 ? plan.Request.PackedInputs : model.PackedColumns, model.ColumnOf)
            : TensorBinding<TIn, TOut>.Fitting(model.Signature, member => model.HoldsTensorValue(member) ? model.ColumnOf(member) : NoColumn);
    }
}
