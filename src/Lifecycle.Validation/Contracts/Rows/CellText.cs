using System.Globalization;

namespace Lifecycle.Validation;

/// <summary>Texts read as something else, always in the invariant culture.</summary>
internal static class CellText
{
    public static double Number(string? text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : double.NaN;

    public static bool TryTime(string? text, out long ticks)
    {
        bool read = DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out DateTime time);
        ticks = time.Ticks;
        return read;
    }

    public static string Of(DateTime time) => time.TimeOfDay == TimeSpan.Zero
        ? time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        : time.ToString("O", CultureInfo.InvariantCulture);
}
