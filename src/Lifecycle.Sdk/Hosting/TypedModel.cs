using System.Diagnostics.CodeAnalysis;

namespace Lifecycle;

/// <summary>What stays of the types of typed models when an application is trimmed.</summary>
internal static class TypedModel
{
    public const DynamicallyAccessedMemberTypes Members =
        DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.PublicProperties | DynamicallyAccessedMemberTypes.PublicFields;
}
