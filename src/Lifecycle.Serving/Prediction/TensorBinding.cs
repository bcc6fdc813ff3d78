using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Lifecycle.Serving;

/// <summary>
/// Rows of the types of a model to its tensors and back. Made once for a loaded version; used by any number of threads, each with sets of its own.
/// Scalar members cost no allocation; texts and arrays are made new when they are read.
/// </summary>
/// <remarks>
/// Null stands for: no number in <see cref="float"/>? and <see cref="double"/>? (NaN in the tensor, and back), an empty text, an array without elements.
/// A <see cref="DateTime"/> is an ISO 8601 text.
/// </remarks>
internal sealed class TensorBinding<
    [DynamicallyAccessedMembers(ModelTypes.Members)] TIn,
    [DynamicallyAccessedMembers(ModelTypes.Members)] TOut>
{
    private readonly RowColumns<TIn> _inputs;
    private readonly RowColumns<TOut> _outputs;

    private TensorBinding(TensorSignature signature, RowColumns<TIn> inputs, RowColumns<TOut> outputs)
    {
        Signature = signature;
        _inputs = inputs;
        _outputs = outputs;
        InputsAreWhole = signature.Inputs.All(inputs.Writes);
    }

    /// <summary>The tensors on the other side.</summary>
    public TensorSignature Signature { get; }

    /// <summary>Why <see cref="ReadInput"/> cannot make a <typeparamref name="TIn"/>; null when it can.</summary>
    public string? WhyInputsAreNotRead => _inputs.WhyNotRead;

    /// <summary>Why <see cref="WriteInput"/> cannot read a <typeparamref name="TIn"/>; null when it can.</summary>
    public string? WhyInputsAreNotWritten => _inputs.WhyNotWritten;

    /// <summary>Why <see cref="WriteOutput"/> cannot read a <typeparamref name="TOut"/>; null when it can.</summary>
    public string? WhyOutputsAreNotWritten => _outputs.WhyNotWritten;

    /// <summary>Whether <see cref="WriteInput"/> makes all inputs.</summary>
    public bool InputsAreWhole { get; }

    /// <summary>Whether <see cref="WriteOutput"/> makes an output.</summary>
    public bool Writes(TensorSpec output) => _outputs.Writes(output);

    /// <summary>Requires that rows can be made of all inputs, and outputs of rows.</summary>
    /// <exception cref="ModelRejectedException">They cannot; the message says why.</exception>
    public void RequireRowByRow()
    {
        string? why = _inputs.WhyNotRead ?? _outputs.WhyNotWritten
            ?? (Signature.Inputs.FirstOrDefault(i => !_inputs.Reads(i)) is { } input ? $"the input {input} has no property in {ColumnTypes.Say(typeof(TIn))} that takes it" : null)
            ?? (Signature.Outputs.Any(Writes) ? null : $"no output has a property in {ColumnTypes.Say(typeof(TOut))}");
        if (why is not null)
        {
            throw new ModelColumns(Signature).Refuse($"with stages around each typed row, calls in tensors go through them too, and {why}; change the types, or put the stages around the tensors (UseTensors)");
        }
    }

    /// <summary>Binds types to a model: every input needs a property of <typeparamref name="TIn"/>, every settable property of <typeparamref name="TOut"/> an output.</summary>
    /// <param name="signature">The model's.</param>
    /// <param name="columns">Which properties, in order, make a row of the model's only input; null or empty when nobody said. An array property of the input's name wins.</param>
    /// <param name="names">Names of inputs and outputs that a runtime knows for members; null for those it does not.</param>
    /// <exception cref="ModelRejectedException">They do not fit; the message names both sides.</exception>
    public static TensorBinding<TIn, TOut> Of(TensorSignature signature, IReadOnlyList<string>? columns = null, Func<MemberInfo, string?>? names = null)
    {
        ModelColumns model = new(signature);
        TensorBinding<TIn, TOut> binding = new(signature, model.Inputs<TIn>(columns ?? [], names), model.Outputs<TOut>(names));
        string? why = binding._inputs.WhyNotWritten ?? binding._outputs.WhyNotRead;
        return why is null ? binding : throw model.Refuse(why);
    }

    /// <summary>
    /// Binds what fits and leaves the rest, for a log of typed calls of a model that has a typed way of its own: its types may have more and other members than tensors have.
    /// </summary>
    /// <param name="signature">The model's.</param>
    /// <param name="names">Names of inputs and outputs that a runtime knows for members; null for those it does not.</param>
    public static TensorBinding<TIn, TOut> Fitting(TensorSignature signature, Func<MemberInfo, string?>? names = null)
    {
        ModelColumns model = new(signature, onlyWhatFits: true);
        return new(signature, model.Inputs<TIn>([], names), model.Outputs<TOut>(names));
    }

    /// <summary>
    /// Makes the signature of a function from its types: a tensor of the name of each property, or <c>input</c> and <c>output</c> for a type that is itself a column.
    /// </summary>
    /// <param name="reason">Why the types are no columns.</param>
    /// <returns>Null when the types are no columns.</returns>
    public static TensorBinding<TIn, TOut>? FromTypes(out string? reason)
    {
        (List<TensorSpec>? inputs, RowColumns<TIn>? read) = FunctionColumns.Inputs<TIn>(out reason);
        if (read is null)
        {
            return null;
        }

        (List<TensorSpec>? outputs, RowColumns<TOut>? written) = FunctionColumns.Outputs<TOut>(out reason);
        return written is null ? null : new(new TensorSignature(inputs!, outputs!), read, written);
    }

    /// <summary>Writes one of several rows, row 0 first; row 0 takes the place of all that was in the set.</summary>
    /// <exception cref="InvalidInputException">The row is null, or an array has a length that the input or the rows before do not have.</exception>
    public void WriteInput(TensorSet into, int rows, int row, TIn value) => _inputs.Write(into, rows, row, value);

    /// <summary>Writes rows, in place of all that was in the set.</summary>
    /// <exception cref="InvalidInputException">A row is null, or an array has a length that the input or the rows before do not have.</exception>
    public void WriteInputs(TensorSet into, ReadOnlySpan<TIn> rows) => _inputs.Write(into, rows);

    /// <summary>Makes a row of the inputs.</summary>
    /// <exception cref="InvalidInputException">A text is no date.</exception>
    /// <exception cref="NotSupportedException">See <see cref="WhyInputsAreNotRead"/>.</exception>
    public TIn ReadInput(TensorSet from, int row) => _inputs.Read(from, row);

    /// <summary>Writes one of several rows, row 0 first; row 0 takes the place of all that was in the set. Outputs without property are not written.</summary>
    /// <exception cref="InvalidInputException">The row is null, or an array has a length that the output or the rows before do not have.</exception>
    /// <exception cref="NotSupportedException">See <see cref="WhyOutputsAreNotWritten"/>.</exception>
    public void WriteOutput(TensorSet into, int rows, int row, TOut value) => _outputs.Write(into, rows, row, value);

    /// <summary>Writes rows, in place of all that was in the set.</summary>
    /// <exception cref="InvalidInputException">A row is null, or an array has a length that the output or the rows before do not have.</exception>
    /// <exception cref="NotSupportedException">See <see cref="WhyOutputsAreNotWritten"/>.</exception>
    public void WriteOutputs(TensorSet into, ReadOnlySpan<TOut> rows) => _outputs.Write(into, rows);

    /// <summary>Makes a row of the outputs.</summary>
    public TOut ReadOutput(TensorSet from, int row) => _outputs.Read(from, row);

    /// <summary>Reads a row of the outputs into the caller's object, also into properties that only an initialiser may set; makes one when there is none or it cannot be changed.</summary>
    public void ReadOutput(TensorSet from, int row, ref TOut into) => _outputs.Read(from, row, ref into);
}
