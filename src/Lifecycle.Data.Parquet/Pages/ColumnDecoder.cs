using Parquet;
using Parquet.Schema;

namespace Lifecycle.Data.Parquet;

/// <summary>One column of one row group as typed cells. Parquet.Net decodes the values of pages that were checked and unpacked before.</summary>
internal static class ColumnDecoder
{
    /// <returns>The cells, and how many bytes the pages had when they were unpacked.</returns>
    /// <exception cref="ParquetFaultException">The bytes are not what is claimed.</exception>
    public static async ValueTask<(BatchColumn Cells, long Unpacked)> DecodeAsync(Stream content, RowGroup group, ParquetColumn column, CancellationToken cancellationToken)
    {
        ColumnChunk chunk = group.Chunks[column.Leaf];
        byte[] bytes = await ParquetFile.ReadAsync(content, chunk.Start, (int)chunk.Compressed, cancellationToken).ConfigureAwait(false);
        using PlainColumn plain = new();
        ChunkPages pages = new(bytes, chunk, column, plain);
        pages.Walk(cancellationToken);
        bool[]? valid = ValidOf(pages.Valid, chunk, column);
        Cells cells = new(column, (int)chunk.Values, valid, chunk.Start);
        BatchColumn decoded = column.Node.Type switch
        {
            PhysicalType.Boolean => cells.Of(await ValuesAsync<bool>(plain, column, chunk, cancellationToken).ConfigureAwait(false)),
            PhysicalType.Int32 => cells.Of(await ValuesAsync<int>(plain, column, chunk, cancellationToken).ConfigureAwait(false)),
            PhysicalType.Int64 => cells.Of(await ValuesAsync<long>(plain, column, chunk, cancellationToken).ConfigureAwait(false)),
            PhysicalType.Float => cells.Of(await ValuesAsync<float>(plain, column, chunk, cancellationToken).ConfigureAwait(false)),
            PhysicalType.Double => cells.Of(await ValuesAsync<double>(plain, column, chunk, cancellationToken).ConfigureAwait(false)),
            _ => cells.Of(await ValuesAsync<ReadOnlyMemory<byte>>(plain, column, chunk, cancellationToken).ConfigureAwait(false), plain.HasDictionary),
        };
        return (decoded, pages.Unpacked);
    }

    private static bool[]? ValidOf(bool[]? valid, ColumnChunk chunk, ParquetColumn column)
    {
        int nulls = valid?.AsSpan().Count(false) ?? 0;
        return chunk.Nulls is { } claimed && claimed != nulls
            ? throw new ParquetFaultException(TableProblemKind.Damaged, $"{claimed} nulls are claimed in a row group that has {nulls}", chunk.Start)
            : nulls > 0 && !column.Column.Nullable
            ? throw new ParquetFaultException(TableProblemKind.Damaged, $"there are {nulls} nulls and the column is said to have none", chunk.Start)
            : nulls > 0 ? valid : null;
    }

    private static async ValueTask<T[]> ValuesAsync<T>(PlainColumn plain, ParquetColumn column, ColumnChunk chunk, CancellationToken cancellationToken)
        where T : struct
    {
        T[] values = new T[plain.Values];
        if (values.Length == 0)
        {
            return values;
        }

        (PhysicalType type, int length) = column.Node.Type switch
        {
            PhysicalType.Int96 => (PhysicalType.FixedBytes, 12),
            PhysicalType.FixedBytes => (PhysicalType.FixedBytes, column.Node.TypeLength),
            { } other => (other, 0),
            null => throw new ParquetFaultException(TableProblemKind.Damaged, "the column has no type", chunk.Start),
        };
        try
        {
            MemoryStream file = plain.Complete(type, length);
            ParquetReader reader = await ParquetReader.CreateAsync(file, new ParquetOptions(), leaveStreamOpen: true, cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                DataField field = reader.Schema.DataFields[0];
                await reader.OpenRowGroupReader(0).ReadRawAsync<T>(field, values, null, null, cancellationToken).ConfigureAwait(false);
                return values;
            }
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            throw new ParquetFaultException(TableProblemKind.Damaged, "its values cannot be decoded: " + e.Message, chunk.Start, e);
        }
    }
}
