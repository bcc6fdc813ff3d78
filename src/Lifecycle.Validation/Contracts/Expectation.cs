using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>One thing a contract expects of rows or columns. Made by the verbs of <see cref="ColumnRules"/> and <see cref="RowRules"/>.</summary>
public abstract class Expectation
{
    private protected Expectation(params string[] columns) => Columns = columns;

    /// <summary>The kind, as in the JSON form of a contract, for example <c>between</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>The columns it looks at; empty when it looks at the table or at whole records.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The expectation in short, for example <c>Income between 0 and 1000</c>.</summary>
    public abstract string Text { get; }

    /// <summary>The share of the judged rows that must hold, in [0, 1]; 1 unless said.</summary>
    public double Mostly { get; internal set; } = 1;

    /// <summary>What it means for the contract when it is broken.</summary>
    public Severity Severity { get; internal set; }

    /// <summary>The only stage in which it is asked; null means in all.</summary>
    public Stage? Stage { get; internal set; }

    /// <summary>Whether it is asked of some rows only.</summary>
    public bool HasCondition => Condition is not null;

    internal RowPredicate? Condition { get; set; }

    /// <summary>The column in a sentence.</summary>
    internal string Subject => string.Join(", ", Columns.Select(Wording.Show));

    /// <summary>Which cells it judges.</summary>
    internal virtual CellScope Scope => CellScope.Present;

    /// <summary>Whether it remembers keys, so that it shares the limit of keys with others.</summary>
    internal virtual bool TracksKeys => false;

    /// <summary>Whether it calls code of the user.</summary>
    internal virtual bool CallsCode => Condition is not null;

    /// <summary>Whether it is about the table and is judged even where columns or rows are absent.</summary>
    internal virtual bool IsAboutTable => false;

    /// <summary>Whether a single row can break it.</summary>
    internal virtual bool IsAboutRows => true;

    internal virtual IEnumerable<string> Problems()
    {
        if (!(Mostly is >= 0 and <= 1))
        {
            yield return $"{Text}: the share of rows that must hold is {Wording.Number(Mostly)}; say one between 0 and 1, for example mostly: 0.99.";
        }
    }

    /// <summary>Why columns of these types cannot be judged; null when they can.</summary>
    internal virtual string? Unfit(IReadOnlyList<TableColumn> columns) => null;

    internal abstract Check Begin(CheckStart start);

    internal virtual void WriteArguments(Utf8JsonWriter writer)
    {
    }

    private protected static string? UnfitForNumbers(IReadOnlyList<TableColumn> columns) =>
        columns.FirstOrDefault(c => c.Type is ColumnType.Date or ColumnType.DateTime) is { } time ? $"the column is {time.Type}, and a number is expected" : null;
}

/// <summary>Which cells an expectation judges.</summary>
internal enum CellScope
{
    /// <summary>Every row.</summary>
    All,

    /// <summary>Rows whose cells are not null.</summary>
    Valid,

    /// <summary>Rows whose cells are neither null nor NaN.</summary>
    Present,
}

/// <summary>What a check may ask for when it begins.</summary>
/// <param name="Columns">Positions of its columns.</param>
/// <param name="Schema">The columns of the source.</param>
/// <param name="Declared">The columns of the contract, in order.</param>
/// <param name="Budget">The keys that may be remembered.</param>
/// <param name="Key">The key of hashes in this run.</param>
internal sealed record CheckStart(int[] Columns, TableSchema Schema, IReadOnlyList<string> Declared, KeyBudget Budget, long Key)
{
    /// <summary>Position of the only column.</summary>
    public int Column => Columns[0];
}
