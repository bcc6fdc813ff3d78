using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Lifecycle.Serving;

/// <summary>A model in memory. Runs come from many threads at once; the host disposes it once, when no run is left.</summary>
public abstract class LoadedModel : IDisposable
{
    /// <summary>What it takes and gives in tensors; empty when it is only a typed function.</summary>
    public abstract TensorSignature Signature { get; }

    /// <summary>Whether rows of several callers may be put into one run.</summary>
    public abstract bool RowsAreBatched { get; }

    /// <summary>Whether it is warmed up with rows of zeros and empty texts.</summary>
    internal virtual bool TakesMadeUpRows => true;

    /// <summary>Whether it keeps an output of the loaded model to itself, so that nobody may expect it.</summary>
    internal virtual bool LeavesOut(string output) => false;

    /// <summary>Runs the model. Any thread, also several at once. The inputs were checked against <see cref="Signature"/>.</summary>
    /// <param name="inputs">Read only.</param>
    /// <param name="outputs">Filled by <see cref="TensorSet.Prepare(string, TensorElementType, ReadOnlySpan{long})"/>, in the model's order.</param>
    /// <param name="cancellationToken">Checked before the run; a run that has begun may end regardless.</param>
    public abstract void Run(TensorSet inputs, TensorSet outputs, CancellationToken cancellationToken = default);

    /// <summary>The typed way into the model; null when the runtime has none for these types.</summary>
    /// <exception cref="ModelRejectedException">The types do not fit the model; the message names both sides.</exception>
    public virtual ModelFunction<TIn, TOut>? Bind<
        [DynamicallyAccessedMembers(ModelTypes.Members)] TIn,
        [DynamicallyAccessedMembers(ModelTypes.Members)] TOut>() => null;

    /// <summary>The input or output to which a member of a type belongs by a mark that this runtime knows; null when it has none.</summary>
    public virtual string? ColumnOf(MemberInfo member) => null;

    /// <summary>
    /// Whether a member of a type holds what the tensor of its column holds. False leaves the column out of log and shadow of typed calls: better none than a wrong one.
    /// </summary>
    public virtual bool HoldsTensorValue(MemberInfo member) => true;

    /// <summary>The order of the columns of a single input, when the model says it; empty when it does not.</summary>
    public virtual IReadOnlyList<string> PackedColumns => [];

    /// <summary>What a model says of itself beyond its signature, for example the labels of an output.</summary>
    public virtual IReadOnlyDictionary<string, string> Properties => new Dictionary<string, string>();

    /// <summary>Frees the model. Called once, never during a run.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the model.</summary>
    protected abstract void Dispose(bool disposing);
}

/// <summary>The typed way into a loaded model. Calls come from many threads at once.</summary>
/// <typeparam name="TIn">One row that goes in.</typeparam>
/// <typeparam name="TOut">What comes out for it.</typeparam>
public abstract class ModelFunction<TIn, TOut>
{
    /// <summary>Predicts into a new object.</summary>
    public abstract TOut Predict(TIn input);

    /// <summary>Predicts into the caller's object, if there is one and the runtime can.</summary>
    public abstract void Predict(TIn input, ref TOut output);

    /// <summary>
    /// Predicts rows one after the other on this thread. A runtime that has to get something for each call, as an engine out of a pool, gets it once here.
    /// </summary>
    /// <param name="inputs">The rows.</param>
    /// <param name="outputs">As many answers.</param>
    /// <param name="done">Is raised by one after each row, so that it tells which row threw.</param>
    public virtual void Predict(ReadOnlySpan<TIn> inputs, Span<TOut> outputs, ref int done)
    {
        for (int i = 0; i < inputs.Length; i++)
        {
            Predict(inputs[i], ref outputs[i]);
            done++;
        }
    }

    /// <summary>Does what makes the first call as fast as the later ones.</summary>
    public virtual void Warm()
    {
    }
}

/// <summary>What stays of the types of typed models when an application is trimmed.</summary>
internal static class ModelTypes
{
    public const DynamicallyAccessedMemberTypes Members =
        DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.PublicProperties | DynamicallyAccessedMemberTypes.PublicFields;
}
