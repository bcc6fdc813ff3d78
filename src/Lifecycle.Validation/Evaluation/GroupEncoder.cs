using System.Globalization;

namespace Lifecycle.Validation;

/// <summary>Turns the values of an attribute into codes: ordinal text, with null, empty and NaN as the group of missing values.</summary>
internal static class GroupEncoder
{
    public const int MaximumGroups = 10_000;
    private const int MostWholeNumbers = 20;

    public static GroupColumn Encode(string name, IEnumerable<string?> values, int rows)
    {
        int[] codes = new int[rows];
        Dictionary<string, int> known = new(StringComparer.Ordinal);
        List<string> names = [];
        int at = 0;
        bool anyMissing = false;
        foreach (string? given in values)
        {
            // A value that is spelled like the group of missing values must not be taken for it.
            string? value = given == GroupColumn.MissingName ? "\\" + GroupColumn.MissingName : given;
            if (at == rows)
            {
                throw LengthError(name, values.Count(), rows);
            }

            if (string.IsNullOrEmpty(value))
            {
                codes[at++] = -1;
                anyMissing = true;
                continue;
            }

            if (!known.TryGetValue(value, out int code))
            {
                code = names.Count;
                known.Add(value, code);
                names.Add(value);
                if (code >= MaximumGroups)
                {
                    throw new ArgumentException(
                        $"The attribute '{name}' has more than {MaximumGroups:N0} different values. Group it first: give bins: for numbers, or fewer categories.");
                }
            }

            codes[at++] = code;
        }

        return at == rows ? Sort(name, codes, [.. names], anyMissing) : throw LengthError(name, at, rows);
    }

    public static GroupColumn Bin(string name, ReadOnlySpan<double> values, ReadOnlySpan<double> bins, int rows)
    {
        if (values.Length != rows)
        {
            throw LengthError(name, values.Length, rows);
        }

        for (int i = 0; i < bins.Length; i++)
        {
            if (!double.IsFinite(bins[i]) || (i > 0 && bins[i] <= bins[i - 1]))
            {
                throw new ArgumentException($"The bins of '{name}' must be finite and increase; {Number(bins[i])} at position {i} does not.");
            }
        }

        if (bins.IsEmpty)
        {
            HashSet<double> distinct = [];
            foreach (double value in values)
            {
                distinct.Add(value);
            }

            throw new ArgumentException($"The attribute '{name}' is a number with {distinct.Count:N0} different values. Say where to cut it, for example bins: [25, 45].");
        }

        string[] names = new string[bins.Length + 1];
        for (int i = 0; i <= bins.Length; i++)
        {
            names[i] = $"{(i == 0 ? "(-inf" : "[" + Number(bins[i - 1]))},{(i == bins.Length ? "inf" : Number(bins[i]))})";
        }

        int[] codes = new int[rows];
        bool anyMissing = false;
        for (int i = 0; i < rows; i++)
        {
            codes[i] = double.IsNaN(values[i]) ? -1 : BinOf(values[i], bins);
            anyMissing |= codes[i] < 0;
        }

        return Close(name, codes, names, anyMissing);
    }

    public static GroupColumn Encode(string name, BatchColumn column, ReadOnlySpan<double> bins, int rows)
    {
        bool isNumber = column.Column.Type is ColumnType.Int32 or ColumnType.Int64 or ColumnType.Single or ColumnType.Double;
        if (isNumber && !bins.IsEmpty)
        {
            return Bin(name, column.ToDoubles(), bins, rows);
        }

        if (!bins.IsEmpty)
        {
            throw new ArgumentException($"The attribute '{name}' is {column.Column.Type}; bins: are for numbers.");
        }

        if (isNumber && (column.Column.Type is ColumnType.Single or ColumnType.Double || column.ToDoubles().Distinct().Count() > MostWholeNumbers))
        {
            return Bin(name, column.ToDoubles(), bins, rows);
        }

        return Encode(name, Enumerable.Range(0, column.Count).Select(column.Text), rows);
    }

    private static GroupColumn Sort(string name, int[] codes, string[] names, bool anyMissing)
    {
        string[] sorted = [.. names];
        int[] order = [.. Enumerable.Range(0, names.Length)];
        Array.Sort(sorted, order, StringComparer.Ordinal);
        int[] rank = new int[names.Length];
        for (int i = 0; i < order.Length; i++)
        {
            rank[order[i]] = i;
        }

        for (int i = 0; i < codes.Length; i++)
        {
            codes[i] = codes[i] < 0 ? -1 : rank[codes[i]];
        }

        return Close(name, codes, sorted, anyMissing);
    }

    private static GroupColumn Close(string name, int[] codes, string[] names, bool anyMissing)
    {
        if (!anyMissing)
        {
            return new GroupColumn(name, codes, names, -1);
        }

        codes.AsSpan().Replace(-1, names.Length);
        return new GroupColumn(name, codes, [.. names, GroupColumn.MissingName], names.Length);
    }

    private static int BinOf(double value, ReadOnlySpan<double> bins)
    {
        int bin = 0;
        while (bin < bins.Length && value >= bins[bin])
        {
            bin++;
        }

        return bin;
    }

    private static ArgumentException LengthError(string name, int values, int rows) =>
        new($"The attribute '{name}' has {values:N0} values and the labels have {rows:N0}; they must be equal.");

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);
}
