using System.Text;
using System.Text.Json;

namespace Lifecycle.Data;

/// <summary>One character in the place of every other one.</summary>
internal sealed class MaskOperator : ColumnOperator
{
    private readonly char _mask;
    private readonly int _keepLast;

    public MaskOperator(string column, char mask, int keepLast)
    {
        if (char.IsControl(mask) || char.IsSurrogate(mask) || keepLast < 0)
        {
            throw new PrivacyPlanException($"'{column}': a mask must be one visible character and keepLast 0 or more (it is {keepLast}).");
        }

        _mask = mask;
        _keepLast = keepLast;
    }

    public override string Name => "mask";

    public override void Write(Utf8JsonWriter json, DerivationSetting setting)
    {
        json.WriteString("mask", _mask.ToString());
        json.WriteNumber("keepLast", _keepLast);
    }

    public override CellTransform Compile(TableColumn column, DerivationSetting setting) => new TextTransform(Masked);

    private string Masked(string text)
    {
        Rune[] characters = [.. text.EnumerateRunes()];
        int masked = characters.Length > _keepLast ? characters.Length - _keepLast : characters.Length;
        return new string(_mask, masked) + string.Concat(characters.Skip(masked));
    }
}
