namespace Lifecycle.Tracking;

/// <summary>One input or output of a model, in MLflow's words.</summary>
/// <param name="Name">Name of the column; null for the only tensor of a model without names.</param>
/// <param name="Type">
/// Of a column: <c>boolean</c>, <c>integer</c>, <c>long</c>, <c>float</c>, <c>double</c>, <c>string</c>, <c>binary</c>, <c>datetime</c> or what a model from outside
/// says. Of a tensor: its element type, for example <c>float32</c>.
/// </param>
public sealed record SignatureField(string? Name, string Type)
{
    /// <summary>Whether a cell holds a list of <see cref="Type"/>.</summary>
    public bool IsArray { get; init; }

    /// <summary>Whether the value must be given.</summary>
    public bool IsRequired { get; init; } = true;

    /// <summary>Dimensions of a tensor, -1 for any; null for a column.</summary>
    public IReadOnlyList<long>? Shape { get; init; }
}

/// <summary>What goes into a model and what comes out.</summary>
public sealed record ModelSignature
{
    /// <summary>Makes a signature.</summary>
    /// <param name="inputs">What goes in; columns or tensors, not both.</param>
    /// <param name="outputs">What comes out; columns or tensors, not both.</param>
    /// <exception cref="InvalidModelException">Columns and tensors stand side by side.</exception>
    public ModelSignature(IReadOnlyList<SignatureField> inputs, IReadOnlyList<SignatureField> outputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        RequireOneKind("inputs", inputs);
        RequireOneKind("outputs", outputs);
        Inputs = inputs;
        Outputs = outputs;
    }

    /// <summary>What goes in.</summary>
    public IReadOnlyList<SignatureField> Inputs { get; }

    /// <summary>What comes out.</summary>
    public IReadOnlyList<SignatureField> Outputs { get; }

    private static void RequireOneKind(string where, IReadOnlyList<SignatureField> fields)
    {
        if (fields.Any(f => f.Shape is null) && fields.Any(f => f.Shape is not null))
        {
            throw new InvalidModelException(
                $"The {where} of the signature mix columns and tensors ({string.Join(", ", fields.Select(f => f.Name ?? "(no name)"))}); give all of them a shape or none.");
        }
    }
}
