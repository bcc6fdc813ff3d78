namespace Lifecycle.Validation;

/// <summary>Changed features: the columns that were changed; the others stand as they are in the table.</summary>
internal sealed class Draft(FeatureTable table)
{
    private readonly double[]?[] _cells = new double[table.Columns.Length][];
    private readonly WordList?[] _words = new WordList[table.Columns.Length];

    public FeatureTable Table { get; } = table;

    public bool IsEmpty => _cells.All(c => c is null);

    /// <summary>Rows that got all their originals back, because a rule was still broken.</summary>
    public int InfeasibleCount { get; set; }

    /// <summary>The changed cells of a column; null when it was not changed.</summary>
    public double[]? Changed(int column) => _cells[column];

    public double[] Cells(int column) => _cells[column] ?? Table.Columns[column].Values;

    public WordList Words(int column) => _words[column] ?? new WordList(Table.Columns[column].Words);

    public void Set(int column, double[] cells, WordList? words = null) => (_cells[column], _words[column]) = (cells, words);

    public void Restore(int row)
    {
        for (int c = 0; c < _cells.Length; c++)
        {
            if (_cells[c] is { } cells)
            {
                cells[row] = Table.Columns[c].Values[row];
            }
        }
    }

    public ColumnBatch Decode()
    {
        BatchColumn[] columns = new BatchColumn[_cells.Length];
        for (int c = 0; c < columns.Length; c++)
        {
            columns[c] = _cells[c] is { } cells ? Table.Columns[c].Decode(cells, Words(c)) : Table.Columns[c].Feature.Column;
        }

        return new ColumnBatch(columns);
    }

    /// <summary>√(Σ(Δ/standard deviation)² + changed categories) of a row.</summary>
    public double Cost(int row)
    {
        Span<double> before = new double[_cells.Length], after = new double[_cells.Length];
        Table.CopyRow(row, before);
        for (int c = 0; c < _cells.Length; c++)
        {
            after[c] = Cells(c)[row];
        }

        return Table.Rules.Cost(before, after);
    }
}
