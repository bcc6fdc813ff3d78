namespace Lifecycle.Validation;

/// <summary>Records, a chunk at a time.</summary>
internal sealed class RecordSource<T> : ContractSource
{
    private readonly RecordReader<T>[] _readers;
    private readonly BatchColumn[] _columns;
    private readonly ulong[]?[] _faults;
    private readonly RecordRows<T> _rows = new();
    private readonly T[] _buffer = new T[RowBits.ChunkRows];
    private int _buffered;

    public RecordSource(ContractDefinition definition, IReadOnlyList<RecordColumn<T>> columns, ContractOptions? options, CancellationToken cancellationToken)
        : base(definition, options, cancellationToken)
    {
        _readers = [.. columns.Select(c => c.Begin())];
        _columns = new BatchColumn[columns.Count];
        _faults = new ulong[]?[columns.Count];
        Run.Start(new TableSchema(columns.Select(c => c.Column)));
    }

    /// <summary>The records that wait for a chunk to be full.</summary>
    public ReadOnlyMemory<T> Buffered => _buffer.AsMemory(0, _buffered);

    public void ReadAll(IEnumerable<T> records)
    {
        switch (records)
        {
            case T[] array:
                for (int from = 0; from < array.Length; from += RowBits.ChunkRows)
                {
                    Look(array.AsMemory(from, Math.Min(RowBits.ChunkRows, array.Length - from)));
                }

                break;
            case List<T> list:
                ReadList(list);
                break;
            default:
                foreach (T record in records)
                {
                    if (Add(record))
                    {
                        Flush();
                    }
                }

                Flush();
                break;
        }
    }

    public async Task ReadAllAsync(IAsyncEnumerable<T> records)
    {
        await foreach (T record in records.WithCancellation(Run.CancellationToken).ConfigureAwait(false))
        {
            if (Add(record))
            {
                Flush();
            }
        }

        Flush();
    }

    /// <summary>Takes a record in; true when the chunk is full.</summary>
    public bool Add(T record)
    {
        _buffer[_buffered++] = record;
        return _buffered == _buffer.Length;
    }

    /// <summary>Looks at the records taken in.</summary>
    public void Flush()
    {
        int count = _buffered;
        _buffered = 0;
        if (count > 0)
        {
            Look(_buffer.AsMemory(0, count));
        }
    }

    private void ReadList(List<T> list)
    {
        int count = list.Count;
        for (int from = 0; from < count; from += RowBits.ChunkRows)
        {
            int rows = Math.Min(RowBits.ChunkRows, count - from);
            if (list.Count == count)
            {
                list.CopyTo(from, _buffer, 0, rows);
                Look(_buffer.AsMemory(0, rows));
            }
        }

        if (list.Count != count)
        {
            throw new InvalidOperationException($"The list had {count:N0} records when the check began and has {list.Count:N0} now.");
        }
    }

    private void Look(ReadOnlyMemory<T> records)
    {
        _rows.Rows = records;
        bool threw = false;
        for (int i = 0; i < _readers.Length; i++)
        {
            _columns[i] = _readers[i].Read(records.Span, Run.Rows, Run.ColumnFaults[i], out _faults[i]);
            threw |= _faults[i] is not null;
        }

        Run.Look(new RowBatch(_columns, records.Length, Run.Rows, _rows, threw ? _faults : null));
    }
}
