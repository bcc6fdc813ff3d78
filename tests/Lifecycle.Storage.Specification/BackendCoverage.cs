using System.Reflection;
using System.Runtime.CompilerServices;

namespace Lifecycle.Storage.Specification;

/// <summary>Finds implementations of ports that no specification is inherited for.</summary>
public static class BackendCoverage
{
    private static readonly (Type Port, Type Suite)[] Ports =
    [
        (typeof(IBlobStore), typeof(BlobStoreSpecification<>)),
        (typeof(BlobUpkeep), typeof(BlobUpkeepSpecification<>)),
        (typeof(LifecycleDatabase), typeof(LifecycleDatabaseSpecification<>)),
        (typeof(IAuditLog), typeof(AuditLogSpecification<>)),
        (typeof(ILifecycleEvents), typeof(EventsSpecification<>)),
    ];

    /// <summary>One sentence for each type of the backend that implements a port and has no runnable suite in the tests; empty when none is left out.</summary>
    /// <param name="backend">Types that may implement ports, usually all of an assembly.</param>
    /// <param name="tests">Types that may be test classes, usually all of a test assembly.</param>
    public static IReadOnlyList<string> Missing(IEnumerable<Type> backend, IEnumerable<Type> tests)
    {
        Type[] suites = [.. tests.Where(t => t is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false } && (t.IsPublic || t.IsNestedPublic))];
        return
        [
            .. from type in backend
               where type is { IsClass: true, IsAbstract: false } && !type.IsDefined(typeof(CompilerGeneratedAttribute))
               from port in Ports
               where port.Port.IsAssignableFrom(type) && !suites.Any(s => Inherits(s, port.Suite, type))
               select $"{type.FullName} implements {port.Port.Name}, but no public test class inherits {port.Suite.Name[..^2]}<{type.Name}>.",
        ];
    }

    /// <summary>The same for whole assemblies.</summary>
    public static IReadOnlyList<string> Missing(Assembly backend, Assembly tests)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(tests);
        return Missing(backend.GetTypes(), tests.GetTypes());
    }

    private static bool Inherits(Type suite, Type specification, Type implementation)
    {
        for (Type? type = suite.BaseType; type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && type.GetGenericTypeDefinition() == specification && type.GenericTypeArguments[0] == implementation)
            {
                return true;
            }
        }

        return false;
    }
}
