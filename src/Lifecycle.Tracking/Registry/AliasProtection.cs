namespace Lifecycle.Tracking;

/// <summary>What an alias asks of a version before it may point at it.</summary>
public sealed class AliasProtection
{
    private readonly SortedSet<string> _evidence = new(StringComparer.Ordinal);

    internal AliasProtection()
    {
    }

    /// <summary>The kinds of evidence that must be there and have passed.</summary>
    public IReadOnlyCollection<string> Evidence => _evidence;

    /// <summary>Asks for passed evidence of a kind.</summary>
    /// <param name="kind">For example <c>gate</c>.</param>
    public AliasProtection RequireEvidence(string kind)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(kind);
        _evidence.Add(kind);
        return this;
    }
}
