using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Lifecycle.Drift;

/// <summary>
/// Who counts, and where: machine, process and when that process started, so that a process of the same number is not taken for it; and the database,
/// so that a copy does not count as held by those who hold what was copied.
/// </summary>
internal static class ProcessMark
{
    private const char Separator = '|';
    private const int StartWord = 19;
    private const int ThreadsWord = 17;
    private const int Parts = 5;

    /// <summary>Seconds by which two readings of one start may differ.</summary>
    private const long ClockError = 5;

    /// <summary>Three times as long as a process takes to say that it lives, and some.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(5);

    private static readonly string Machine = $"{Environment.MachineName.Replace(Separator, '-')}/{Namespace()}";

    /// <summary>A mark of this process that no other monitor has.</summary>
    /// <param name="id">What makes it the only one.</param>
    /// <param name="database">The database that it stands in, see <see cref="Place"/>.</param>
    public static string New(Guid id, string database)
    {
        using Process me = Process.GetCurrentProcess();
        return string.Create(CultureInfo.InvariantCulture, $"{Machine}{Separator}{me.Id}{Separator}{Started(me)}{Separator}{id:N}{Separator}{database}");
    }

    /// <summary>A short name of a database on this machine.</summary>
    public static string Place(LifecycleDatabase database) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(database.Identity)).AsSpan(0, 8));

    /// <summary>Whether the process of a mark lives and works in this database: on this machine by looking, elsewhere by when it was heard of last.</summary>
    public static bool IsAlive(string mark, string database, DateTimeOffset heard, DateTimeOffset now)
    {
        string[] parts = mark.Split(Separator);
        if (parts.Length != Parts || parts[0] != Machine || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int id))
        {
            return now - heard < Silence;
        }

        try
        {
            using Process process = Process.GetProcessById(id);
            return parts[4] == database && !process.HasExited && !HasEnded(id) && IsSame(parts[2], process);
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

    /// <summary>Whether a mark is one of this process.</summary>
    public static bool IsMine(string mark)
    {
        string[] parts = mark.Split(Separator);
        using Process me = Process.GetCurrentProcess();
        return parts.Length == Parts && parts[0] == Machine && parts[1] == me.Id.ToString(CultureInfo.InvariantCulture) && IsSame(parts[2], me);
    }

    /// <summary>Whether a mark stands in the database in which it was written, as far as this machine can tell.</summary>
    public static bool IsIn(string mark, string database) => mark.EndsWith($"{Separator}{database}", StringComparison.Ordinal);

    /// <summary>The machine and the number of the process that a mark names.</summary>
    public static (string Machine, int Process) Read(string mark)
    {
        string[] parts = mark.Split(Separator);
        return (parts[0].Split('/')[0], parts.Length > 1 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : 0);
    }

    /// <summary>
    /// The second in which a process started. It is computed from ticks since the machine's own start and the clock on the wall, so two processes may
    /// read it differently; Linux says the ticks themselves, which follow a <c>+</c>.
    /// </summary>
    private static string Started(Process process)
    {
        string second = new DateTimeOffset(process.StartTime).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return Ticks(process.Id) is { } ticks ? $"{second}+{ticks}" : second;
    }

    private static bool IsSame(string started, Process process)
    {
        string[] then = started.Split('+'), now = Started(process).Split('+');
        if (then.Length == 2 && now.Length == 2)
        {
            return then[1] == now[1];
        }

        return long.TryParse(then[0], NumberStyles.None, CultureInfo.InvariantCulture, out long second)
            && Math.Abs(second - long.Parse(now[0], CultureInfo.InvariantCulture)) <= ClockError;
    }

    /// <summary>Number of the boot and ticks from it to the start of a process; null where the system does not say them.</summary>
    private static string? Ticks(int process)
    {
        try
        {
            string[] words = Words(process);
            return words.Length > StartWord ? $"{File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()}/{words[StartWord]}" : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether a process ended and only its number is left, because its parent did not ask how it ended; in a container that may be so for ever.</summary>
    private static bool HasEnded(int process) => Words(process) is { Length: > StartWord } words && words[0] is "Z" or "X" && words[ThreadsWord] is "0" or "1";

    /// <summary>What Linux says of a process, from its state on; nothing where the system does not say it.</summary>
    private static string[] Words(int process)
    {
        try
        {
            if (!OperatingSystem.IsLinux())
            {
                return [];
            }

            // The name, in parentheses, may hold anything; the start is the 20th word after it.
            string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            return stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

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
