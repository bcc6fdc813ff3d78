using System.Text.Json;

namespace Lifecycle.Data;

/// <summary>The first three digits of a ZIP code, 45 CFR 164.514(b)(2)(i)(B).</summary>
internal sealed class Zip3Operator : ColumnOperator
{
    /// <summary>Beginnings that stand for 20,000 people or fewer in the 2000 census (HHS guidance of 26 November 2012).</summary>
    public static IReadOnlyCollection<string> Census2000 { get; } =
        ["036", "059", "063", "102", "203", "556", "692", "790", "821", "823", "830", "831", "878", "879", "884", "890", "893"];

    public override string Name => "zip3";

    public override void Check(TableColumn column)
    {
        if (column.Type is not (ColumnType.String or ColumnType.Int64 or ColumnType.Int32))
        {
            throw Refuse(column, "texts or whole numbers");
        }
    }

    public override void Write(Utf8JsonWriter json, DerivationSetting setting)
    {
        json.WriteStartArray("restricted");
        foreach (string prefix in setting.RestrictedZip3)
        {
            json.WriteStringValue(prefix);
        }

        json.WriteEndArray();
    }

    public override CellTransform Compile(TableColumn column, DerivationSetting setting)
    {
        HashSet<string> restricted = new(setting.RestrictedZip3, StringComparer.Ordinal);
        bool isNumber = column.Type != ColumnType.String;
        return new TextTransform(text => Prefix(isNumber ? text.PadLeft(5, '0') : text.Trim()) is { } prefix
            ? restricted.Contains(prefix) ? "000" : prefix
            : null);
    }

    // 02134, 02134-1234 or 021341234
    private static string? Prefix(string zip)
    {
        ReadOnlySpan<char> rest = zip.Length >= 5 ? zip.AsSpan(5) : default;
        bool isZip = zip.Length >= 5 && AreDigits(zip.AsSpan(0, 5))
            && (rest.IsEmpty || (rest.Length == 4 && AreDigits(rest)) || (rest.Length == 5 && rest[0] == '-' && AreDigits(rest[1..])));
        return isZip ? zip[..3] : null;
    }

    private static bool AreDigits(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');
}
