using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Lifecycle.Data;

/// <summary>
/// One text as a YAML value, in the bytes that DVC would write (ruamel.yaml 0.17): plain where that reads back as the same text, else quoted,
/// folded when a line is longer than 80 characters.
/// </summary>
internal static partial class YamlScalar
{
    private const int Width = 80;

    /// <summary>The value as it stands behind <c>key: </c>.</summary>
    /// <param name="value">The text.</param>
    /// <param name="column">Code points in the line before it.</param>
    /// <param name="indent">Spaces before the key.</param>
    public static string Write(string value, int column, int indent)
    {
        Rune[] text = [.. value.EnumerateRunes()];
        string newLine = "\n" + new string(' ', indent + 2);
        bool breaks = text.Any(r => !IsPrintable(r.Value));
        return !breaks && IsPlain(value, text) ? Plain(text, column, newLine)
            : breaks || value.Contains('\'', StringComparison.Ordinal) ? Double(text, column, newLine)
            : Single(text, column, newLine);
    }

    /// <summary>Whether YAML 1.2 with the additions of YAML 1.1 that ruamel keeps would load the plain text as an integer.</summary>
    public static bool IsInteger(string text) => text.Length > 0 && text[0] is '-' or '+' or (>= '0' and <= '9') && Integer().IsMatch(text);

    /// <summary>Whether the plain text would be loaded as a number with a fraction or an exponent.</summary>
    public static bool IsFloat(string text) => Float().IsMatch(text);

    private static bool IsPlain(string value, Rune[] text) =>
        value.Length > 0 && !IsWord(value) && !IsInteger(value) && !IsFloat(value) && !Date().IsMatch(value) && MayStart(text) && MayStand(text);

    private static bool IsWord(string value) => value is "~" or "null" or "Null" or "NULL" or "true" or "True" or "TRUE" or "false" or "False" or "FALSE" or "<<" or "=";

    private static bool MayStart(Rune[] text)
    {
        int first = text[0].Value;
        bool isDocumentMark = (first is '-' or '.') && text.Length >= 3 && text[1].Value == first && text[2].Value == first;
        return !isDocumentMark
            && !IsBlank(first)
            && first is not ('#' or ',' or '[' or ']' or '{' or '}' or '&' or '*' or '!' or '|' or '>' or '\'' or '"' or '%' or '@' or '`')
            && !(first is '?' or ':' or '-' && (text.Length == 1 || IsBlank(text[1].Value)));
    }

    private static bool MayStand(Rune[] text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            bool last = i + 1 == text.Length;
            if ((text[i].Value == ':' && (last || IsBlank(text[i + 1].Value))) || (text[i].Value == '#' && i > 0 && IsBlank(text[i - 1].Value)) || (last && IsBlank(text[i].Value)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsBlank(int c) => c is 0 or ' ' or '\t' or '\r' or '\n' or 0x85 or 0x2028 or 0x2029;

    private static bool IsPrintable(int c) => (c is (>= 0x20 and <= 0x7E) or (>= 0xA0 and <= 0xD7FF) or (>= 0xE000 and <= 0xFFFD) or >= 0x10000)
        && c is not (0xFEFF or 0x2028 or 0x2029);

    private static string Plain(Rune[] text, int column, string newLine)
    {
        StringBuilder output = new();
        Spread(output, text, ref column, newLine, isQuoted: false);
        return output.ToString();
    }

    private static string Single(Rune[] text, int column, string newLine)
    {
        StringBuilder output = new("'");
        column++;
        Spread(output, text, ref column, newLine, isQuoted: true);
        return output.Append('\'').ToString();
    }

    // Words and runs of spaces in turn; a lone space becomes the end of a line that is too long already.
    private static void Spread(StringBuilder output, Rune[] text, ref int column, string newLine, bool isQuoted)
    {
        for (int i = 0; i < text.Length;)
        {
            int end = i;
            bool space = text[i].Value == ' ';
            while (end < text.Length && text[end].Value == ' ' == space)
            {
                end++;
            }

            bool edge = i == 0 || end == text.Length;
            if (space && end - i == 1 && column > Width && !(isQuoted && edge))
            {
                output.Append(newLine);
                column = newLine.Length - 1;
            }
            else
            {
                for (int j = i; j < end; j++)
                {
                    output.Append(text[j].ToString());
                }

                column += end - i;
            }

            i = end;
        }
    }

    private static string Double(Rune[] text, int column, string newLine)
    {
        StringBuilder output = new("\"");
        column++;
        int start = 0;
        for (int end = 0; end <= text.Length; end++)
        {
            int c = end < text.Length ? text[end].Value : -1;
            if (c < 0 || !IsRaw(c))
            {
                Flush(output, text, ref start, end, ref column);
                if (c >= 0)
                {
                    string escape = Escape(c);
                    output.Append(escape);
                    column += escape.Length;
                    start = end + 1;
                }
            }

            if (end > 0 && end < text.Length - 1 && (c == ' ' || start >= end) && column + (end - start) > Width)
            {
                Flush(output, text, ref start, end, ref column);
                output.Append('\\').Append(newLine);
                column = newLine.Length - 1;
                if (text[start].Value == ' ')
                {
                    output.Append('\\');
                    column++;
                }
            }
        }

        return output.Append('"').ToString();
    }

    private static void Flush(StringBuilder output, Rune[] text, ref int start, int end, ref int column)
    {
        if (start >= end)
        {
            return;
        }

        column += end - start;
        for (; start < end; start++)
        {
            output.Append(text[start].ToString());
        }
    }

    private static bool IsRaw(int c) =>
        c is not ('"' or '\\' or 0xFEFF or 0x2028 or 0x2029) && c is (>= 0x20 and <= 0x7E) or (>= 0xA0 and <= 0xD7FF) or (>= 0xE000 and <= 0xFFFD);

    private static string Escape(int c) => c switch
    {
        0 => "\\0",
        7 => "\\a",
        8 => "\\b",
        9 => "\\t",
        10 => "\\n",
        11 => "\\v",
        12 => "\\f",
        13 => "\\r",
        27 => "\\e",
        '"' => "\\\"",
        '\\' => "\\\\",
        0x85 => "\\N",
        0x2028 => "\\L",
        0x2029 => "\\P",
        <= 0xFF => string.Create(CultureInfo.InvariantCulture, $"\\x{c:X2}"),
        <= 0xFFFF => string.Create(CultureInfo.InvariantCulture, $"\\u{c:X4}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"\\U{c:X8}"),
    };

    [GeneratedRegex(@"\A(?:[-+]?0b[01_]+|[-+]?0o?[0-7_]+|[-+]?[0-9_]+|[-+]?0x[0-9a-fA-F_]+)\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Integer();

    [GeneratedRegex(
        @"\A(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+|[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\z",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Float();

    [GeneratedRegex(
        @"\A(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9]{2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?)\z",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Date();
}
