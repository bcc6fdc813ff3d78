namespace Lifecycle.Serving;

/// <summary>One input or output of a model.</summary>
/// <param name="Name">Its name; case matters.</param>
/// <param name="Type">What its elements are.</param>
/// <param name="Shape">Its dimensions; -1 for any size. A first dimension of -1 counts rows.</param>
public sealed record TensorSpec(string Name, TensorElementType Type, TensorShape Shape)
{
    /// <summary>Whether a row holds one value, so that a value of the shape <c>[n]</c> is taken for <c>[n,1]</c>.</summary>
    public bool IsScalar { get; init; }

    /// <summary>For example <c>'x' FP32[-1,4]</c>.</summary>
    public override string ToString() => $"'{Name}' {Type.ProtocolName()}{Shape}";

    internal bool Takes(TensorShape shape) => Shape.Takes(shape) || (IsScalar && shape.Rank == 1);
}
