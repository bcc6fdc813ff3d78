namespace Lifecycle.Data.Parquet;

/// <summary>What a file may claim.</summary>
internal static class ParquetLimits
{
    /// <summary>Bytes of <c>PAR1</c> at both ends.</summary>
    public const int Magic = 4;

    /// <summary>Bytes after the footer: its length and the magic.</summary>
    public const int Trailer = 8;

    public const int FooterBytes = 64 << 20;

    public const int Columns = 16_384;

    /// <summary>Most bytes of a page, and of a column of one row group, packed or unpacked.</summary>
    public const int ColumnBytes = 256 << 20;

    /// <summary>Most bytes of the asked columns of one row group, which are in memory together.</summary>
    public const long GroupBytes = 2L << 30;

    /// <summary>Most cells that are decoded for a profile that was not asked for, where the footer does not say enough.</summary>
    public const long ProfileCells = 1L << 28;
}
