namespace Lifecycle.Serving;

/// <summary>
/// Which versions of a folder are served. The latest is the greatest plain number (<c>10</c> after <c>9</c>); without one, the greatest of <c>v1.2</c> and
/// the like; without one, the last by its characters. A version that a deployment names is served besides, except under <see cref="Only"/>.
/// </summary>
public sealed class VersionPolicy
{
    private const int Most = 64;

    private readonly int _count;
    private readonly string[]? _only;

    private VersionPolicy(int count, string[]? only)
    {
        _count = count;
        _only = only;
    }

    /// <summary>The latest versions. When none of them can be loaded and none answers yet, the next older one that can be stands in.</summary>
    /// <param name="count">How many, 1 to 64.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is out of range.</exception>
    public static VersionPolicy Latest(int count = 1) => new(Checked(count, nameof(count)), null);

    /// <summary>All versions, the latest first to be taken when there are more than fit.</summary>
    /// <param name="maximum">Most versions, 1 to 64.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of range.</exception>
    public static VersionPolicy All(int maximum = 8) => new(Checked(maximum, nameof(maximum)), null);

    /// <summary>These versions and no other.</summary>
    /// <param name="versions">1 to 64 names by the rule of <see cref="ResourceName"/>.</param>
    /// <exception cref="InvalidNameException">A name breaks the rule.</exception>
    public static VersionPolicy Only(params string[] versions)
    {
        ArgumentNullException.ThrowIfNull(versions);
        string[] only = [.. versions.Select(v => ResourceName.Require(v, "version")).Distinct(StringComparer.Ordinal)];
        return new(Checked(only.Length, nameof(versions)), only);
    }

    /// <summary>The versions that <see cref="Only"/> named; empty when all may be served.</summary>
    internal IReadOnlyList<string> Named => _only ?? [];

    /// <summary>Those that are served.</summary>
    /// <param name="names">All there are, oldest first.</param>
    /// <param name="demand">What the host wants.</param>
    internal IReadOnlyList<string> Choose(IReadOnlyList<string> names, ModelDemand demand)
    {
        if (_only is not null)
        {
            return [.. names.Where(_only.Contains)];
        }

        int rest = Math.Max(0, names.Count - _count);
        return [.. names.Where((n, i) => i >= rest || demand.Names.Contains(n))];
    }

    private static int Checked(int count, string name) => count is >= 1 and <= Most
        ? count
        : throw new ArgumentOutOfRangeException(name, count, $"A policy serves 1 to {Most} versions.");
}
