using System.Text.Json;

namespace Lifecycle.Data;

/// <summary>What becomes of one column, as the plan says it.</summary>
internal abstract class ColumnOperator
{
    /// <summary>Its name in plans and reports.</summary>
    public abstract string Name { get; }

    /// <summary>Whether somebody who holds a key or a vault can undo it.</summary>
    public virtual bool IsReversible => false;

    /// <summary>Whether it needs the key of pseudonyms.</summary>
    public virtual bool NeedsKey => false;

    /// <summary>Another column that it needs; null when none.</summary>
    public virtual string? Subject => null;

    /// <summary>What its parameters name by a digest; null when nothing.</summary>
    public virtual CommitAttachment? Attachment => null;

    /// <summary>Refuses a column that it cannot work on.</summary>
    public virtual void Check(TableColumn column)
    {
    }

    /// <summary>Its parameters, as they stand in the plan.</summary>
    public virtual void Write(Utf8JsonWriter json, DerivationSetting setting)
    {
    }

    /// <summary>Makes ready for one derivation.</summary>
    public abstract CellTransform Compile(TableColumn column, DerivationSetting setting);

    protected static bool IsNumber(TableColumn column) => column.Type is ColumnType.Int32 or ColumnType.Int64 or ColumnType.Single or ColumnType.Double;

    protected static bool IsDate(TableColumn column) => column.Type is ColumnType.Date or ColumnType.DateTime;

    protected PrivacyPlanException Refuse(TableColumn column, string needs) =>
        new($"'{column.Name}': {Name} needs {needs}, and the column is {column.Type}.");
}

/// <summary>What a derivation works with: what the plan alone does not know.</summary>
/// <param name="Dataset">Name of the source.</param>
/// <param name="Schema">Columns of the source.</param>
/// <param name="Year">The current year.</param>
/// <param name="Key">The key; null when no operator needs one.</param>
/// <param name="RestrictedZip3">Beginnings of ZIP codes that are not shown.</param>
/// <param name="Tokens">Asks the vault; null when no operator needs one.</param>
internal sealed record DerivationSetting(
    string Dataset, TableSchema Schema, int Year, PseudonymKey? Key, IReadOnlyCollection<string> RestrictedZip3, VaultSession? Tokens);

/// <summary>Does what an operator says to one cell after the other. Null cells never come here.</summary>
internal abstract class CellTransform
{
    /// <summary>Whether cells come out as they went in.</summary>
    public virtual bool IsIdentity => false;

    /// <summary>Whether the outcome depends on more than the cell.</summary>
    public virtual bool DependsOnRow => false;

    /// <summary>The next cells come from this batch.</summary>
    public virtual void Begin(ColumnBatch batch)
    {
    }

    /// <summary>The new text of the cell; null takes it away.</summary>
    public abstract string? Apply(BatchColumn column, int row);

    /// <summary>A text that is equal exactly where the new texts are; cheaper than them, and makes nothing.</summary>
    public virtual string? Label(BatchColumn column, int row) => Apply(column, row);
}

/// <summary>A transform of the text of a cell.</summary>
internal sealed class TextTransform(Func<string, string?> apply) : CellTransform
{
    public override string? Apply(BatchColumn column, int row) => apply(column.Text(row)!);
}

/// <summary>A transform of the number of a cell.</summary>
internal sealed class NumberTransform(Func<double, string, string?> apply) : CellTransform
{
    public override string? Apply(BatchColumn column, int row) => apply(CellValue.Of(column, row), column.Text(row)!);
}

/// <summary>Numbers and dates of cells, whatever their width.</summary>
internal static class CellValue
{
    public static double Of(BatchColumn column, int row) => column switch
    {
        BatchColumn<long> longs => longs.Values.Span[row],
        BatchColumn<double> doubles => doubles.Values.Span[row],
        BatchColumn<int> ints => ints.Values.Span[row],
        BatchColumn<float> floats => floats.Values.Span[row],
        _ => throw new InvalidOperationException($"The column '{column.Name}' is {column.Column.Type}, not a number."),
    };

    public static DateTime DateOf(BatchColumn column, int row) => column switch
    {
        BatchColumn<DateOnly> dates => dates.Values.Span[row].ToDateTime(TimeOnly.MinValue),
        BatchColumn<DateTime> times => times.Values.Span[row],
        _ => throw new InvalidOperationException($"The column '{column.Name}' is {column.Column.Type}, not a date."),
    };
}
