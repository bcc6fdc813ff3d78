namespace Lifecycle.Serving;

/// <summary>One logged prediction. Disposing gives the memory of its tensors back for reuse; without it nothing is lost.</summary>
public sealed class InferenceRecord : IDisposable
{
    internal InferenceRecord(in InferenceStamp stamp, int rows, TensorSet inputs, TensorSet? outputs, IReadOnlyList<string> redactedColumns)
    {
        Stamp = stamp;
        Rows = rows;
        Inputs = inputs;
        Outputs = outputs;
        RedactedColumns = redactedColumns;
    }

    /// <summary>Which prediction it was: model, version, request, time, arm, role and, when it failed, why.</summary>
    public InferenceStamp Stamp { get; }

    /// <summary>The id of the request; records of one id with different roles are of one request.</summary>
    public Guid RequestId => Stamp.RequestId;

    /// <summary>Rows of the request.</summary>
    public int Rows { get; }

    /// <summary>What went in, without the columns that were dropped.</summary>
    public TensorSet Inputs { get; }

    /// <summary>What came out, without the columns that were dropped; null when the run failed.</summary>
    public TensorSet? Outputs { get; }

    /// <summary>Columns whose values were masked or replaced by pseudonyms; they are texts now. Dropped columns are not told.</summary>
    public IReadOnlyList<string> RedactedColumns { get; }

    /// <summary>What was told of the outcome last; null when nothing was.</summary>
    public InferenceFeedback? Feedback { get; internal set; }

    /// <summary>Gives the memory of the tensors back.</summary>
    public void Dispose()
    {
        Inputs.Dispose();
        Outputs?.Dispose();
    }
}

/// <summary>What became of a prediction.</summary>
/// <param name="Sequence">1 for the first outcome of the request; more when a different one came later, and this is the last.</param>
/// <param name="At">When it was stored.</param>
/// <param name="Actor">Who told it.</param>
/// <param name="Outcome">JSON.</param>
public sealed record InferenceFeedback(int Sequence, DateTimeOffset At, string Actor, string Outcome);
