namespace Lifecycle.Data.Tests;

/// <summary>CSV files that something happens to while they are read.</summary>
internal sealed class TouchingFormat(Action touch) : TableFormat
{
    private readonly CsvFormat _csv = new();

    public override string Name => _csv.Name;

    /// <summary>Options whose only format this is.</summary>
    public DatasetOptions ToOptions()
    {
        DatasetOptions options = new();
        options.Formats.Clear();
        options.Formats.Add(this);
        return options;
    }

    public override bool Recognizes(string path) => _csv.Recognizes(path);

    public override TableScan BeginScan(string path, ProfileDepth depth = ProfileDepth.None) => new Scan(_csv.BeginScan(path, depth), touch);

    public override IAsyncEnumerable<ColumnBatch> ReadAsync(
        Stream content, TableSummary table, IReadOnlyList<string>? columns, int batchRows, CancellationToken cancellationToken = default) =>
        _csv.ReadAsync(content, table, columns, batchRows, cancellationToken);

    private sealed class Scan(TableScan inner, Action touch) : TableScan
    {
        private bool _touched;

        public override void Write(ReadOnlySpan<byte> bytes)
        {
            inner.Write(bytes);
            if (!_touched)
            {
                _touched = true;
                touch();
            }
        }

        public override TableSummary Complete() => inner.Complete();

        public override ValueTask<DatasetProfile?> ProfileAsync(Func<Stream> open, CancellationToken cancellationToken = default) =>
            inner.ProfileAsync(open, cancellationToken);
    }
}
