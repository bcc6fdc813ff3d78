namespace Lifecycle.Data;

/// <summary>Header, row count, types, problems and profile of a CSV, found while its bytes go by.</summary>
internal sealed class CsvScan : TableScan
{
    private readonly string _path;
    private readonly ProfileDepth _depth;
    private readonly int _threads;
    private readonly int _blockBytes;
    private readonly CsvBlocks _blocks;
    private readonly CsvProfiler _profiler;
    private readonly List<TableProblem> _problems = [];
    private bool _begun;

    public CsvScan(string path, CsvOptions options, ProfileDepth depth, int threads = 0, int blockBytes = CsvBlocks.ProfileBytes)
    {
        _path = path;
        _depth = depth;
        _threads = threads > 0 ? threads : Environment.ProcessorCount;
        _blockBytes = blockBytes;
        _profiler = new CsvProfiler((row, fields, number) => CsvFormat.Names(row, fields, options.HasHeader, number, Report), Report, _threads);
        _blocks = new CsvBlocks(options, blockBytes, OnBlock, Report);
    }

    public override void Write(ReadOnlySpan<byte> bytes) => _blocks.Write(bytes);

    public override TableSummary Complete()
    {
        _blocks.Complete();
        _profiler.Complete();
        if (_profiler.Names is null && _problems.Count == 0)
        {
            Report(new TableProblem(TableProblemKind.Empty, 1, 0, "the file holds no row, not even a header"));
        }

        TableSchema schema = new((_profiler.Names ?? []).Select((name, i) => ColumnOf(name, _profiler.Columns[i])));
        return new TableSummary(_path, CsvFormat.FormatName, _profiler.Rows, schema, _blocks.Resolved, _problems);
    }

    public override async ValueTask<DatasetProfile?> ProfileAsync(Func<Stream> open, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(open);
        if (_depth == ProfileDepth.None)
        {
            return null;
        }

        ColumnTally?[] tallies = [.. _profiler.Columns];
        if (Array.Exists(tallies, t => t is { IsPartial: true }))
        {
            await LookAgainAsync(open, tallies, cancellationToken).ConfigureAwait(false);
        }

        return DatasetProfile.Of(
            _path, _profiler.Rows, (_profiler.Names ?? []).Select((name, i) => ColumnProfileBuilder.Of(name, tallies[i] ?? new ColumnTally(i))), _problems);
    }

    private static TableColumn ColumnOf(string name, ColumnTally? tally) =>
        new(name, tally?.Type ?? ColumnType.String, tally is { Nulls: > 0 });

    // A column that turned out to be text, or to hold decimals beside integers beyond 2^53, when many of its cells had gone by.
    private async ValueTask LookAgainAsync(Func<Stream> open, ColumnTally?[] tallies, CancellationToken cancellationToken)
    {
        ColumnWish[] wishes =
            [.. tallies.Select(t => t is not { IsPartial: true } ? ColumnWish.None : t.Class == CellClass.Text ? ColumnWish.Text : ColumnWish.Real)];
        CsvProfiler again = new((_, _, _) => _profiler.Names!, _ => { }, _threads, wishes);
        again.Begin(_blocks.Resolved);
        CsvBlocks blocks = new(_blocks.Resolved, _blockBytes, again.Add, _ => { });
        Stream content = open();
        await using (content.ConfigureAwait(false))
        {
            byte[] buffer = new byte[1 << 17];
            int read;
            while ((read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                blocks.Write(buffer.AsSpan(0, read));
            }
        }

        blocks.Complete();
        again.Complete();
        for (int i = 0; i < tallies.Length; i++)
        {
            tallies[i] = again.Columns[i] ?? tallies[i];
        }
    }

    private void OnBlock(CsvBlock block)
    {
        if (!_begun)
        {
            _begun = true;
            _profiler.Begin(_blocks.Resolved);
        }

        _profiler.Add(block);
        if (_profiler.HasStopped)
        {
            _blocks.Stop();
        }
    }

    private void Report(TableProblem problem)
    {
        if (_problems.Count < TableSummary.MaximumProblems)
        {
            _problems.Add(problem);
        }
    }
}
