namespace Lifecycle.Data;

/// <summary>Whole rows of a CSV: the next bytes of the file that end with a row.</summary>
/// <param name="Bytes">The bytes; what lies behind <paramref name="Length"/> means nothing.</param>
/// <param name="Length">How many belong to the block.</param>
/// <param name="Offset">First of them in the file.</param>
/// <param name="BadBytes">Offsets in the file of bytes that are not text.</param>
internal sealed record CsvBlock(byte[] Bytes, int Length, long Offset, IReadOnlyList<TableProblem> BadBytes)
{
    /// <summary>Takes the buffer back when the block is no longer needed; null when nobody wants it.</summary>
    public Action<byte[]>? Return { get; init; }

    /// <summary>Bytes that every buffer has behind its content, so that whole vectors can be read.</summary>
    public const int Spare = 64;

    public static byte[] Allocate(int bytes) => GC.AllocateUninitializedArray<byte>(bytes + Spare);
}

/// <summary>The limits of a CSV.</summary>
internal static class CsvLimits
{
    public const int Field = 16 << 20;
    public const int Row = 64 << 20;
    public const int Fields = 16_384;

    public static string LargeField { get; } = $"a field is larger than {Field} bytes, or its row than {Row}; is a quote missing?";
}
