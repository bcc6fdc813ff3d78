using Lifecycle.Statistics;

namespace Lifecycle.Data;

/// <summary>The derived table as a stream of CSV bytes: read, changed and written batch by batch. Canonical text, LF, quotes only where
/// needed.</summary>
internal sealed class DerivedRows : Stream
{
    /// <summary>In fewer rows half of them are soon different.</summary>
    private const int FewRows = 20;

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
            bool isMeasured = plan.Plan.Requirement is { } required
                && (required.Sensitive == column.Name || required.QuasiIdentifiers.Contains(column.Name, StringComparer.Ordinal));
            _parts.Add(new Part(column.Name, action.Compile(column, setting), isMeasured));
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
    public IReadOnlyList<ColumnTreatment> Treatments()
    {
        Dictionary<string, Part> shown = _parts.ToDictionary(p => p.Name, StringComparer.Ordinal);
        return
        [
            .. _plan.Columns.Select(c => shown.TryGetValue(c.Column.Name, out Part? part)
                ? new ColumnTreatment(c.Column.Name, c.Operator.Name, part.Changed, part.Suppressed)
                : new ColumnTreatment(c.Column.Name, c.Operator.Name, 0, 0)),
        ];
    }

    /// <summary>Columns that may name somebody, although nobody said so; final when the stream has ended.</summary>
    public IReadOnlyList<string> Warnings() =>
    [
        .. _parts.Where(p => p.MayName).Select(p =>
            $"'{p.Name}' is kept as it is, is no quasi-identifier and differs in more than half of the rows: it may name somebody. Is that meant?"),
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

    private sealed class Part(string name, CellTransform transform, bool isMeasured)
    {
        // a share of a half is told apart by 1.63 % of error only outside 0.48 to 0.52
        private readonly CardinalitySketch? _different = transform.IsIdentity && !isMeasured ? new CardinalitySketch() : null;
        private BatchColumn? _column;
        private long _kept;

        public string Name => name;

        public long Changed { get; private set; }

        public long Suppressed { get; private set; }

        public bool MayName => _different is not null && _kept >= FewRows && _different.Estimate() > _kept * SafeHarborRules.FreeTextDistinct;

        public void Begin(ColumnBatch batch)
        {
            transform.Begin(batch);
            _column = WithoutNegativeZero(batch[name]);
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
                _kept++;
                Count(column, row);
            }
            else
            {
                string? cell = transform.Apply(column, row);
                Suppressed += cell is null ? 1 : 0;
                Changed += cell is not null && cell != column.Text(row) ? 1 : 0;
                text.Field(cell);
            }
        }

        // -0 is 0 where classes are measured, so it must not be told apart in the result
        private static BatchColumn WithoutNegativeZero(BatchColumn column) => column switch
        {
            BatchColumn<double> doubles when doubles.Values.Span.Contains(0.0) => new BatchColumn<double>(doubles.Column, Array.ConvertAll(doubles.Values.ToArray(), v => v + 0.0), doubles.Valid),
            BatchColumn<float> floats when floats.Values.Span.Contains(0f) => new BatchColumn<float>(floats.Column, Array.ConvertAll(floats.Values.ToArray(), v => v + 0f), floats.Valid),
            _ => column,
        };

        private void Count(BatchColumn column, int row)
        {
            switch (column)
            {
                case BatchColumn<string> texts:
                    _different?.Add(texts.Values.Span[row]);
                    break;
                case BatchColumn<long> longs:
                    _different?.Add(longs.Values.Span[row]);
                    break;
                case BatchColumn<double> doubles:
                    _different?.Add(doubles.Values.Span[row]);
                    break;
                default:
                    _different?.Add(column.Text(row));
                    break;
            }
        }
    }
}
