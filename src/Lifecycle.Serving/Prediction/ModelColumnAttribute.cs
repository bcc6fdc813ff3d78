namespace Lifecycle.Serving;

/// <summary>
/// Names the input or output of the model that a property, a field or a parameter of a record stands for, when it is not its own name.
/// The name is taken exactly.
/// </summary>
/// <param name="name">Name of the input or output.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter)]
public sealed class ModelColumnAttribute(string name) : Attribute
{
    /// <summary>Name of the input or output.</summary>
    public string Name { get; } = name;
}
