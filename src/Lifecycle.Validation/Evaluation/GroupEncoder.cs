using System.Globalization;

namespace Lifecycle.Validation;

/// <summary>Turns the values of an attribute into codes: ordinal text, with null, empty and NaN as the group of missing values.</summary>
internal static class GroupEncoder
{
    public const int MaximumGroups = 10_000;
    private const int MostWholeNumbers = 20;

    public static GroupColumn Encode(string name, IEnumerable<string?> values, int rows) => values switch
    {
        string?[] array => EncodeTexts(name, array, rows),
        _ => EncodeTexts(name, values.ToArray(), rows),
    };

    /// <summary>Chunks are coded apart and joined in their order, so the codes do not depend on the number of threads.</summary>
    private static GroupColumn EncodeTexts(string name, ReadOnlyMemory<string?> values, int rows)
    {
        if (values.Length != rows)
        {
            throw LengthError(name, values.Length, rows);
        }

        int[] codes = new int[rows];
        TextCodes[] chunks = new TextCodes[RowChunks.Count(rows)];
        bool[] missing = new bool[chunks.Length];
        RowChunks.Each(rows, (chunk, from, to) =>
        {
            chunks[chunk] = new TextCodes();
            missing[chunk] = chunks[chunk].Encode(values.Span[from..to], codes.AsSpan(from, to - from));
        });
        TextCodes all = chunks[0];
        int[][] joined = new int[chunks.Length][];
        for (int c = 0; c < chunks.Length; c++)
        {
            joined[c] = new int[chunks[c].Count];
            for (int i = 0; i < joined[c].Length; i++)
            {
                joined[c][i] = all.CodeOf(chunks[c].Names[i]);
            }
        }

        if (all.Count > MaximumGroups)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"The attribute '{name}' has {all.Count:N0} different values; at most {MaximumGroups:N0} are allowed. ")
                + "Group them first: give bins: for numbers, or fewer categories.");
        }

        return Sort(name, codes, joined, [.. all.Names.Select(Spelled)], missing.Contains(true));
    }

    /// <summary>A value that is spelled like the group of missing values must not be taken for it.</summary>
    private static string Spelled(string value) => value.TrimStart('\\') == GroupColumn.MissingName ? "\\" + value : value;

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

            throw new ArgumentException(FormattableString.Invariant(
                $"The attribute '{name}' is a number with {distinct.Count:N0} different values. Say where to cut it, for example bins: [25, 45]."));
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

        return column is BatchColumn<string> { Valid.IsEmpty: true } texts
            ? EncodeTexts(name, texts.Values!, rows)
            : EncodeTexts(name, (string?[])[.. Enumerable.Range(0, column.Count).Select(column.Text)], rows);
    }

    private static GroupColumn Sort(string name, int[] codes, int[][] joined, string[] names, bool anyMissing)
    {
        string[] sorted = [.. names];
        int[] order = [.. Enumerable.Range(0, names.Length)], rank = new int[names.Length];
        Array.Sort(sorted, order, StringComparer.Ordinal);
        for (int i = 0; i < order.Length; i++)
        {
            rank[order[i]] = i;
        }

        foreach (int[] chunk in joined)
        {
            for (int i = 0; i < chunk.Length; i++)
            {
                chunk[i] = rank[chunk[i]];
            }
        }

        RowChunks.Each(codes.Length, (chunk, from, to) =>
        {
            int[] ranks = joined[chunk];
            Span<int> part = codes.AsSpan(from, to - from);
            for (int i = 0; i < part.Length; i++)
            {
                part[i] = part[i] < 0 ? names.Length : ranks[part[i]];
            }
        });
        return anyMissing ? new GroupColumn(name, codes, [.. sorted, GroupColumn.MissingName], names.Length) : new GroupColumn(name, codes, sorted, -1);
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
        new(FormattableString.Invariant($"The attribute '{name}' has {values:N0} values and the labels have {rows:N0}; they must be equal."));

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);
}
