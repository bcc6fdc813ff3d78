namespace Lifecycle.Data;

/// <summary>What is known of one table of a dataset version.</summary>
/// <param name="Path">The file in the dataset.</param>
/// <param name="Format">Name of the <see cref="TableFormat"/>.</param>
/// <param name="Rows">Rows without the header.</param>
/// <param name="Schema">Columns; empty when the file could not be understood at all.</param>
/// <param name="Csv">How a CSV is read: delimiter found, header, nulls. Null for other formats.</param>
/// <param name="Problems">The first 20 things that are wrong with the file.</param>
public sealed record TableSummary(
    string Path, string Format, long Rows, TableSchema Schema, CsvOptions? Csv, IReadOnlyList<TableProblem> Problems)
{
    /// <summary>Most problems that are kept.</summary>
    public const int MaximumProblems = 20;

    /// <summary>The first problem that keeps rows from being read; null when all of them can be.</summary>
    public TableProblem? FirstError => Problems.FirstOrDefault(p => !IsNote(p.Kind));

    /// <summary>Whether rows can be read all the same.</summary>
    internal static bool IsNote(TableProblemKind kind) =>
        kind is TableProblemKind.HeaderName or TableProblemKind.SkippedColumn or TableProblemKind.ConvertedColumn;
}

/// <summary>What may be wrong with a table.</summary>
public enum TableProblemKind
{
    /// <summary>A column name is empty or stands twice; it was renamed. Rows can be read.</summary>
    HeaderName,

    /// <summary>A row has more or fewer fields than the header.</summary>
    RaggedRow,

    /// <summary>A quoted field is still open at the end of the file.</summary>
    OpenQuote,

    /// <summary>Bytes that are not UTF-8, or a NUL byte.</summary>
    Encoding,

    /// <summary>No header, or nothing at all.</summary>
    Empty,

    /// <summary>A field, a row or the number of columns is larger than allowed.</summary>
    TooLarge,

    /// <summary>The bytes are not of the format, or what they claim contradicts itself.</summary>
    Damaged,

    /// <summary>A column that a table cannot hold, such as a list, is left out. The others can be read.</summary>
    SkippedColumn,

    /// <summary>A column is read as another type than it has, such as a decimal as Double. Rows can be read.</summary>
    ConvertedColumn,
}

/// <summary>One thing that is wrong with a table.</summary>
/// <param name="Kind">What.</param>
/// <param name="Row">Row of the file, counted from 1 with the header; a quoted line break does not begin a row.</param>
/// <param name="Offset">First byte of the row, or of the bad bytes, counted from 0.</param>
/// <param name="Message">One sentence for a person.</param>
public sealed record TableProblem(TableProblemKind Kind, long Row, long Offset, string Message)
{
    /// <summary>Fields that the header has, for a ragged row.</summary>
    public int? ExpectedFields { get; init; }

    /// <summary>Fields that the row has, for a ragged row.</summary>
    public int? FoundFields { get; init; }
}
