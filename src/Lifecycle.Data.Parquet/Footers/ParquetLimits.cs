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
}
