using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>Times along an axis, as short as their span allows.</summary>
internal static class TimeLabels
{
    private static readonly TimeSpan Days = TimeSpan.FromDays(3);

    /// <summary>A time on an axis from the first to the last one: a day, or day and minute.</summary>
    public static string Of(DateTimeOffset time, DateTimeOffset first, DateTimeOffset last) => time.UtcDateTime.ToString(
        last - first >= Days ? "yyyy-MM-dd" : first.UtcDateTime.Date == last.UtcDateTime.Date ? "HH:mm" : "MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>A time in full, without what is zero.</summary>
    public static string Full(DateTimeOffset time) => time.UtcDateTime.ToString(
        time.UtcDateTime.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : time.UtcDateTime.Second == 0 ? "yyyy-MM-dd HH:mm" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
