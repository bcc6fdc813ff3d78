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
        StringBuilder safe = new(text.Length);
        int seen = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (++seen > most)
            {
                return safe.Append('…').ToString();
            }

            _ = rune.Value switch
            {
                '&' => safe.Append("&amp;"),
                '<' => safe.Append("&lt;"),
                '>' => safe.Append("&gt;"),
                '"' => safe.Append("&quot;"),
                '\'' => safe.Append("&#39;"),
                _ when IsHarmful(rune) => safe.Append('\uFFFD'),
                _ => safe.Append(rune.ToString()),
            };
        }

        return safe.ToString();
    }

    public static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "–";

    private static bool IsHarmful(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || rune.Value is 0xFFFE or 0xFFFF;
}
