namespace Lifecycle.Validation;

/// <summary>The cells of one column in the current chunk, in whatever form a rule asks for. Forms are made when asked for and kept for the chunk.</summary>
internal abstract class Cells
{
    private readonly ulong[] _valid = new ulong[RowBits.Words];
    private readonly ulong[] _present = new ulong[RowBits.Words];
    private bool _hasPresence, _allPresent;

    private protected Cells(TableColumn column) => Column = column;

    public TableColumn Column { get; }

    public ColumnType Type => Column.Type;

    public int Count { get; private protected set; }

    /// <summary>Whether the source says of each cell whether it is there.</summary>
    public bool HasMask { get; private protected set; }

    /// <summary>Rows whose cell is not null.</summary>
    public ReadOnlySpan<ulong> Valid
    {
        get
        {
            EnsurePresence();
            return _valid;
        }
    }

    /// <summary>Rows whose cell is neither null nor NaN.</summary>
    public ReadOnlySpan<ulong> Present
    {
        get
        {
            EnsurePresence();
            return _present;
        }
    }

    public bool AllPresent
    {
        get
        {
            EnsurePresence();
            return _allPresent;
        }
    }

    /// <summary>Whether <see cref="Ordinals"/> says the order exactly.</summary>
    public bool IsOrdinal => Type is ColumnType.Boolean or ColumnType.Int32 or ColumnType.Int64 or ColumnType.Date or ColumnType.DateTime;

    public bool IsTime => Type is ColumnType.Date or ColumnType.DateTime;

    public static Cells Of(TableColumn column) => column.Type switch
    {
        ColumnType.Boolean => new Cells<bool>(column),
        ColumnType.Int32 => new Cells<int>(column),
        ColumnType.Int64 => new Cells<long>(column),
        ColumnType.Single => new Cells<float>(column),
        ColumnType.Double => new Cells<double>(column),
        ColumnType.Date => new Cells<DateOnly>(column),
        ColumnType.DateTime => new Cells<DateTime>(column),
        _ => new Cells<string>(column),
    };

    /// <summary>Goes to other rows.</summary>
    public void Move(BatchColumn column, int from, int count)
    {
        Count = count;
        HasMask = !column.Valid.IsEmpty;
        _hasPresence = false;
        Take(column, from);
    }

    /// <summary>The cells as numbers; what stands in a missing cell means nothing. A text that is no number is NaN.</summary>
    public abstract ReadOnlySpan<double> Numbers();

    /// <summary>Whole numbers, 0 and 1, or ticks.</summary>
    public abstract ReadOnlySpan<long> Ordinals();

    /// <summary>The cells as text in the invariant culture.</summary>
    public abstract ReadOnlySpan<string?> Texts();

    /// <summary>A keyed hash of each cell; all missing cells hash alike.</summary>
    public abstract void Hash(Span<ulong> hashes, long key);

    public string? TextAt(int row) => RowBits.Has(Valid, row) ? Texts()[row] : null;

    /// <summary>The values themselves, where they are of this type.</summary>
    public ReadOnlySpan<T> Values<T>() => ((Cells<T>)this).Current;

    private protected abstract void Take(BatchColumn column, int from);

    /// <summary>Finds out which cells are there; true when all are.</summary>
    private protected abstract bool FindPresence(Span<ulong> valid, Span<ulong> present);

    private void EnsurePresence()
    {
        if (!_hasPresence)
        {
            _hasPresence = true;
            _allPresent = FindPresence(_valid, _present);
        }
    }
}
