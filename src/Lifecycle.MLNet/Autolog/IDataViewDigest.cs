using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet;

/// <summary>
/// A digest of the rows of an <see cref="IDataView"/>: SHA-256 over its columns in ordinal order of their names, each with its type and the SHA-256 of its
/// cells. The same rows in the same order have the same digest, whatever they are loaded from, in which batches, and in which order the columns stand; a vector
/// has the same digest sparse and dense.
/// </summary>
/// <param name="Digest">The digest; null when there is none.</param>
/// <param name="Rows">How many rows there are, as far as is known.</param>
/// <param name="Why">Why there is no digest.</param>
internal sealed record IDataViewDigest(Digest? Digest, long? Rows, string? Why)
{
    /// <summary>The most that is read: rows times bytes a row.</summary>
    public const long MostBytes = 256L << 20;

    public static IDataViewDigest Of(IDataView view, long mostBytes = MostBytes)
    {
        DataViewSchema.Column[] columns = [.. view.Schema.Where(c => !c.IsHidden).OrderBy(c => c.Name, StringComparer.Ordinal)];
        long? rows = view.GetRowCount();
        foreach (DataViewSchema.Column column in columns)
        {
            if (!ColumnHash.Supports(column.Type))
            {
                return new IDataViewDigest(null, rows, $"The column '{column.Name}' is {column.Type}, which has no digest.");
            }
        }

        if (rows is { } count && (Int128)count * columns.Sum(c => ColumnHash.LeastSize(c.Type)) > mostBytes)
        {
            return new IDataViewDigest(null, rows, TooLarge(mostBytes));
        }

        return Read(view, columns, rows, mostBytes);
    }

    private static IDataViewDigest Read(IDataView view, DataViewSchema.Column[] columns, long? rows, long mostBytes)
    {
        ColumnHash[] hashes = [.. columns.Select(ColumnHash.For)];
        try
        {
            long read = 0;
            using (DataViewRowCursor cursor = view.GetRowCursor(columns))
            {
                foreach (ColumnHash hash in hashes)
                {
                    hash.Attach(cursor);
                }

                while (cursor.MoveNext())
                {
                    read++;
                    foreach (ColumnHash hash in hashes)
                    {
                        hash.Read();
                    }

                    if ((read & 0xFFF) == 0 && hashes.Sum(h => h.Bytes) > mostBytes)
                    {
                        return new IDataViewDigest(null, rows, TooLarge(mostBytes));
                    }
                }
            }

            return new IDataViewDigest(Seal(columns, hashes, read), read, null);
        }
        finally
        {
            foreach (ColumnHash hash in hashes)
            {
                hash.Dispose();
            }
        }
    }

    private static Digest Seal(DataViewSchema.Column[] columns, ColumnHash[] hashes, long rows)
    {
        using IncrementalHash all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[8];
        all.AppendData("lifecycle.dataview/1\n"u8);
        BinaryPrimitives.WriteInt64LittleEndian(number, rows);
        all.AppendData(number);
        for (int i = 0; i < columns.Length; i++)
        {
            byte[] head = Encoding.UTF8.GetBytes($"{columns[i].Name}\0{columns[i].Type}");
            BinaryPrimitives.WriteInt64LittleEndian(number, head.Length);
            all.AppendData(number);
            all.AppendData(head);
            all.AppendData(hashes[i].Finish());
        }

        return Lifecycle.Digest.Parse("sha256:" + Convert.ToHexStringLower(all.GetHashAndReset()), null);
    }

    private static string TooLarge(long mostBytes) => $"The rows have more than {mostBytes >> 20} MiB; give the data to TrackWith to have its digest.";
}
