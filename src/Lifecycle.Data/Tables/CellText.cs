using System.Buffers.Text;
using System.Globalization;

namespace Lifecycle.Data;

/// <summary>The text of a cell as a value. Strict: what would not come out as it went in is not a number but a code.</summary>
internal static class CellText
{
    public static bool TryBoolean(ReadOnlySpan<byte> text, out bool value)
    {
        value = text.Length == 4;
        return Is(text, "true"u8) || Is(text, "false"u8);
    }

    /// <summary>Whether the text is only digits behind an optional sign, so that it is an integer or a code and never a float.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> text)
    {
        text = text.Length > 0 && text[0] == (byte)'-' ? text[1..] : text;
        return text.Length > 0 && !text.ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }

    public static bool TryInt64(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        ReadOnlySpan<byte> digits = text.Length > 0 && text[0] == (byte)'-' ? text[1..] : text;
        return IsWhole(text) && (digits[0] != (byte)'0' || text.Length == 1) && Utf8Parser.TryParse(text, out value, out int used) && used == text.Length;
    }

    public static bool TryDouble(ReadOnlySpan<byte> text, out double value)
    {
        ReadOnlySpan<byte> rest = text.Length > 0 && text[0] == (byte)'-' ? text[1..] : text;
        if (Is(rest, "inf"u8) || Is(rest, "infinity"u8))
        {
            value = rest.Length == text.Length ? double.PositiveInfinity : double.NegativeInfinity;
            return true;
        }

        if (Is(text, "nan"u8))
        {
            value = double.NaN;
            return true;
        }

        value = 0;
        int whole = Digits(rest);
        if (whole > 1 && rest[0] == (byte)'0')
        {
            return false;
        }

        rest = rest[whole..];
        int fraction = 0;
        if (rest.Length > 0 && rest[0] == (byte)'.')
        {
            fraction = Digits(rest[1..]);
            rest = rest[(1 + fraction)..];
        }

        if (whole + fraction == 0)
        {
            return false;
        }

        if (rest.Length > 0)
        {
            if ((rest[0] | 0x20) != 'e')
            {
                return false;
            }

            rest = rest[(rest.Length > 1 && rest[1] is (byte)'+' or (byte)'-' ? 2 : 1)..];
            if (rest.IsEmpty || Digits(rest) != rest.Length)
            {
                return false;
            }
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
    }

    public static bool TryDate(ReadOnlySpan<byte> text, out DateOnly value)
    {
        value = default;
        if (text.Length != 10 || text[4] != (byte)'-' || text[7] != (byte)'-')
        {
            return false;
        }

        uint thousands = Digit(text[0]), hundreds = Digit(text[1]), tens = Digit(text[2]), ones = Digit(text[3]);
        uint months = Digit(text[5]), month = Digit(text[6]), days = Digit(text[8]), day = Digit(text[9]);
        if (Math.Max(Math.Max(Math.Max(thousands, hundreds), Math.Max(tens, ones)), Math.Max(Math.Max(months, month), Math.Max(days, day))) > 9)
        {
            return false;
        }

        int year = (int)((thousands * 1000) + (hundreds * 100) + (tens * 10) + ones);
        month += months * 10;
        day += days * 10;
        if (year == 0 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, (int)month))
        {
            return false;
        }

        value = new DateOnly(year, (int)month, (int)day);
        return true;
    }

    /// <summary>ISO 8601: a date, alone or with <c>T</c> or a space and a time; without an offset it is taken as UTC.</summary>
    public static bool TryDateTime(ReadOnlySpan<byte> text, out DateTime value)
    {
        value = default;
        if (text.Length < 10 || !TryDate(text[..10], out DateOnly date))
        {
            return false;
        }

        long ticks = 0;
        ReadOnlySpan<byte> rest = text[10..];
        if (!rest.IsEmpty)
        {
            if (rest[0] is not ((byte)'T' or (byte)'t' or (byte)' ') || !TryClock(ref rest, out ticks) || !TryOffset(rest, out long offset))
            {
                return false;
            }

            ticks -= offset;
        }

        ticks += date.ToDateTime(TimeOnly.MinValue).Ticks;
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        value = new DateTime(ticks, DateTimeKind.Utc);
        return true;
    }

    // T hh:mm [:ss [.fffffff]]
    private static bool TryClock(ref ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        if (text.Length < 6 || text[3] != (byte)':' || !TryNumber(text[1..3], out int hour) || !TryNumber(text[4..6], out int minute) || hour > 23 || minute > 59)
        {
            return false;
        }

        ticks = (hour * TimeSpan.TicksPerHour) + (minute * TimeSpan.TicksPerMinute);
        text = text[6..];
        if (text.Length == 0 || text[0] != (byte)':')
        {
            return true;
        }

        if (text.Length < 3 || !TryNumber(text[1..3], out int second) || second > 59)
        {
            return false;
        }

        ticks += second * TimeSpan.TicksPerSecond;
        text = text[3..];
        if (text.Length == 0 || text[0] != (byte)'.')
        {
            return true;
        }

        int digits = Digits(text[1..]);
        if (digits is 0 or > 7)
        {
            return false;
        }

        long unit = TimeSpan.TicksPerSecond;
        for (int i = 1; i <= digits; i++)
        {
            unit /= 10;
            ticks += (text[i] - '0') * unit;
        }

        text = text[(1 + digits)..];
        return true;
    }

    // nothing, Z, or +hh:mm
    private static bool TryOffset(ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        if (text.IsEmpty || text is [(byte)'Z'] or [(byte)'z'])
        {
            return true;
        }

        if (text.Length != 6 || text[0] is not ((byte)'+' or (byte)'-') || text[3] != (byte)':'
            || !TryNumber(text[1..3], out int hour) || !TryNumber(text[4..], out int minute) || hour > 14 || minute > 59)
        {
            return false;
        }

        ticks = ((hour * TimeSpan.TicksPerHour) + (minute * TimeSpan.TicksPerMinute)) * (text[0] == (byte)'-' ? -1 : 1);
        return true;
    }

    private static uint Digit(byte letter) => letter - (uint)'0';

    private static int Digits(ReadOnlySpan<byte> text)
    {
        int end = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return end < 0 ? text.Length : end;
    }

    private static bool TryNumber(ReadOnlySpan<byte> digits, out int value)
    {
        value = 0;
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            value = (value * 10) + digit - '0';
        }

        return true;
    }

    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) => System.Text.Ascii.EqualsIgnoreCase(text, word);
}
