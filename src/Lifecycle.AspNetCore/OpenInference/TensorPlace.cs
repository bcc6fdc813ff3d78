namespace Lifecycle.AspNetCore;

/// <summary>What an error speaks of: an input, or a row of it.</summary>
/// <param name="Name">Name of the input.</param>
/// <param name="Row">Row counted from 0; -1 for the whole input.</param>
internal readonly record struct TensorPlace(string Name, long Row = -1)
{
    public override string ToString() => Row < 0
        ? $"The input '{InferenceWireException.Show(Name)}'"
        : $"Row {Row}: the input '{InferenceWireException.Show(Name)}'";
}
