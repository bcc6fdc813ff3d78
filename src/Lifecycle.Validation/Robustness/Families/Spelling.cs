using System.Text;
using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>Other spellings of a text.</summary>
internal static class Spelling
{
    // Letters of U+00C0 to U+017F without their marks; a dot stands where there is nothing to take off.
    private const string Plain =
        "AAAAAA.CEEEEIIII.NOOOOO.OUUUUY..aaaaaa.ceeeeiiii.nooooo.ouuuuy.yAaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiI...JjKk.LlLlLl..LlNnNnNn...OoOoOo..RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZz.";

    /// <summary>A text that differs from the given one; an empty one stays empty.</summary>
    public static string Change(string text, RandomStream random)
    {
        const int Kinds = 8;
        for (int attempt = 0, kind = random.NextBelow(Kinds); attempt < Kinds; attempt++, kind = (kind + 1) % Kinds)
        {
            string changed = Change(text, kind, random);
            if (changed != text)
            {
                return changed;
            }
        }

        return text;
    }

    public static string WithoutDiacritics(string text) => string.Create(text.Length, text, (span, from) =>
    {
        for (int i = 0; i < span.Length; i++)
        {
            int at = from[i] - 'À';
            span[i] = at >= 0 && at < Plain.Length && Plain[at] != '.' ? Plain[at] : from[i];
        }
    });

    public static string FullWidthDigits(string text) => string.Create(text.Length, text, (span, from) =>
    {
        for (int i = 0; i < span.Length; i++)
        {
            span[i] = char.IsAsciiDigit(from[i]) ? (char)('０' + (from[i] - '0')) : from[i];
        }
    });

    private static string Change(string text, int kind, RandomStream random)
    {
        if (text.Length == 0)
        {
            return text;
        }

        Rune[] letters = [.. text.EnumerateRunes()];
        int at = random.NextBelow(letters.Length);
        return kind switch
        {
            0 => text.ToUpperInvariant(),
            1 => text.ToLowerInvariant(),
            2 => random.NextBelow(2) == 0 ? " " + text : text + " ",
            3 when at > 0 => Join([.. letters[..(at - 1)], letters[at], letters[at - 1], .. letters[(at + 1)..]]),
            4 when letters.Length > 1 => Join([.. letters[..at], .. letters[(at + 1)..]]),
            5 => Join([.. letters[..at], letters[at], .. letters[at..]]),
            6 => WithoutDiacritics(text),
            7 => FullWidthDigits(text),
            _ => text,
        };
    }

    private static string Join(Rune[] letters)
    {
        StringBuilder text = new();
        foreach (Rune letter in letters)
        {
            text.Append(letter.ToString());
        }

        return text.ToString();
    }
}
