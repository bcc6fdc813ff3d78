using System.Globalization;

namespace Lifecycle.Validation;

/// <summary>Texts read as something else, always in the invariant culture.</summary>
internal static class CellText
{
    private static readonly string[] Times =
    [
        "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd HH:mmK",
    ];

    public static double Number(string? text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : double.NaN;

    /// <summary>Reads ISO 8601: a date, or a date and a time with or without a zone; UTC where none is said.</summary>
    public static bool TryTime(string? text, out long ticks)
    {
        bool read = DateTime.TryParseExact(
            text, Times, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out DateTime time);
        ticks = time.Ticks;
        return read;
    }

    public static string Of(DateTime time) => time.TimeOfDay == TimeSpan.Zero
        ? time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        : time.ToString("O", CultureInfo.InvariantCulture);
}
