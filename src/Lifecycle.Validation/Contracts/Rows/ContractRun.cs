using System.Security.Cryptography;

namespace Lifecycle.Validation;

/// <summary>
/// A contract at work on one source. Rules that look at one column only form a lane of that column; all others form one more lane, which
/// never runs on two threads. A rule sees its chunks in order, so the result does not depend on the number of threads.
/// </summary>
internal sealed class ContractRun(ContractDefinition definition, ContractOptions options, CancellationToken cancellationToken)
{
    private const int LeastForThreads = 65_536;

    private readonly List<(Expectation Expectation, string? Why)> _unjudged = [];
    private readonly List<ExpectationRun> _runs = [];
    private Lane[] _lanes = [];

    public ContractDefinition Definition { get; } = definition;

    public ContractOptions Options { get; } = options;

    public CancellationToken CancellationToken { get; } = cancellationToken;

    public TableSchema? Schema { get; private set; }

    public long Rows { get; private set; }

    public IReadOnlyList<ExpectationRun> Runs => _runs;

    /// <summary>For each column of records, whether its delegate threw.</summary>
    public CheckFaults[] ColumnFaults { get; private set; } = [];

    /// <summary>Why an expectation could not be judged; null with true when it belongs to another stage.</summary>
    public IReadOnlyList<(Expectation Expectation, string? Why)> Unjudged => _unjudged;

    public void Start(TableSchema schema)
    {
        Schema = schema;
        ColumnFaults = [.. schema.Select(_ => new CheckFaults())];
        KeyBudget budget = new(Options.MaxTrackedKeys);
        Span<byte> random = stackalloc byte[sizeof(long)];
        RandomNumberGenerator.Fill(random);
        long key = BitConverter.ToInt64(random);
        foreach (Expectation expectation in Definition.Expectations)
        {
            Begin(expectation, schema, budget, key);
        }

        List<Lane> lanes = [.. _runs.Where(IsOfOneColumn).GroupBy(r => r.Columns[0]).Select(g => new Lane(new Chunk(schema), [.. g]))];
        ExpectationRun[] others = [.. _runs.Where(r => !IsOfOneColumn(r) && r.Check is not SchemaCheck)];
        _lanes = others.Length > 0 ? [new Lane(new Chunk(schema), others), .. lanes] : [.. lanes];
    }

    public void Look(RowBatch batch)
    {
        CancellationToken.ThrowIfCancellationRequested();
        if (Options.MaxThreads > 1 && _lanes.Length > 1 && batch.Rows >= LeastForThreads)
        {
            ParallelOptions parallel = new() { MaxDegreeOfParallelism = Options.MaxThreads, CancellationToken = CancellationToken };
            Parallel.ForEach(_lanes, parallel, lane => lane.Look(batch, CancellationToken));
        }
        else
        {
            foreach (Lane lane in _lanes)
            {
                lane.Look(batch, CancellationToken);
            }
        }

        Rows += batch.Rows;
    }

    private static bool IsOfOneColumn(ExpectationRun run) =>
        run.Columns.Length == 1 && !run.Expectation.TracksKeys && !run.Expectation.CallsCode;

    private void Begin(Expectation expectation, TableSchema schema, KeyBudget budget, long key)
    {
        if (expectation.Stage is { } stage && Options.Stage is { } now && stage != now)
        {
            _unjudged.Add((expectation, null));
            return;
        }

        string[] absent = [.. expectation.Columns.Where(c => schema.IndexOf(c) < 0)];
        if (absent.Length > 0)
        {
            _unjudged.Add((expectation, $"there is no column '{string.Join("', '", absent.Select(Wording.Show))}'"));
            return;
        }

        int[] columns = [.. expectation.Columns.Select(schema.IndexOf)];
        if (expectation.Unfit([.. columns.Select(c => schema[c])]) is { } unfit)
        {
            _unjudged.Add((expectation, unfit));
            return;
        }

        _runs.Add(new ExpectationRun(expectation, columns, expectation.Begin(new CheckStart(columns, schema, Definition.Columns, budget, key)), Options.KeepValues));
    }

    private sealed class Lane(Chunk chunk, ExpectationRun[] runs)
    {
        public void Look(RowBatch batch, CancellationToken cancellationToken)
        {
            for (int from = 0; from < batch.Rows; from += RowBits.ChunkRows)
            {
                cancellationToken.ThrowIfCancellationRequested();
                chunk.Move(batch, from, Math.Min(RowBits.ChunkRows, batch.Rows - from));
                foreach (ExpectationRun run in runs)
                {
                    run.Look(chunk);
                }
            }
        }
    }
}
