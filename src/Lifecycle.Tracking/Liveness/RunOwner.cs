using System.Globalization;

namespace Lifecycle.Tracking;

/// <summary>Which process owns a run, as it is stored: <c>machine/pid</c>.</summary>
internal static class RunOwner
{
    public static string Current { get; } = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}/{Environment.ProcessId}");

    /// <summary>What the owners of this machine begin with.</summary>
    public static string Machine { get; } = Environment.MachineName + "/";
}
