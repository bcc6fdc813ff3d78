using System.Globalization;

namespace Lifecycle.Storage.Local;

/// <summary>Moments as the files of the store hold them: milliseconds since 1970, UTC.</summary>
internal static class UnixMoment
{
    public static bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset moment)
    {
        moment = default;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) && TryMake(value, out moment);
    }

    public static bool TryMake(long milliseconds, out DateTimeOffset moment)
    {
        bool fits = milliseconds >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
        moment = fits ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : default;
        return fits;
    }
}
