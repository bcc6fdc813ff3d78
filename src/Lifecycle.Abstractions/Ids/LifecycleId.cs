using System.Diagnostics.CodeAnalysis;

namespace Lifecycle;

/// <summary>Ids of the house: version-7 Guids (RFC 9562) taken from the clock, printed as 32 hex digits.</summary>
public static class LifecycleId
{
    /// <summary>A new id; ids of later moments sort behind earlier ones.</summary>
    [SuppressMessage("ApiDesign", "RS0030", Justification = "The one place that makes ids.")]
    public static Guid New(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return Guid.CreateVersion7(time.GetUtcNow());
    }
}
