namespace Lifecycle.Serving;

/// <summary>What the application wants of a model, beyond its file.</summary>
public sealed record ModelRequest
{
    /// <summary>The outputs that are wanted; empty lets the runtime choose.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>A class whose members are the inputs, for files that do not say what goes in; null when the file does.</summary>
    public Type? InputsFrom { get; init; }

    /// <summary>The order of members in a single input of several columns; empty when each member has an input of its own.</summary>
    public IReadOnlyList<string> PackedInputs { get; init; } = [];
}
