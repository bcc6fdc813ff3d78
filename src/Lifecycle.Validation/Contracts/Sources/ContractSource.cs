using System.Diagnostics;

namespace Lifecycle.Validation;

/// <summary>A run over one source, which may fail on the way.</summary>
internal abstract class ContractSource
{
    private protected ContractSource(ContractDefinition definition, ContractOptions? options, CancellationToken cancellationToken)
    {
        definition.EnsureAsks();
        ContractOptions chosen = options ?? ContractOptions.Default;
        chosen.EnsureSound();
        Run = new ContractRun(definition, chosen, cancellationToken);
    }

    public ContractRun Run { get; }

    public ContractResult Guard(Action read)
    {
        try
        {
            read();
        }
        catch (Exception error) when (!IsCancellation(error))
        {
            throw new ContractException(ContractJudge.Judge(Run), error);
        }

        return Finish();
    }

    public async ValueTask<ContractResult> GuardAsync(Func<Task> read)
    {
        try
        {
            await read().ConfigureAwait(false);
        }
        catch (Exception error) when (!IsCancellation(error))
        {
            throw new ContractException(ContractJudge.Judge(Run), error);
        }

        return Finish();
    }

    /// <summary>One step of the source.</summary>
    public async ValueTask<bool> GuardAsync(Func<ValueTask<bool>> step)
    {
        try
        {
            return await step().ConfigureAwait(false);
        }
        catch (Exception error) when (!IsCancellation(error))
        {
            throw new ContractException(ContractJudge.Judge(Run), error);
        }
    }

    public ContractResult Finish()
    {
        ContractResult result = ContractJudge.Judge(Run);
        TagList tags = new() { { "lifecycle.contract.name", result.Contract } };
        ValidationTelemetry.ContractRows.Add(result.Rows, tags);
        ValidationTelemetry.ContractViolations.Add(result.Findings.Sum(f => f.Unexpected), tags);
        return result;
    }

    public bool IsCancellation(Exception error) => error is OperationCanceledException && Run.CancellationToken.IsCancellationRequested;
}

/// <summary>Batches of columns.</summary>
internal sealed class ColumnSource(ContractDefinition definition, ContractOptions? options, CancellationToken cancellationToken)
    : ContractSource(definition, options, cancellationToken)
{
    private long _firstRow;

    public void Look(ColumnBatch batch)
    {
        Take(batch);
        Run.Look(new RowBatch(batch.Columns, batch.RowCount, _firstRow + Run.Rows));
    }

    /// <summary>Looks at a batch chunk by chunk and parts it: bad rows go to the callback, good ones come back; null when there is none.</summary>
    public ColumnBatch? Sort(ColumnBatch batch, Action<RejectedRows> rejected)
    {
        try
        {
            Take(batch);
        }
        catch (ArgumentException error)
        {
            throw new ContractException(ContractJudge.Judge(Run), error);
        }

        List<int> good = [], bad = [];
        List<long> numbers = [];
        List<IReadOnlyList<ContractViolation>> reasons = [];
        for (int from = 0; from < batch.RowCount; from += RowBits.ChunkRows)
        {
            int rows = Math.Min(RowBits.ChunkRows, batch.RowCount - from);
            long first = _firstRow + Run.Rows;
            Run.Look(new RowBatch(batch.Columns, rows, first, Offset: from));
            for (int row = 0; row < rows; row++)
            {
                if (Quarantine.Violations(Run, first, row) is { } violations)
                {
                    bad.Add(from + row);
                    numbers.Add(first + row);
                    reasons.Add(violations);
                }
                else
                {
                    good.Add(from + row);
                }
            }
        }

        if (bad.Count > 0)
        {
            rejected(new RejectedRows(batch.Rows(bad.ToArray()), numbers, reasons));
        }

        return bad.Count == 0 ? batch : good.Count == 0 ? null : batch.Rows(good.ToArray());
    }

    private void Take(ColumnBatch batch)
    {
        if (Run.Schema is not { } schema)
        {
            _firstRow = batch.FirstRow;
            Run.Start(batch.Schema);
        }
        else if (!schema.Select(c => (c.Name, c.Type)).SequenceEqual(batch.Schema.Select(c => (c.Name, c.Type))))
        {
            throw new ArgumentException($"The columns changed at row {_firstRow + Run.Rows}: {schema} became {batch.Schema}.");
        }
    }
}
