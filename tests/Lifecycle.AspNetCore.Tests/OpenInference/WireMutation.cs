using System.Globalization;
using System.Text;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>Damages bodies in the ways that clients and networks do, and in some that nobody does by accident.</summary>
internal sealed class WireMutation(int seed)
{
    private static readonly byte[][] Nasty =
    [
        .. new[]
        {
            "-1", "9223372036854775808", "18446744073709551616", "4294967296", "1e999", "1e39", "-0", "0.5", "1E400", "NaN", "null", "true", "{}", "[]", "[[[[", "\"\\ud800\"",
            "\"\\u0000\"", "\"NaN\"", ",", ":", "\"", "\\", "/*", "\u2028", "[1,[2]]", "\"data\":[1]", "\"shape\":[0]", "\"datatype\":\"BYTES\"", "\"binary_data_size\":4", "\n", "\r", "\"a\",",
        }.Select(Encoding.UTF8.GetBytes),
        [0xFF], [0x00], [0xC3], [0x80, 0x80], [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0x80],
    ];

    private readonly Random _random = new(seed);

    public Random Random => _random;

    public byte[] Body(byte[] body, byte[] other)
    {
        int changes = 1 + (_random.Next(4) == 0 ? _random.Next(4) : 0);
        for (int i = 0; i < changes; i++)
        {
            body = Once(body, other);
        }

        return body;
    }

    public string? Header(string? header) => _random.Next(12) switch
    {
        0 => null,
        1 => "0",
        2 => _random.Next(-5, 400).ToString(CultureInfo.InvariantCulture),
        3 => "9223372036854775808",
        4 => "x",
        5 when header is not null => (int.Parse(header, CultureInfo.InvariantCulture) + _random.Next(-3, 4)).ToString(CultureInfo.InvariantCulture),
        _ => header,
    };

    private byte[] Once(byte[] body, byte[] other)
    {
        if (body.Length == 0)
        {
            return Nasty[_random.Next(Nasty.Length)];
        }

        int at = _random.Next(body.Length);
        int to = Math.Min(body.Length, at + _random.Next(1, 12));
        switch (_random.Next(9))
        {
            case 0:
                byte[] flipped = [.. body];
                flipped[at] ^= (byte)(1 << _random.Next(8));
                return flipped;
            case 1:
                return body[..at];
            case 2:
                return [.. body[..at], .. body[to..]];
            case 3:
                return [.. body[..to], .. body[at..]];
            case 4:
                return [.. body[..at], .. Nasty[_random.Next(Nasty.Length)], .. body[at..]];
            case 5:
                int from = _random.Next(other.Length);
                return [.. body[..at], .. other[from..Math.Min(other.Length, from + _random.Next(1, 40))], .. body[to..]];
            case 6:
                return Swap(body, at, char.IsAsciiDigit);
            case 7:
                return Swap(body, at, c => c is '[' or ']' or '{' or '}' or ',' or ':' or '"');
            default:
                return [.. body[at..], .. body[..at]];
        }
    }

    // Puts something nasty in the place of the next run of such characters.
    private byte[] Swap(byte[] body, int at, Func<char, bool> isOne)
    {
        int start = Array.FindIndex(body, at, b => isOne((char)b));
        if (start < 0)
        {
            return body;
        }

        int end = start;
        while (end < body.Length && isOne((char)body[end]))
        {
            end++;
        }

        return [.. body[..start], .. Nasty[_random.Next(Nasty.Length)], .. body[end..]];
    }
}
