using System.Reflection;

namespace Lifecycle.Architecture.Tests;

/// <summary>The assemblies of the packages.</summary>
internal static class Packages
{
    /// <summary>Classes that another public type derives from, on purpose.</summary>
    public static IReadOnlySet<string> MayBeDerived { get; } = new HashSet<string>(StringComparer.Ordinal) { "GateBuilder", "DriftMonitor", "NumberField" };

    public static IReadOnlyList<Assembly> All { get; } = [.. Repository.Packages.Select(Assembly.Load)];

    public static IEnumerable<Type> PublicTypes => All.SelectMany(a => a.GetExportedTypes());
}
