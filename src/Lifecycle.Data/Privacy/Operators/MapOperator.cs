using System.Text;
using System.Text.Json;

namespace Lifecycle.Data;

/// <summary>A more general value in the place of each.</summary>
internal sealed class MapOperator : ColumnOperator
{
    private readonly Hierarchy _hierarchy;
    private readonly int _level;

    public MapOperator(string column, Hierarchy hierarchy, int level)
    {
        ArgumentNullException.ThrowIfNull(hierarchy);
        _hierarchy = hierarchy;
        _level = level >= 0 && level <= hierarchy.Levels
            ? level
            : throw new PrivacyPlanException($"'{column}': the hierarchy has the levels 0 to {hierarchy.Levels}, and not {level}.");
    }

    public override string Name => "map";

    public override CommitAttachment? Attachment => new($"hierarchy {_hierarchy.Digest}", _hierarchy.Bytes);

    public override void Write(Utf8JsonWriter json, DerivationSetting setting)
    {
        json.WriteString("hierarchy", _hierarchy.Digest.ToString());
        json.WriteNumber("level", _level);
    }

    public override CellTransform Compile(TableColumn column, DerivationSetting setting)
    {
        Dictionary<string, string> general = new(StringComparer.Ordinal);
        foreach (IReadOnlyList<string> row in _hierarchy.Rows)
        {
            // 1.0 in the hierarchy is the number 1 of the column
            string text = Canonical(row[0], column.Type) ?? row[0];
            if (general.TryGetValue(text, out string? other) ? other != row[_level] : !general.TryAdd(text, row[_level]))
            {
                throw new PrivacyPlanException(
                    $"'{column.Name}': the hierarchy names one value two times with different generalizations at level {_level}, when its texts are read as {column.Type}.");
            }
        }

        return new Mapped(general);
    }

    private static string? Canonical(string text, ColumnType type)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        return type switch
        {
            ColumnType.Int32 or ColumnType.Int64 when CellText.TryInt64(utf8, out long value) => TextOf(value),
            ColumnType.Double when CellText.TryDouble(utf8, out double value) => TextOf(value),
            ColumnType.Single when CellText.TryDouble(utf8, out double value) => TextOf((float)value),
            ColumnType.Boolean when CellText.TryBoolean(utf8, out bool value) => TextOf(value),
            ColumnType.DateTime when CellText.TryDateTime(utf8, out DateTime value) => TextOf(value),
            _ => null,
        };
    }

    private static string? TextOf<T>(T value) => BatchColumn.Of<T>("value", new[] { value }).Text(0);

    private sealed class Mapped(Dictionary<string, string> general) : CellTransform
    {
        private ColumnBatch? _batch;

        public override void Begin(ColumnBatch batch) => _batch = batch;

        public override string? Apply(BatchColumn column, int row) => general.TryGetValue(column.Text(row)!, out string? value)
            ? value
            : throw new PrivacyPlanException(
                $"'{column.Name}': the hierarchy does not name the value of row {(_batch?.FirstRow ?? 0) + row + 1} (without the header). "
                + "Add a line for it; a value it does not know is not let through.");
    }
}
