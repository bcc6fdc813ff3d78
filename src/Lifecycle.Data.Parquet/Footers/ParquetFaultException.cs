namespace Lifecycle.Data.Parquet;

/// <summary>What is wrong with the bytes; becomes a <see cref="TableProblem"/> at the boundary.</summary>
internal sealed class ParquetFaultException(TableProblemKind kind, string message, long offset, Exception? inner = null) : Exception(message, inner)
{
    public TableProblemKind Kind { get; } = kind;

    public long Offset { get; } = offset;

    public TableProblem ToProblem(string? column, long row) =>
        new(Kind, row, Offset, column is null ? Message : $"the column '{column}': {Message}");
}
