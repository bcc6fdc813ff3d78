namespace Lifecycle.Data;

/// <summary>How rows are compared.</summary>
public sealed class RowDiffOptions
{
    /// <summary>Least of <see cref="Memory"/>.</summary>
    public const long LeastMemory = 64 << 10;

    private long _memory = 256L << 20;

    /// <summary>Compares the cells of a CSV as they are written, so that <c>1.0</c> and <c>1.00</c> differ. False by default: by type.</summary>
    public bool CompareText { get; set; }

    /// <summary>
    /// Takes whole rows as a multiset: a row that stands three times here and twice there was added once. A row of which a cell changed is removed
    /// and added. So it is without a key; with one it lets keys stand more than once.
    /// </summary>
    public bool AsMultiset { get; set; }

    /// <summary>
    /// About how many bytes of rows are held: those of the older version and, with a key, the keys of as many rows as the younger one has more. When they take more,
    /// both are divided by their keys into temporary files. Keys of further added rows and what is read ahead, about 64 MiB a side, come on top.
    /// At least 64 KiB; 256 MiB by default.
    /// </summary>
    public long Memory
    {
        get => _memory;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, LeastMemory);
            _memory = value;
        }
    }

    /// <summary>Into how many temporary files the rows go, whatever they take.</summary>
    internal int? Parts { get; set; }

    /// <summary>The folder of the temporary files; null for that of the system. They can be read by this user only and are deleted when the comparison ends.</summary>
    public string? TemporaryFolder { get; set; }
}
