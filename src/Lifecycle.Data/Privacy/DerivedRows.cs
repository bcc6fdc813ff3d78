namespace Lifecycle.Data;

/// <summary>The derived table as a stream of CSV bytes: read, changed and written batch by batch. Canonical text, LF, quotes only where needed.</summary>
internal sealed class DerivedRows : Stream
{
    private readonly IAsyncEnumerator<ColumnBatch> _batches;
    private readonly List<Part> _parts = [];
    private readonly Func<long, bool> _isLeftOut;
    private readonly ResolvedPlan _plan;
    private readonly CsvText _text = new();
    private int _at;
    private bool _ended;

    public DerivedRows(
        DatasetVersion source, TableSummary table, ResolvedPlan plan, DerivationSetting setting, Func<long, bool> isLeftOut, CancellationToken cancellationToken)
    {
        _plan = plan;
        _isLeftOut = isLeftOut;
        foreach ((TableColumn column, ColumnOperator action) in plan.Columns.Where(c => c.Operator is not DropOperator))
        {
            _parts.Add(new Part(column.Name, action.Compile(column, setting)));
        }

        // subjects are read also when they are not shown
        string[] needed = [.. _parts.Select(p => p.Name).Concat(plan.Columns.Select(c => c.Operator.Subject).OfType<string>()).Distinct(StringComparer.Ordinal)];
        _batches = source.ReadRowsAsync(table.Path, needed, cancellationToken: cancellationToken).GetAsyncEnumerator(cancellationToken);
        foreach (Part part in _parts)
        {
            _text.Field(part.Name);
        }

        _text.EndRow();
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>What was done with each column; final when the stream has ended.</summary>
    public IReadOnlyList<ColumnTreatment> Treatments() =>
    [
        .. _plan.Columns.Select(c => _parts.FirstOrDefault(p => p.Name == c.Column.Name) is { } part
            ? new ColumnTreatment(c.Column.Name, c.Operator.Name, part.Changed, part.Suppressed)
            : new ColumnTreatment(c.Column.Name, c.Operator.Name, 0, 0)),
    ];

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_at == _text.Written.Length && !_ended)
        {
            _text.Clear();
            _at = 0;
            _ended = !await _batches.MoveNextAsync().ConfigureAwait(false);
            if (!_ended)
            {
                Write(_batches.Current);
            }
        }

        int count = Math.Min(buffer.Length, _text.Written.Length - _at);
        _text.Written.Slice(_at, count).CopyTo(buffer.Span);
        _at += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer, offset, count, CancellationToken.None).GetAwaiter().GetResult();

    public override async ValueTask DisposeAsync()
    {
        await _batches.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void Write(ColumnBatch batch)
    {
        foreach (Part part in _parts)
        {
            part.Begin(batch);
        }

        for (int row = 0; row < batch.RowCount; row++)
        {
            if (_isLeftOut(batch.FirstRow + row))
            {
                continue;
            }

            foreach (Part part in _parts)
            {
                part.Write(_text, row);
            }

            _text.EndRow();
        }
    }

    private sealed class Part(string name, CellTransform transform)
    {
        private BatchColumn? _column;

        public string Name => name;

        public long Changed { get; private set; }

        public long Suppressed { get; private set; }

        public void Begin(ColumnBatch batch)
        {
            transform.Begin(batch);
            _column = batch[name];
        }

        public void Write(CsvText text, int row)
        {
            BatchColumn column = _column!;
            if (column.IsNull(row))
            {
                text.Field(null);
            }
            else if (transform.IsIdentity)
            {
                text.Cell(column, row);
            }
            else
            {
                string? cell = transform.Apply(column, row);
                Suppressed += cell is null ? 1 : 0;
                Changed += cell is not null && cell != column.Text(row) ? 1 : 0;
                text.Field(cell);
            }
        }
    }
}
