using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>What a text must read as.</summary>
public sealed class CellFormat
{
    private readonly string _name;
    private readonly string? _pattern;
    private readonly Func<string, bool> _reads;

    private CellFormat(string name, Func<string, bool> reads, string? pattern = null) => (_name, _reads, _pattern) = (name, reads, pattern);

    /// <summary>A whole number of 64 bits: digits with an optional sign, no blanks, no separators.</summary>
    public static CellFormat Integer { get; } = new("integer", t => long.TryParse(t, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _));

    /// <summary>A finite number: sign, digits, point, exponent; no blanks, no separators.</summary>
    public static CellFormat Number { get; } = new("number", t =>
        double.TryParse(t, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value));

    /// <summary>A Guid in one of the usual forms.</summary>
    public static CellFormat Guid { get; } = new("guid", t => System.Guid.TryParse(t, CultureInfo.InvariantCulture, out _));

    /// <summary>One JSON value, at most 64 levels deep.</summary>
    public static CellFormat Json { get; } = new("json", IsJson);

    /// <summary>A date or time written exactly like this.</summary>
    /// <param name="pattern">A .NET pattern, for example <c>yyyy-MM-dd</c>; read in the invariant culture.</param>
    public static CellFormat Date(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return new("date", t => DateTime.TryParseExact(t, pattern, CultureInfo.InvariantCulture, DateTimeStyles.None, out _), pattern);
    }

    /// <summary>The format in words.</summary>
    public override string ToString() => _name switch
    {
        "integer" => "a whole number",
        "number" => "a number",
        "guid" => "a Guid",
        "json" => "JSON",
        _ => $"a date like {Wording.Name(_pattern)}",
    };

    internal static CellFormat Named(GateJsonObject item)
    {
        string name = item.Text("format");
        return name switch
        {
            "integer" => Integer,
            "number" => Number,
            "guid" => Guid,
            "json" => Json,
            "date" => Date(item.Text("pattern")),
            _ => throw new FormatException($"{item.Path}.format '{Wording.Show(name)}' is unknown; use integer, number, guid, json or date."),
        };
    }

    internal bool Reads(string text) => _reads(text);

    internal IEnumerable<string> Problems(string column)
    {
        if (_pattern is not null && !IsPattern(_pattern))
        {
            yield return $"{column}: '{Wording.Show(_pattern)}' is no pattern of a date; use one such as yyyy-MM-dd.";
        }
    }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("format", _name);
        if (_pattern is not null)
        {
            writer.WriteString("pattern", _pattern);
        }
    }

    private static bool IsPattern(string pattern)
    {
        try
        {
            DateTime probe = new(2001, 2, 3, 4, 5, 6, DateTimeKind.Unspecified);
            return pattern.Length > 0 && DateTime.TryParseExact(probe.ToString(pattern, CultureInfo.InvariantCulture), pattern, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static bool IsJson(string text)
    {
        try
        {
            Utf8JsonReader reader = new(Encoding.UTF8.GetBytes(text));
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
