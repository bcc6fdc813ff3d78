namespace Lifecycle.Validation;

/// <summary>Rules of one column of a table.</summary>
public sealed class TableColumnRules : ColumnRules
{
    internal TableColumnRules(string column)
        : base(column)
    {
    }

    /// <summary>Asks the last rule only of rows for which the code says yes.</summary>
    public TableColumnRules Where(Func<ContractRow, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ChangeLast("Where(..)", e => e.Condition = new ColumnRowPredicate(condition));
        return this;
    }

    /// <summary>A rule in code about a number. When the code throws, the finding is an error with the number of the row.</summary>
    /// <param name="holds">Whether the cell is as it should be; missing cells are not asked.</param>
    /// <param name="name">The rule in words, for the report.</param>
    /// <param name="mostly">Share of the judged cells that must hold.</param>
    public TableColumnRules Satisfies(Func<double, bool> holds, string name, double mostly = 1)
    {
        ArgumentNullException.ThrowIfNull(holds);
        return this.With(new SatisfiesExpectation(Column, name, new NumberPredicate(Column, holds)), mostly);
    }

    /// <summary>A rule in code about a text. When the code throws, the finding is an error with the number of the row.</summary>
    /// <inheritdoc cref="Satisfies(Func{double, bool}, string, double)"/>
    public TableColumnRules Satisfies(Func<string, bool> holds, string name, double mostly = 1)
    {
        ArgumentNullException.ThrowIfNull(holds);
        return this.With(new SatisfiesExpectation(Column, name, new TextPredicate(Column, holds)), mostly);
    }
}

/// <summary>Rules of the rows of a table and of its columns.</summary>
public sealed class TableRowRules : RowRules
{
    internal TableRowRules()
    {
    }

    /// <summary>Every declared column is there.</summary>
    public TableRowRules ColumnsExist() => this.With(new ColumnsExistExpectation());

    /// <summary>The declared columns are there and no other.</summary>
    /// <param name="ordered">Whether they must also stand in the order of their declaration.</param>
    public TableRowRules ColumnsExactly(bool ordered = false) => this.With(new ColumnsExactlyExpectation(ordered));

    /// <summary>There is no column but the declared ones.</summary>
    public TableRowRules NoUnknownColumns() => this.With(new NoUnknownColumnsExpectation());

    /// <summary>Asks the last rule only of rows for which the code says yes.</summary>
    public TableRowRules Where(Func<ContractRow, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ChangeLast("Where(..)", e => e.Condition = new ColumnRowPredicate(condition));
        return this;
    }

    /// <summary>A rule in code about a row. When the code throws, the finding is an error with the number of the row.</summary>
    /// <param name="holds">Whether the row is as it should be.</param>
    /// <param name="name">The rule in words, for the report.</param>
    /// <param name="mostly">Share of the rows that must hold.</param>
    public TableRowRules Satisfies(Func<ContractRow, bool> holds, string name, double mostly = 1)
    {
        ArgumentNullException.ThrowIfNull(holds);
        return this.With(new SatisfiesExpectation(null, name, new ColumnRowPredicate(holds)), mostly);
    }
}
