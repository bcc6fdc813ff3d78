using System.Text;
using System.Text.Json;

namespace Lifecycle.Data;

/// <summary>The first characters of the value's text.</summary>
internal sealed class TruncateOperator : ColumnOperator
{
    private readonly int _characters;

    public TruncateOperator(string column, int characters) => _characters = characters >= 1
        ? characters
        : throw new PrivacyPlanException($"'{column}': truncate keeps 1 character or more, not {characters}. Drop it to keep none.");

    public override string Name => "truncate";

    public override void Check(TableColumn column)
    {
        if (column.Type is ColumnType.Single or ColumnType.Double or ColumnType.Boolean)
        {
            throw Refuse(column, "texts, whole numbers or dates (Bin is for other numbers)");
        }
    }

    public override void Write(Utf8JsonWriter json, DerivationSetting setting) => json.WriteNumber("characters", _characters);

    public override CellTransform Compile(TableColumn column, DerivationSetting setting) => new TextTransform(First);

    private string First(string text)
    {
        int at = 0;
        for (int left = _characters; left > 0 && at < text.Length; left--)
        {
            at += Rune.TryGetRuneAt(text, at, out Rune rune) ? rune.Utf16SequenceLength : 1;
        }

        return text[..at];
    }
}
