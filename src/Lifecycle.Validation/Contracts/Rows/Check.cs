namespace Lifecycle.Validation;

/// <summary>An expectation at work on one source. Sees each chunk once, in order.</summary>
internal abstract class Check;

/// <summary>Tells which rows break an expectation.</summary>
internal abstract class RowCheck : Check
{
    /// <summary>Whether a limit was reached, so that rows were no longer judged.</summary>
    public virtual bool IsLimitReached => false;

    /// <summary>Whether one look shows that every row is there and breaks nothing. False when that is not so plain.</summary>
    public virtual bool IsClean(Chunk chunk) => false;

    /// <summary>Sets the bits of broken rows; bits of rows that are not judged are not looked at.</summary>
    /// <param name="chunk">The rows.</param>
    /// <param name="judged">The rows to judge.</param>
    /// <param name="broken">All 0 at first.</param>
    /// <param name="faults">Where to say that code of the user threw.</param>
    public abstract void Mark(Chunk chunk, ReadOnlySpan<ulong> judged, Span<ulong> broken, CheckFaults faults);
}

/// <summary>A row check that is one function.</summary>
internal sealed class MarkCheck(MarkCheck.Marking mark) : RowCheck
{
    public delegate void Marking(Chunk chunk, ReadOnlySpan<ulong> judged, Span<ulong> broken);

    public override void Mark(Chunk chunk, ReadOnlySpan<ulong> judged, Span<ulong> broken, CheckFaults faults) => mark(chunk, judged, broken);
}

/// <summary>Computes a figure of a column.</summary>
internal abstract class FigureCheck : Check
{
    /// <summary>Takes the judged rows of a chunk in.</summary>
    public abstract void Add(Chunk chunk, ReadOnlySpan<ulong> judged, int count);

    /// <summary>The figure after all rows.</summary>
    public abstract ContractFigure Result();
}

/// <summary>A figure of a column with the band it lies in.</summary>
/// <param name="Value">The figure.</param>
/// <param name="Lower">Least value it may have; the figure itself where it is exact.</param>
/// <param name="Upper">Greatest value it may have.</param>
/// <param name="AtLeast">Least value asked for.</param>
/// <param name="AtMost">Greatest value allowed.</param>
/// <param name="Note">How it was found, where that is not plain.</param>
internal readonly record struct ContractFigure(MetricValue Value, double Lower, double Upper, double? AtLeast, double? AtMost, string? Note = null)
{
    public static ContractFigure Exact(MetricValue value, double? atLeast, double? atMost) => new(value, value.Or(double.NaN), value.Or(double.NaN), atLeast, atMost);
}

/// <summary>Code of the user that threw: how often, and the first time.</summary>
internal sealed class CheckFaults
{
    public long Count { get; private set; }

    public long FirstRow { get; private set; }

    public string Message { get; private set; } = "";

    /// <summary>The rows of the current chunk.</summary>
    public List<long> Recent { get; } = [];

    public void Add(long row, string message)
    {
        Recent.Add(row);
        if (Count++ == 0 || row < FirstRow)
        {
            (FirstRow, Message) = (row, message);
        }
    }
}
