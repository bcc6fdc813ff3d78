using System.Globalization;
using System.Text;

namespace Lifecycle.Drift;

/// <summary>Text and numbers on their way into HTML and SVG.</summary>
internal static class MarkupText
{
    public const int MostOfName = 120;
    public const int MostOfSentence = 2000;

    /// <summary>
    /// Escapes markup; control characters, lone surrogates and marks that change the direction of the text are shown as U+FFFD.
    /// </summary>
    public static string Escape(string text, int most = MostOfName)
    {
        StringBuilder safe = new(Math.Min(text.Length, most) + 8);
        int seen = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (++seen > most)
            {
                return safe.Append('…').ToString();
            }

            Append(safe, rune);
        }

        return safe.ToString();
    }

    /// <summary>
    /// Escapes a name. One whose markup would have more bytes is cut in the middle, so that names with a long beginning in common stay apart.
    /// </summary>
    public static string Name(string text, int mostBytes) => Cut(text, 2 * mostBytes / 3, mostBytes);

    /// <summary>Escapes a text; one whose markup would have more bytes is cut at the end.</summary>
    public static string Cut(string text, int mostBytes) => Cut(text, mostBytes - 3, mostBytes);

    private static string Cut(string text, int headBytes, int mostBytes)
    {
        StringBuilder head = new(Math.Min(text.Length, mostBytes) + 8);
        int bytes = 0, at = 0, keep = 0, keptChars = 0;
        while (at < text.Length)
        {
            Rune.DecodeFromUtf16(text.AsSpan(at), out Rune rune, out int consumed);
            bytes += Append(head, rune);
            at += consumed;
            if (bytes <= headBytes)
            {
                (keep, keptChars) = (head.Length, at);
            }

            if (bytes > mostBytes)
            {
                head.Length = keep;
                return head.Append('…').Append(Tail(text.AsSpan(keptChars), mostBytes - headBytes - 3)).ToString();
            }
        }

        return head.ToString();
    }

    public static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "–";

    /// <summary>A value of a column in words: four to five digits, thousands apart, powers of ten where it is very large or small.</summary>
    public static string Value(double value)
    {
        double size = Math.Abs(value);
        string format = size is 0 or >= 1e7 or < 1e-4 ? "G4" : size >= 1000 ? "#,0" : size >= 100 ? "0.#" : size >= 1 ? "0.##" : "G3";
        return value.ToString(format, CultureInfo.InvariantCulture).Replace('-', '−');
    }

    /// <summary>A p-value; below a millionth its logarithm of base ten, as a power.</summary>
    public static string P(double logPValue)
    {
        double log10 = Math.Max(PValueText.LeastLog10, Math.Min(0, logPValue) / Math.Log(10));
        return log10 >= -6 ? PValueText.Of(logPValue) : string.Create(CultureInfo.InvariantCulture, $"10<sup>−{-log10:0.0}</sup>");
    }

    private static string Tail(ReadOnlySpan<char> text, int mostBytes)
    {
        string tail = "";
        StringBuilder one = new();
        while (!text.IsEmpty)
        {
            Rune.DecodeLastFromUtf16(text, out Rune rune, out int consumed);
            one.Clear();
            mostBytes -= Append(one, rune);
            if (mostBytes < 0)
            {
                break;
            }

            tail = one + tail;
            text = text[..^consumed];
        }

        return tail;
    }

    /// <summary>Appends one character and says how many bytes of UTF-8 it took.</summary>
    private static int Append(StringBuilder safe, Rune rune)
    {
        string? entity = rune.Value switch
        {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&quot;",
            '\'' => "&#39;",
            _ when IsHarmful(rune) => "\uFFFD",
            _ => null,
        };
        if (entity is not null)
        {
            safe.Append(entity);
            return entity[0] == '\uFFFD' ? 3 : entity.Length;
        }

        Span<char> chars = stackalloc char[2];
        safe.Append(chars[..rune.EncodeToUtf16(chars)]);
        return rune.Utf8SequenceLength;
    }

    private static bool IsHarmful(Rune rune) => !rune.IsAscii
        ? Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            || rune.Value is 0xFFFE or 0xFFFF
        : rune.Value is < 0x20 or 0x7F;
}
