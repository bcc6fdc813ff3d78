using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Lifecycle.Statistics;

namespace Lifecycle.Data.Tests;

/// <summary>DVC's texts a second time: written from the rules as plainly as can be, over lists of code points, with nothing shared.</summary>
internal static class NaiveDvc
{
    private static readonly string[] Pieces =
    [
        "a", "B", "7", "0", "-", ".", ":", "#", " ", "  ", "'", "\"", "\\", "\t", "\n", "é", "日本", "\ue000", "\uffff", "😀", "\u200b", "\ufeff", "\u0085", "\u2028", "\u007f", "/", "[", "?", "@", "e", "+", "_", "T", "~",
    ];

    private static readonly string[] Words = ["word", "two", "日本語", "x's", "a:b", "- b", "1", "😀", "e#f", "\"q\"", "2024-01-01", "end\t", "long-long-long-word"];

    public static string RandomText(RandomStream random, int length) => string.Concat(Enumerable.Range(0, length).Select(_ => Pieces[random.NextBelow(Pieces.Length)]));

    public static string RandomScalar(RandomStream random) => random.NextBelow(3) switch
    {
        0 => RandomText(random, random.NextBelow(8)),
        1 => RandomText(random, random.NextBelow(120)),
        _ => string.Join(random.NextBelow(8) == 0 ? "  " : " ", Enumerable.Range(0, random.NextBelow(40)).Select(_ => Words[random.NextBelow(Words.Length)])),
    };

    public static void Fill(RandomStream random, Span<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)random.NextBelow(256);
        }
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "DVC names content by it.")]
    public static string Md5(byte[] bytes) => Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(bytes));

    /// <summary>An index of Git that tracks these paths; version 3 has one extended entry.</summary>
    public static byte[] GitIndex(int version, string[] paths)
    {
        MemoryStream output = new();
        output.Write("DIRC"u8);
        output.Write([0, 0, 0, (byte)version, 0, 0, 0, (byte)paths.Length]);
        foreach (string path in paths)
        {
            long start = output.Position;
            bool extended = version == 3 && path == paths[0];
            output.Write(new byte[60]);
            output.Write([(byte)(extended ? 0x40 : 0), (byte)path.Length]);
            output.Write(extended ? [0x20, 0] : []);
            output.Write(Encoding.UTF8.GetBytes(path));
            do
            {
                output.WriteByte(0);
            }
            while ((output.Position - start) % 8 != 0);
        }

        output.Write(new byte[20]);
        return output.ToArray();
    }

    public static string Dir(IReadOnlyDictionary<string, string> entries)
    {
        IEnumerable<string> sorted = entries.Keys.OrderBy(k => string.Concat(k.EnumerateRunes().Select(r => r.Value.ToString("X6", CultureInfo.InvariantCulture))), StringComparer.Ordinal);
        return "[" + string.Join(", ", sorted.Select(k => $"{{\"md5\": \"{entries[k]}\", \"relpath\": \"{Json(k)}\"}}")) + "]";
    }

    public static string Scalar(string value)
    {
        int[] text = [.. value.EnumerateRunes().Select(r => r.Value)];
        bool special = text.Any(c => !(c is >= 0x20 and <= 0x7E || c is >= 0xA0 and <= 0xD7FF || c is >= 0xE000 and <= 0xFFFD || c >= 0x10000) || c is 0xFEFF or 0x2028 or 0x2029);
        bool plain = !special && Regex.IsMatch(value, @"^(?!---|\.\.\.)(?![#,\[\]{}&*!|>'""%@` ])(?![?:-]( |$)).*(?<! )$", RegexOptions.Singleline)
            && value.Length > 0 && !value.Contains(": ", StringComparison.Ordinal) && !value.EndsWith(':') && !value.Contains(" #", StringComparison.Ordinal) && !Resolves(value);
        return plain ? Fold(text, 8, "", 0) : special || value.Contains('\'', StringComparison.Ordinal) ? Quoted(text) : "'" + Fold(text, 9, "'", 1);
    }

    private static bool Resolves(string v) =>
        v is "~" or "null" or "Null" or "NULL" or "true" or "True" or "TRUE" or "false" or "False" or "FALSE" or "<<" or "="
        || Regex.IsMatch(v, @"^[-+0-9]") && Regex.IsMatch(v, @"^[-+]?(0b[01_]+|0o?[0-7_]+|[0-9_]+|0x[0-9a-fA-F_]+)$")
        || Regex.IsMatch(v, @"^[-+]?([0-9][0-9_]*\.[0-9_]*([eE][-+]?[0-9]+)?|[0-9][0-9_]*[eE][-+]?[0-9]+|\.[0-9_]+([eE][-+][0-9]+)?|\.(inf|Inf|INF))$")
        || Regex.IsMatch(v, @"^\.(nan|NaN|NAN)$")
        || Regex.IsMatch(v, @"^\d{4}-\d\d-\d\d$", RegexOptions.ECMAScript)
        || Regex.IsMatch(v, @"^\d{4}-\d\d-\d{1,2}([Tt]|[ \t]+)\d{1,2}:\d\d:\d\d(\.\d*)?([ \t]*(Z|[-+]\d{1,2}(:\d\d)?))?$", RegexOptions.ECMAScript);

    // One code point after the other: a lone space breaks the line when 80 columns are already behind us.
    private static string Fold(int[] text, int column, string end, int quoted)
    {
        StringBuilder output = new();
        for (int i = 0; i < text.Length; i++)
        {
            bool lone = text[i] == ' ' && (i == 0 || text[i - 1] != ' ') && (i + 1 == text.Length || text[i + 1] != ' ');
            if (lone && column > 80 && (quoted == 0 || (i > 0 && i + 1 < text.Length)))
            {
                output.Append("\n    ");
                column = 4;
            }
            else
            {
                output.Append(char.ConvertFromUtf32(text[i]));
                column++;
            }
        }

        return output + end;
    }

    private static string Quoted(int[] text)
    {
        StringBuilder output = new("\"");
        int written = 9;
        string pending = "";
        int pendingLength = 0;
        for (int i = 0; i < text.Length; i++)
        {
            int c = text[i];
            bool raw = (c is >= 0x20 and <= 0x7E || c is >= 0xA0 and <= 0xD7FF || c is >= 0xE000 and <= 0xFFFD) && c is not ('"' or '\\' or 0xFEFF or 0x2028 or 0x2029);
            int ahead = pendingLength;
            if (!raw)
            {
                string escape = Escaped(c);
                output.Append(pending).Append(escape);
                written += pendingLength + escape.Length;
                (pending, pendingLength, ahead) = ("", 0, -1);
            }

            if (i > 0 && i < text.Length - 1 && (c == ' ' || ahead <= 0) && written + ahead > 80)
            {
                output.Append(pending).Append("\\\n    ");
                (pending, pendingLength, written) = ("", 0, 4);
                int next = raw ? c : text[i + 1];
                if (next == ' ')
                {
                    output.Append('\\');
                    written++;
                }
            }

            if (raw)
            {
                pending += char.ConvertFromUtf32(c);
                pendingLength++;
            }
        }

        return output.Append(pending).Append('"').ToString();
    }

    private static string Escaped(int c)
    {
        const string Known = "\0\a\b\t\n\v\f\r\u001b\"\\\u0085\u2028\u2029";
        int at = c < 0x10000 ? Known.IndexOf((char)c, StringComparison.Ordinal) : -1;
        return at >= 0 ? "\\" + "0abtnvfre\"\\NLP"[at] : c < 0x100 ? $"\\x{c:X2}" : c < 0x10000 ? $"\\u{c:X4}" : $"\\U{c:X8}";
    }

    private static string Json(string text) => string.Concat(text.Select(c => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\f' => "\\f",
        '\b' => "\\b",
        < ' ' or > '~' => "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture),
        _ => c.ToString(),
    }));
}
