using System.Buffers.Binary;

namespace Lifecycle.Data.Parquet;

/// <summary>What a footer says of the columns: nulls, least and greatest values. A column of numbers or times of which it does not say so is decoded.</summary>
internal sealed class FooterProfile(ParquetFooter footer, ParquetColumns columns)
{
    public async ValueTask<DatasetProfile> ToProfileAsync(TableSummary table, Func<Stream> open, CancellationToken cancellationToken)
    {
        ColumnStatistics?[] said = [.. columns.Columns.Select(Said)];
        List<string> problems = [.. table.Problems.Select(p => p.Message)];
        string[] missing = [.. columns.Columns.Select(c => c.Column.Name).Where((_, i) => said[i] is null)];
        DatasetProfile? decoded = null;
        if (missing.Length > 0 && table.Rows > ParquetLimits.ProfileCells / missing.Length)
        {
            problems.Add(
                $"the footer does not say enough of {missing.Length} column(s), and their {table.Rows} rows are more than the {ParquetLimits.ProfileCells} cells that are decoded at a commit: "
                + $"{string.Join(", ", missing.Take(10))}{(missing.Length > 10 ? ", ..." : "")}. Ask for a full profile");
        }
        else if (missing.Length > 0)
        {
            try
            {
                decoded = await DecodeAsync(table, open, missing, cancellationToken).ConfigureAwait(false);
            }
            catch (TableFormatException e)
            {
                problems.Add(e.Message);
            }
        }

        return DatasetProfile.OfStatistics(
            table.Path,
            table.Rows,
            columns.Columns.Select((c, i) => said[i] ?? new ColumnStatistics(c.Column, NullsOf(c), null, null) { Profile = decoded?[c.Column.Name] }),
            problems);
    }

    private static async ValueTask<DatasetProfile> DecodeAsync(TableSummary table, Func<Stream> open, string[] missing, CancellationToken cancellationToken)
    {
        Stream content = open();
        await using (content.ConfigureAwait(false))
        {
            TableSchema schema = new(missing.Select(name => table.Schema[name]));
            IAsyncEnumerable<ColumnBatch> rows = new ParquetFormat().ReadAsync(content, table, missing, 8192, cancellationToken);
            return await DatasetProfile.OfRowsAsync(table.Path, schema, rows, cancellationToken).ConfigureAwait(false);
        }
    }

    private long? NullsOf(ParquetColumn column)
    {
        long nulls = 0;
        foreach (RowGroup group in footer.Groups)
        {
            if (column.IsOptional && group.Chunks[column.Leaf].Nulls is null)
            {
                return null;
            }

            nulls += group.Chunks[column.Leaf].Nulls ?? 0;
        }

        return nulls;
    }

    // Null when the column has to be decoded.
    private ColumnStatistics? Said(ParquetColumn column)
    {
        if (NullsOf(column) is not { } nulls)
        {
            return null;
        }

        // of texts, truths and bytes the nulls are all that is asked
        if (column.IsLength || column.Column.Type is ColumnType.String or ColumnType.Boolean)
        {
            return new ColumnStatistics(column.Column, nulls, null, null);
        }

        if (IsKnownToLie(column))
        {
            return null;
        }

        IComparable? least = null, most = null;
        foreach (RowGroup group in footer.Groups)
        {
            ColumnChunk chunk = group.Chunks[column.Leaf];
            if (chunk.Values == (chunk.Nulls ?? 0))
            {
                continue;
            }

            bool signed = column.Node.Annotation != Annotation.Unsigned;
            if (Value(column, chunk.Statistics.Least ?? (signed ? chunk.Statistics.OldLeast : null)) is not { } low
                || Value(column, chunk.Statistics.Most ?? (signed ? chunk.Statistics.OldMost : null)) is not { } high
                || low.CompareTo(high) > 0)
            {
                return null;
            }

            least = least is null || low.CompareTo(least) < 0 ? low : least;
            most = most is null || high.CompareTo(most) > 0 ? high : most;
        }

        return new ColumnStatistics(column.Column, nulls, least, most);
    }

    // Parquet.Net up to 6.1 writes the bounds of times in milliseconds, whatever their unit is.
    private bool IsKnownToLie(ParquetColumn column) =>
        column.Node.Annotation is Annotation.Microseconds or Annotation.Nanoseconds && footer.Writer.StartsWith("Parquet.Net", StringComparison.OrdinalIgnoreCase);

    // NaN and infinities say nothing of the finite numbers.
    private static IComparable? Value(ParquetColumn column, byte[]? bytes)
    {
        try
        {
            object? value = (column.Node.Type, bytes?.Length) switch
            {
                (PhysicalType.Int32, sizeof(int)) => Cell(column, cells => cells.Of([BinaryPrimitives.ReadInt32LittleEndian(bytes)])),
                (PhysicalType.Int64, sizeof(long)) => Cell(column, cells => cells.Of([BinaryPrimitives.ReadInt64LittleEndian(bytes)])),
                (PhysicalType.Float, sizeof(float)) => BinaryPrimitives.ReadSingleLittleEndian(bytes),
                (PhysicalType.Double, sizeof(double)) => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
                _ => null,
            };
            return value is double number && !double.IsFinite(number) ? null : value is float single && !float.IsFinite(single) ? null : value as IComparable;
        }
        catch (ParquetFaultException)
        {
            return null;
        }
    }

    private static object? Cell(ParquetColumn column, Func<Cells, BatchColumn> of) => of(new Cells(column, 1, null, 0))[0];
}
