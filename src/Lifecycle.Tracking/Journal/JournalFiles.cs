using System.Globalization;

namespace Lifecycle.Tracking;

/// <summary>Names of the files of a journal.</summary>
internal static class JournalFiles
{
    public const string Torn = "torn";

    private const string SegmentEnding = ".wal";
    private const string LockEnding = ".lock";
    private const int RunLength = 32;

    public static string Segment(string run, uint number) =>
        number == 1 ? run + SegmentEnding : string.Create(CultureInfo.InvariantCulture, $"{run}-{number}{SegmentEnding}");

    public static string Lock(string run) => run + LockEnding;

    /// <summary>All runs that have a file in the folder.</summary>
    public static IReadOnlyCollection<string> Runs(string folder)
    {
        SortedSet<string> runs = new(StringComparer.Ordinal);
        foreach (string file in Directory.Exists(folder) ? Directory.EnumerateFiles(folder) : [])
        {
            string name = Path.GetFileName(file);
            if (name.Length > RunLength && IsRun(name.AsSpan(0, RunLength))
                && (name.EndsWith(LockEnding, StringComparison.Ordinal) || name.Contains(SegmentEnding, StringComparison.Ordinal)))
            {
                runs.Add(name[..RunLength]);
            }
        }

        return runs;
    }

    /// <summary>The segments of a run in order.</summary>
    public static IReadOnlyList<string> Segments(string folder, string run) =>
        [.. Directory.EnumerateFiles(folder, run + "*" + SegmentEnding)
            .Select(file => (File: file, Number: Number(Path.GetFileNameWithoutExtension(file), run)))
            .Where(s => s.Number > 0).OrderBy(s => s.Number).Select(s => s.File)];

    /// <summary>Segments that were never finished; nothing was acknowledged in them.</summary>
    public static IEnumerable<string> Unfinished(string folder, string run) => Directory.EnumerateFiles(folder, run + "*" + SegmentEnding + ".tmp");

    private static uint Number(string name, string run) =>
        name.Length == run.Length ? 1
        : name[run.Length] == '-' && uint.TryParse(name.AsSpan(run.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number : 0;

    private static bool IsRun(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (!char.IsAsciiHexDigitLower(c))
            {
                return false;
            }
        }

        return true;
    }
}
