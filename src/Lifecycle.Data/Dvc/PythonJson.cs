using System.Globalization;
using System.Numerics;
using System.Text;

namespace Lifecycle.Data;

/// <summary>JSON exactly as Python's <c>json.dumps(value, sort_keys=True)</c> writes it; DVC hashes such text.</summary>
internal static class PythonJson
{
    /// <summary>Adds a string with its quotes: ASCII only, everything else as <c>\uxxxx</c>.</summary>
    public static void AppendString(StringBuilder output, string text)
    {
        output.Append('"');
        foreach (char c in text)
        {
            switch (c)
            {
                case '"':
                    output.Append("\\\"");
                    break;
                case '\\':
                    output.Append("\\\\");
                    break;
                case '\n':
                    output.Append("\\n");
                    break;
                case '\r':
                    output.Append("\\r");
                    break;
                case '\t':
                    output.Append("\\t");
                    break;
                case '\f':
                    output.Append("\\f");
                    break;
                case '\b':
                    output.Append("\\b");
                    break;
                case >= ' ' and <= '~':
                    output.Append(c);
                    break;
                default:
                    output.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
                    break;
            }
        }

        output.Append('"');
    }

    /// <summary>Adds a YAML value as Python would have loaded it: YAML 1.2 decides what a plain scalar is.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="node">The value.</param>
    /// <param name="keep">Which entries of a mapping are written.</param>
    public static void Append(StringBuilder output, DvcNode node, Func<string, DvcNode, bool> keep)
    {
        switch (node.Kind)
        {
            case DvcNodeKind.Scalar:
                AppendScalar(output, node);
                break;
            case DvcNodeKind.Sequence:
                output.Append('[');
                for (int i = 0; i < node.Items.Count; i++)
                {
                    output.Append(i == 0 ? "" : ", ");
                    Append(output, node.Items[i], keep);
                }

                output.Append(']');
                break;
            default:
                output.Append('{');
                bool first = true;
                foreach ((DvcNode key, DvcNode value) in node.Entries.Where(e => keep(e.Key.Text, e.Value)).OrderBy(e => e.Key.Text, CodePointOrder.Instance))
                {
                    output.Append(first ? "" : ", ");
                    AppendString(output, key.Text);
                    output.Append(": ");
                    Append(output, value, keep);
                    first = false;
                }

                output.Append('}');
                break;
        }
    }

    private static void AppendScalar(StringBuilder output, DvcNode node)
    {
        string text = node.Text;
        if (!node.IsPlain)
        {
            AppendString(output, text);
        }
        else if (text is "" or "~" or "null" or "Null" or "NULL")
        {
            output.Append("null");
        }
        else if (text is "true" or "True" or "TRUE")
        {
            output.Append("true");
        }
        else if (text is "false" or "False" or "FALSE")
        {
            output.Append("false");
        }
        else if (YamlScalar.IsInteger(text) && TryInteger(text, out BigInteger number))
        {
            output.Append(number.ToString(CultureInfo.InvariantCulture));
        }
        else if (YamlScalar.IsFloat(text))
        {
            output.Append(Float(text.Replace("_", "", StringComparison.Ordinal)));
        }
        else
        {
            AppendString(output, text);
        }
    }

    private static bool TryInteger(string text, out BigInteger number)
    {
        string digits = text.Replace("_", "", StringComparison.Ordinal);
        int sign = digits.StartsWith('-') ? -1 : 1;
        digits = digits.TrimStart('+', '-');
        (string rest, int radix) = digits switch
        {
            ['0', 'b', ..] => (digits[2..], 2),
            ['0', 'o', ..] => (digits[2..], 8),
            ['0', 'x', ..] => (digits[2..], 16),
            _ => (digits, 10),
        };
        number = 0;
        foreach (char c in rest)
        {
            number = (number * radix) + Convert.ToInt32(c.ToString(), 16);
        }

        number *= sign;
        return rest.Length > 0;
    }

    // Python's repr: the shortest text that reads back, an exponent from 1e16 on and below 1e-4, with two digits at least.
    private static string Float(string text)
    {
        string lower = text.TrimStart('+').ToLowerInvariant();
        switch (lower)
        {
            case ".inf":
                return "Infinity";
            case "-.inf":
                return "-Infinity";
            case ".nan":
                return "NaN";
            default:
                break;
        }

        double value = double.Parse(lower, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (double.IsInfinity(value))
        {
            return value > 0 ? "Infinity" : "-Infinity";
        }

        double size = Math.Abs(value);
        string digits = size != 0 && (size >= 1e16 || size < 1e-4)
            ? value.ToString("E16", CultureInfo.InvariantCulture)
            : value.ToString("R", CultureInfo.InvariantCulture);
        if (!digits.Contains('E', StringComparison.Ordinal))
        {
            return digits.Contains('.', StringComparison.Ordinal) ? digits : digits + ".0";
        }

        for (int precision = 0; precision <= 16; precision++)
        {
            string shorter = value.ToString("E" + precision.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            if (double.Parse(shorter, CultureInfo.InvariantCulture) == value)
            {
                digits = shorter;
                break;
            }
        }

        int mark = digits.IndexOf('E', StringComparison.Ordinal);
        int exponent = int.Parse(digits.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{digits[..mark]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
    }
}
