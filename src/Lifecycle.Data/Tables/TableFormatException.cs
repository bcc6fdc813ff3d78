namespace Lifecycle.Data;

/// <summary>A table cannot be read. The message names the file, the row and the byte, and what was expected.</summary>
public sealed class TableFormatException : DatasetException
{
    /// <summary>Makes the error.</summary>
    /// <param name="file">The file.</param>
    /// <param name="problems">At least one; the first is told, the others are counted.</param>
    public TableFormatException(string file, IReadOnlyList<TableProblem> problems)
        : base(Tell(file, problems))
    {
        File = file;
        Problems = problems;
    }

    /// <summary>The file.</summary>
    public string File { get; }

    /// <summary>What is wrong, in the order of the file; at most 20.</summary>
    public IReadOnlyList<TableProblem> Problems { get; }

    /// <summary>Row of the first problem, counted from 1 with the header.</summary>
    public long Row => Problems[0].Row;

    /// <summary>Byte of the first problem, counted from 0.</summary>
    public long Offset => Problems[0].Offset;

    /// <summary>Fields that the header has, when the first problem is a ragged row.</summary>
    public int? ExpectedFields => Problems[0].ExpectedFields;

    /// <summary>Fields that the row has, when the first problem is a ragged row.</summary>
    public int? FoundFields => Problems[0].FoundFields;

    private static string Tell(string file, IReadOnlyList<TableProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        TableProblem first = problems[0];
        string more = problems.Count > 1 ? $" {problems.Count - 1} more problem(s) follow." : "";
        return $"'{file}' cannot be read as a table: row {first.Row}, byte {first.Offset}: {first.Message}.{more} "
            + "Mend the file, or say CommitOptions.AllowProblems to keep it as it is.";
    }
}
