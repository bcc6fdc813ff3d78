namespace Lifecycle.Serving;

public sealed partial class InferenceLog
{
    private const int MostDifferences = 16;

    /// <summary>
    /// Runs what was asked in a time against a version and compares the answers. The version that answered then gives equal bits when its rows are
    /// not batched (<see cref="BatchingOptions"/>). The runs are counted nowhere.
    /// </summary>
    /// <param name="model">Name under which the model is served.</param>
    /// <param name="version">A version or alias that is served.</param>
    /// <param name="from">First moment of answers.</param>
    /// <param name="to">The moment after the last.</param>
    /// <param name="cancellationToken">Ends the replay.</param>
    /// <exception cref="UnknownModelException">There is no such model or version.</exception>
    /// <exception cref="InvalidOperationException">The log belongs to no host.</exception>
    public async ValueTask<ReplayReport> ReplayAsync(
        string model, string version, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default)
    {
        Func<string, string, CancellationToken, ValueTask<ReplayTarget>> open = Replaying
            ?? throw new InvalidOperationException("This inference log belongs to no model host, so nothing can be run; take the log of a host, host.InferenceLog.");
        using ReplayTarget target = await open(model, version, cancellationToken).ConfigureAwait(false);
        using TensorSet outputs = new();
        ReplayComparison comparison = new(MostDifferences);
        await foreach (InferenceRecord record in ReadAsync(model, from, to, cancellationToken).ConfigureAwait(false))
        {
            using (record)
            {
                if (record.Stamp.Role != InferenceRole.Shadow)
                {
                    Replay(target, record, outputs, comparison, cancellationToken);
                }
            }
        }

        return comparison.Report(model, version);
    }

    private static void Replay(
        ReplayTarget target, InferenceRecord record, TensorSet outputs, ReplayComparison comparison, CancellationToken cancellationToken)
    {
        if (record.Outputs is null || record.Stamp.Role == InferenceRole.Fallback)
        {
            comparison.Skip();
            return;
        }

        try
        {
            target.Run(Inputs(record), outputs, cancellationToken);
        }
        catch (InvalidInputException)
        {
            comparison.Skip();
            return;
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            comparison.Fail(record, error);
            return;
        }

        comparison.Compare(record, outputs);
    }

    // What is redacted is no input any more: a version that needs it says that it is missing, and the others do without. The record keeps the memory.
    private static TensorSet Inputs(InferenceRecord record)
    {
        if (record.RedactedColumns.Count == 0)
        {
            return record.Inputs;
        }

        TensorSet inputs = new();
        foreach ((string name, TensorValue value) in record.Inputs)
        {
            if (!record.RedactedColumns.Contains(name))
            {
                inputs.Add(name, value);
            }
        }

        return inputs;
    }
}
