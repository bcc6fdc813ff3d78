using System.Globalization;

namespace Lifecycle.Validation;

/// <summary>A value of a record that becomes a column.</summary>
internal abstract class RecordColumn<T>(string name, ColumnType type)
{
    public TableColumn Column { get; } = new(name, type, Nullable: true);

    /// <summary>A reader with room of its own.</summary>
    public abstract RecordReader<T> Begin();

    /// <summary>The column of a value; null when the value is of no type that a cell may have.</summary>
    public static RecordColumn<T>? Of<TValue>(string name, Func<T, TValue> value) => (object)value switch
    {
        Func<T, double> f => new Plain<double>(name, ColumnType.Double, f),
        Func<T, double?> f => new Nullable<double>(name, ColumnType.Double, f),
        Func<T, int> f => new Plain<int>(name, ColumnType.Int32, f),
        Func<T, int?> f => new Nullable<int>(name, ColumnType.Int32, f),
        Func<T, long> f => new Plain<long>(name, ColumnType.Int64, f),
        Func<T, long?> f => new Nullable<long>(name, ColumnType.Int64, f),
        Func<T, float> f => new Plain<float>(name, ColumnType.Single, f),
        Func<T, float?> f => new Nullable<float>(name, ColumnType.Single, f),
        Func<T, bool> f => new Plain<bool>(name, ColumnType.Boolean, f),
        Func<T, bool?> f => new Nullable<bool>(name, ColumnType.Boolean, f),
        Func<T, string?> f => new Plain<string>(name, ColumnType.String, f!),
        Func<T, DateOnly> f => new Plain<DateOnly>(name, ColumnType.Date, f),
        Func<T, DateOnly?> f => new Nullable<DateOnly>(name, ColumnType.Date, f),
        Func<T, DateTime> f => new Plain<DateTime>(name, ColumnType.DateTime, f),
        Func<T, DateTime?> f => new Nullable<DateTime>(name, ColumnType.DateTime, f),
        Func<T, DateTimeOffset> f => new Plain<DateTime>(name, ColumnType.DateTime, r => f(r).UtcDateTime),
        Func<T, DateTimeOffset?> f => new Nullable<DateTime>(name, ColumnType.DateTime, r => f(r)?.UtcDateTime),
        Func<T, decimal> f => new Plain<double>(name, ColumnType.Double, r => (double)f(r)),
        Func<T, decimal?> f => new Nullable<double>(name, ColumnType.Double, r => (double?)f(r)),
        Func<T, byte> f => new Plain<int>(name, ColumnType.Int32, r => f(r)),
        Func<T, byte?> f => new Nullable<int>(name, ColumnType.Int32, r => f(r)),
        Func<T, short> f => new Plain<int>(name, ColumnType.Int32, r => f(r)),
        Func<T, short?> f => new Nullable<int>(name, ColumnType.Int32, r => f(r)),
        Func<T, uint> f => new Plain<long>(name, ColumnType.Int64, r => f(r)),
        Func<T, uint?> f => new Nullable<long>(name, ColumnType.Int64, r => f(r)),
        Func<T, ReadOnlyMemory<char>> f => new Plain<string>(name, ColumnType.String, r => f(r).ToString()),
        _ when IsWritten(typeof(TValue)) => new Plain<string>(name, ColumnType.String, r => Written(value(r))!),
        _ => null,
    };

    public static string NoCell(string name, Type type) =>
        $"{Wording.Show(name)} is {type.Name}; a cell is a number, a bool, a text, a date, a time, a Guid or an enum. Take one of these from it, or say Rows(r => r.Satisfies(..)).";

    /// <summary><c>l => l.Income</c> is Income; anything else is itself.</summary>
    public static string NameOf(string code)
    {
        int arrow = code.IndexOf("=>", StringComparison.Ordinal);
        if (arrow < 0)
        {
            return code.Trim();
        }

        string parameter = code[..arrow].Trim().Trim('(', ')').Trim(), body = code[(arrow + 2)..].Trim();
        return body.StartsWith(parameter + ".", StringComparison.Ordinal) && body[(parameter.Length + 1)..].All(c => char.IsLetterOrDigit(c) || c is '_' or '.')
            ? body[(parameter.Length + 1)..]
            : body;
    }

    private static bool IsWritten(Type type)
    {
        Type plain = System.Nullable.GetUnderlyingType(type) ?? type;
        return plain.IsEnum || plain == typeof(Guid) || plain == typeof(char) || plain == typeof(ulong) || plain == typeof(TimeOnly) || plain == typeof(TimeSpan) || plain == typeof(Int128);
    }

    private static string? Written<TValue>(TValue value) => value is IFormattable written ? written.ToString(null, CultureInfo.InvariantCulture) : value?.ToString();

    private sealed class Plain<TCell>(string name, ColumnType type, Func<T, TCell> value) : RecordColumn<T>(name, type)
    {
        public override RecordReader<T> Begin() => new PlainReader<T, TCell>(Column, value);
    }

    private sealed class Nullable<TCell>(string name, ColumnType type, Func<T, TCell?> value) : RecordColumn<T>(name, type)
        where TCell : struct
    {
        public override RecordReader<T> Begin() => new NullableReader<T, TCell>(Column, value);
    }
}
