namespace Lifecycle.Data;

/// <summary>Rows of the columns that are compared, with their numbers in the table.</summary>
/// <param name="Columns">One a pair, in the order of the pairs.</param>
/// <param name="Numbers">Number of each row; null when they follow on <paramref name="First"/>.</param>
/// <param name="First">Number of the first row.</param>
internal sealed record NumberedRows(BatchColumn[] Columns, long[]? Numbers, long First)
{
    public int Count => Columns[0].Count;

    public long NumberOf(int row) => Numbers is null ? First + row : Numbers[row];
}
