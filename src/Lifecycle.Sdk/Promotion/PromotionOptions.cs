namespace Lifecycle;

/// <summary>Which aliases need a passed gate.</summary>
public sealed class PromotionOptions
{
    /// <summary>Aliases that point only at versions whose gate report passed. <c>champion</c> by default.</summary>
    public ISet<string> GatedAliases { get; } = new HashSet<string>(StringComparer.Ordinal) { "champion" };
}
