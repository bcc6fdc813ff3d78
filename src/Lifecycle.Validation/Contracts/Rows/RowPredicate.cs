namespace Lifecycle.Validation;

/// <summary>Code of the user about one row.</summary>
internal abstract class RowPredicate
{
    public abstract bool Holds(Chunk chunk, int row);

    /// <summary>Keeps the bits of rows for which the code says yes. Rows for which it throws are set in <paramref name="thrown"/> and leave the bits.</summary>
    public void Filter(Chunk chunk, Span<ulong> bits, Span<ulong> thrown, CheckFaults faults)
    {
        for (int row = RowBits.Next(bits, 0); row >= 0; row = row + 1 < chunk.Rows ? RowBits.Next(bits, row + 1) : -1)
        {
            bool holds = false;
            try
            {
                holds = Holds(chunk, row);
            }
            catch (Exception error)
            {
                RowBits.Set(thrown, row);
                faults.Add(chunk.FirstRow + row, $"{error.GetType().Name}: {error.Message}");
            }

            if (!holds)
            {
                RowBits.Clear(bits, row);
            }
        }
    }
}

/// <summary>Asks about a record.</summary>
internal sealed class RecordPredicate<T>(Func<T, bool> holds) : RowPredicate
{
    public override bool Holds(Chunk chunk, int row) => holds(((RecordRows<T>)chunk.Records!).Rows.Span[row]);
}

/// <summary>Asks about a row of columns.</summary>
internal sealed class ColumnRowPredicate(Func<ContractRow, bool> holds) : RowPredicate
{
    public override bool Holds(Chunk chunk, int row) => holds(new ContractRow(chunk, row));
}

/// <summary>Asks about the number in a cell.</summary>
internal sealed class NumberPredicate(string column, Func<double, bool> holds) : RowPredicate
{
    public override bool Holds(Chunk chunk, int row) => holds(chunk[chunk.Schema.PositionOf(column)].Numbers()[row]);
}

/// <summary>Asks about the text in a cell.</summary>
internal sealed class TextPredicate(string column, Func<string, bool> holds) : RowPredicate
{
    public override bool Holds(Chunk chunk, int row) => holds(chunk[chunk.Schema.PositionOf(column)].Texts()[row]!);
}

/// <summary>The records of a chunk.</summary>
internal sealed class RecordRows<T>
{
    public ReadOnlyMemory<T> Rows { get; set; }
}
