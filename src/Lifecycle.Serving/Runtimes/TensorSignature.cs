namespace Lifecycle.Serving;

/// <summary>What a model takes and gives, in tensors. A model that is only a typed function has an empty one.</summary>
public sealed class TensorSignature
{
    /// <summary>Makes a signature.</summary>
    /// <param name="inputs">All inputs; each is required.</param>
    /// <param name="outputs">All outputs, in the model's order.</param>
    public TensorSignature(IEnumerable<TensorSpec> inputs, IEnumerable<TensorSpec> outputs)
    {
        Inputs = [.. inputs];
        Outputs = [.. outputs];
    }

    /// <summary>The signature of a model without tensors.</summary>
    public static TensorSignature Empty { get; } = new([], []);

    /// <summary>All inputs; each is required.</summary>
    public IReadOnlyList<TensorSpec> Inputs { get; }

    /// <summary>All outputs, in the model's order.</summary>
    public IReadOnlyList<TensorSpec> Outputs { get; }

    /// <summary>Whether the model has no tensors.</summary>
    public bool IsEmpty => Inputs.Count == 0 && Outputs.Count == 0;

    /// <summary>
    /// Checks inputs: every one there and none more, datatypes equal, shapes fitting, the same number of rows wherever the first dimension counts rows.
    /// </summary>
    /// <returns>Rows; -1 when the model has none.</returns>
    /// <exception cref="InvalidInputException">They do not fit; the message names the input, what was expected and what came.</exception>
    public long Check(TensorSet inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        long rows = -1;
        string? rowsOf = null;
        for (int i = 0; i < Inputs.Count; i++)
        {
            TensorSpec spec = Inputs[i];
            if (!inputs.TryGet(spec.Name, out TensorValue? value))
            {
                throw new InvalidInputException($"The input {spec} is missing; given: {(inputs.Count == 0 ? "nothing" : inputs)}.");
            }

            if (value.Type != spec.Type)
            {
                throw new InvalidInputException(
                    $"The input '{spec.Name}' is {spec.Type.ProtocolName()}; {value.Type.ProtocolName()} came."
                    + (TensorWidening.Widens(value.Type, spec.Type) ? $" Send {spec.Type.ProtocolName()}, or serve the model with TensorCoercion.Lossless." : string.Empty));
            }

            if (!spec.Takes(value.Shape))
            {
                throw new InvalidInputException(
                    $"The input '{spec.Name}' has the shape {spec.Shape}; {value.Shape} came.{Suggestion(spec, value.Shape)}");
            }

            if (spec.Shape.Rank > 0 && spec.Shape[0] == -1)
            {
                if (rowsOf is not null && rows != value.Shape[0])
                {
                    throw new InvalidInputException(
                        $"The input '{spec.Name}' has {value.Shape[0]} rows and '{rowsOf}' has {rows}; all inputs need the same number of rows.");
                }

                rows = value.Shape[0];
                rowsOf = spec.Name;
            }
        }

        if (inputs.Count > Inputs.Count)
        {
            foreach ((string name, _) in inputs)
            {
                if (!Inputs.Any(s => s.Name == name))
                {
                    throw new InvalidInputException($"The model has no input '{name}'; it takes {string.Join(", ", Inputs)}.");
                }
            }
        }

        return rows;
    }

    /// <summary>
    /// Why a model of this signature cannot take the place of one with <paramref name="old"/> without its callers noticing; null when it can.
    /// Every input must have been there with the same datatype and a compatible shape, and every old output must still be there with the same datatype and rank.
    /// </summary>
    public string? WhyNotInPlaceOf(TensorSignature old)
    {
        ArgumentNullException.ThrowIfNull(old);
        foreach (TensorSpec input in Inputs)
        {
            TensorSpec? before = old.Inputs.FirstOrDefault(i => i.Name == input.Name);
            if (before is null)
            {
                return $"input {input} is new; the serving version takes {string.Join(", ", old.Inputs)}";
            }

            if (before.Type != input.Type || !input.Shape.CompatibleWith(before.Shape))
            {
                return $"input {input} was {before}";
            }
        }

        foreach (TensorSpec before in old.Outputs)
        {
            TensorSpec? output = Outputs.FirstOrDefault(o => o.Name == before.Name);
            if (output is null)
            {
                return $"output {before} is gone";
            }

            if (output.Type != before.Type || output.Shape.Rank != before.Shape.Rank)
            {
                return $"output {output} was {before}";
            }
        }

        return null;
    }

    private static string Suggestion(TensorSpec spec, TensorShape came)
    {
        if (spec.Shape.Rank != came.Rank + 1 || spec.Shape[0] != -1)
        {
            return string.Empty;
        }

        TensorShape row = TensorShape.Unchecked([1, .. came.Dimensions]);
        if (spec.Shape.Takes(row))
        {
            return $" For one row send {row}.";
        }

        TensorShape rows = TensorShape.Unchecked([.. came.Dimensions, 1]);
        return spec.Shape.Takes(rows) ? $" For {(came[0] == 1 ? "one row" : $"{came[0]} rows")} send {rows}." : string.Empty;
    }

    /// <summary>For example <c>'x' FP32[-1,4] -> 'y' FP32[-1,1]</c>.</summary>
    public override string ToString() => $"{string.Join(", ", Inputs)} -> {string.Join(", ", Outputs)}";
}
