using System.Diagnostics;
using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>Who counts: machine, process and when that process started, so that a process of the same number is not taken for it.</summary>
internal static class ProcessMark
{
    private const char Separator = '|';

    /// <summary>Three times as long as a process takes to say that it lives, and some.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(5);

    private static readonly string Machine = $"{Environment.MachineName.Replace(Separator, '-')}/{Namespace()}";

    /// <summary>A mark of this process that no other monitor has.</summary>
    public static string New(Guid id)
    {
        using Process me = Process.GetCurrentProcess();
        return string.Create(CultureInfo.InvariantCulture, $"{Machine}{Separator}{me.Id}{Separator}{Started(me)}{Separator}{id:N}");
    }

    /// <summary>Whether the process of a mark lives: on this machine by looking, elsewhere by when it was heard of last.</summary>
    public static bool IsAlive(string mark, DateTimeOffset heard, DateTimeOffset now)
    {
        string[] parts = mark.Split(Separator);
        if (parts.Length != 4 || parts[0] != Machine || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int id))
        {
            return now - heard < Silence;
        }

        try
        {
            using Process process = Process.GetProcessById(id);
            return !process.HasExited && Started(process) == parts[2];
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException)
        {
            return false;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return now - heard < Silence;
        }
    }

    /// <summary>To the second: the start is computed from ticks since the machine's own start, and the last digits vary between readings.</summary>
    private static string Started(Process process) =>
        new DateTimeOffset(process.StartTime).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    /// <summary>Containers may share a name and not their processes.</summary>
    private static string Namespace()
    {
        try
        {
            return OperatingSystem.IsLinux() ? new FileInfo("/proc/self/ns/pid").LinkTarget ?? "" : "";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
