using System.Diagnostics;
using System.Globalization;

namespace Lifecycle.Tracking;

/// <summary>Which process owns a run, as it is stored: <c>machine/pid/start</c>, the start of the process in Unix milliseconds.</summary>
internal static class RunOwner
{
    /// <summary>How often the owner of a run says that it lives, for other machines that share the store.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(30);

    /// <summary>After so long without a beat the owner on another machine is taken for dead.</summary>
    public static readonly TimeSpan Lost = TimeSpan.FromSeconds(120);

    /// <summary>What the owners of this machine begin with.</summary>
    public static string Machine { get; } = Environment.MachineName + "/";

    public static string Current { get; } = Describe();

    /// <summary>Whether the owner is a process of this machine; a lock tells whether it lives.</summary>
    public static bool IsHere(string owner) => owner.StartsWith(Machine, StringComparison.Ordinal);

    private static string Describe()
    {
        using Process process = Process.GetCurrentProcess();
        return string.Create(
            CultureInfo.InvariantCulture, $"{Machine}{Environment.ProcessId}/{new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds()}");
    }
}
