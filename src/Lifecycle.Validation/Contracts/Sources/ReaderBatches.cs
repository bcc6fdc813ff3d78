using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Lifecycle.Validation;

/// <summary>The rows of a data reader as batches of columns.</summary>
internal static class ReaderBatches
{
    public static async IAsyncEnumerable<ColumnBatch> Of(DbDataReader reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Some databases know the type of a computed field only when they stand on a row.
        bool more = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        Field[] fields = [.. Enumerable.Range(0, reader.FieldCount).Select(i => Field.Of(reader, i))];
        int rows = 0;
        long before = 0;
        for (; more; more = await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                foreach (Field field in fields)
                {
                    field.Read(reader, rows);
                }
            }
            catch (InvalidCastException error)
            {
                throw new InvalidCastException(string.Create(CultureInfo.InvariantCulture, $"Row {before + rows:N0}: {error.Message}"), error);
            }

            if (++rows == RowBits.ChunkRows)
            {
                yield return new ColumnBatch(fields.Select(f => f.Take(rows)));
                before += rows;
                rows = 0;
            }
        }

        if (fields.Length > 0)
        {
            yield return new ColumnBatch(fields.Select(f => f.Take(rows)));
        }
    }

    private abstract class Field
    {
        public static Field Of(DbDataReader reader, int position)
        {
            string name = reader.GetName(position);
            Type type = reader.GetFieldType(position);
            return Type.GetTypeCode(type) switch
            {
                TypeCode.Boolean => new Field<bool>(name, position, r => r.GetBoolean(position)),
                TypeCode.Byte or TypeCode.SByte or TypeCode.Int16 or TypeCode.UInt16 or TypeCode.Int32 =>
                    new Field<int>(name, position, r => Convert.ToInt32(r.GetValue(position), CultureInfo.InvariantCulture)),
                TypeCode.Int64 => new Field<long>(name, position, Exactly(position, r => r.GetInt64(position))),
                TypeCode.UInt32 => new Field<long>(name, position, r => Convert.ToInt64(r.GetValue(position), CultureInfo.InvariantCulture)),
                TypeCode.Single => new Field<float>(name, position, r => r.GetFloat(position)),
                TypeCode.Double => new Field<double>(name, position, Exactly(position, r => r.GetDouble(position))),
                TypeCode.Decimal => new Field<double>(name, position, r => (double)r.GetDecimal(position)),
                TypeCode.DateTime => new Field<DateTime>(name, position, r => r.GetDateTime(position)),
                TypeCode.String => new Field<string>(name, position, r => r.GetString(position)),
                _ when type == typeof(DateOnly) => new Field<DateOnly>(name, position, r => r.GetFieldValue<DateOnly>(position)),
                _ when type == typeof(DateTimeOffset) => new Field<DateTime>(name, position, r => r.GetFieldValue<DateTimeOffset>(position).UtcDateTime),
                _ when type == typeof(byte[]) => new Field<string>(name, position, r => Convert.ToHexString(r.GetFieldValue<byte[]>(position))),
                _ => new Field<string>(name, position, r => Convert.ToString(r.GetValue(position), CultureInfo.InvariantCulture) ?? ""),
            };
        }

        /// <summary>Where a cell may have another type than its column (SQLite), a text must not be read as the number 0.</summary>
        private static Func<DbDataReader, T> Exactly<T>(int position, Func<DbDataReader, T> read) => reader =>
        {
            Type type = reader.GetFieldType(position);
            return type == typeof(string) || type == typeof(byte[])
                ? throw new InvalidCastException($"The column '{Wording.Show(reader.GetName(position))}' is of numbers and holds a {(type == typeof(string) ? "text" : "blob")} that is none.")
                : typeof(T) == typeof(long) && type == typeof(double) && reader.GetDouble(position) is var number && number != Math.Floor(number)
                ? throw new InvalidCastException($"The column '{Wording.Show(reader.GetName(position))}' is of whole numbers and holds {number.ToString(CultureInfo.InvariantCulture)}.")
                : read(reader);
        };

        public abstract void Read(DbDataReader reader, int row);

        public abstract BatchColumn Take(int rows);
    }

    private sealed class Field<T>(string name, int position, Func<DbDataReader, T> read) : Field
    {
        private readonly T[] _values = new T[RowBits.ChunkRows];
        private readonly bool[] _valid = new bool[RowBits.ChunkRows];

        public override void Read(DbDataReader reader, int row)
        {
            _valid[row] = !reader.IsDBNull(position);
            if (_valid[row])
            {
                _values[row] = read(reader);
            }
        }

        public override BatchColumn Take(int rows) => BatchColumn.Of<T>(name, _values.AsMemory(0, rows), _valid.AsMemory(0, rows));
    }
}
