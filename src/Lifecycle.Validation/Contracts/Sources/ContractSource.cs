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
        if (Run.Schema is not { } schema)
        {
            _firstRow = batch.FirstRow;
            Run.Start(batch.Schema);
        }
        else if (!schema.Select(c => (c.Name, c.Type)).SequenceEqual(batch.Schema.Select(c => (c.Name, c.Type))))
        {
            throw new ArgumentException($"The columns changed at row {_firstRow + Run.Rows}: {schema} became {batch.Schema}.");
        }

        Run.Look(new RowBatch(batch.Columns, batch.RowCount, _firstRow + Run.Rows));
    }
}
