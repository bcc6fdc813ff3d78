using System.Buffers.Binary;

namespace Lifecycle.Data.Parquet;

/// <summary>Finds the footer in the last bytes of a file.</summary>
internal static class FooterBytes
{
    private const uint Plain = 0x3152_4150;
    private const uint Sealed = 0x4552_4150;

    /// <summary>Bytes of the footer, by the trailer.</summary>
    public static int LengthOf(ReadOnlySpan<byte> trailer, long fileLength)
    {
        long at = Math.Max(0, fileLength - ParquetLimits.Trailer);
        if (fileLength < ParquetLimits.Magic + ParquetLimits.Trailer)
        {
            throw new ParquetFaultException(TableProblemKind.Damaged, $"the file has {fileLength} bytes, too few for a Parquet file", 0);
        }

        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]);
        if (magic == Sealed)
        {
            throw new ParquetFaultException(TableProblemKind.Damaged, "the file is encrypted, which is not supported; write it without encryption", at);
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(trailer);
        return magic != Plain
            ? throw new ParquetFaultException(TableProblemKind.Damaged, "the file does not end with PAR1: it is cut, or it is not a Parquet file", at)
            : length > ParquetLimits.FooterBytes
            ? throw new ParquetFaultException(TableProblemKind.TooLarge, $"the footer has {length} bytes; at most {ParquetLimits.FooterBytes} are read", at)
            : length > fileLength - ParquetLimits.Magic - ParquetLimits.Trailer
            ? throw new ParquetFaultException(TableProblemKind.Damaged, $"a footer of {length} bytes is claimed and the file has {fileLength}", at)
            : (int)length;
    }

    public static void CheckHead(ReadOnlySpan<byte> head)
    {
        if (head.Length < ParquetLimits.Magic || BinaryPrimitives.ReadUInt32LittleEndian(head) is not (Plain or Sealed))
        {
            throw new ParquetFaultException(TableProblemKind.Damaged, "the file does not begin with PAR1: it is not a Parquet file", 0);
        }
    }
}
