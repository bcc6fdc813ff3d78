using System.Security.Cryptography;
using System.Text;
using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>The types of sections in a column of a profile file.</summary>
internal static class Section
{
    public const byte Name = 1, Kind = 2, Counts = 3, Moments = 4, Edges = 5, Bins = 6, Means = 7, Histogram = 8, Cardinality = 9, Labels = 10, Quantiles = 11, Hints = 12, Errors = 15,
        FirstRefused = 128;
}

/// <summary>Writes profiles: "LDP\n", version, flags, columns and rows, the columns as sections, SHA-256 of all before.</summary>
internal static class ProfileWriter
{
    public const int Version = 1;

    public static ReadOnlySpan<byte> Magic => "LDP\n"u8;

    public static byte[] Write(ReferenceProfile profile)
    {
        ByteWriter file = new();
        file.Bytes(Magic);
        file.UInt16(Version);
        file.UInt16(0);
        file.Varint(profile.Columns.Count);
        file.Varint(profile.Rows);
        foreach (ReferenceColumn column in profile.Columns)
        {
            Interruption.Look();
            ByteWriter body = Column(column);
            file.Varint(body.Length);
            file.Bytes(body.Written);
        }

        file.Bytes(SHA256.HashData(file.Written));
        return file.Written.ToArray();
    }

    private static ByteWriter Column(ReferenceColumn column)
    {
        SortedDictionary<byte, ByteWriter> sections = [];
        ByteWriter Open(byte type) => sections[type] = new ByteWriter();
        Open(Section.Name).Bytes(Encoding.UTF8.GetBytes(column.Name));
        ByteWriter kind = Open(Section.Kind);
        kind.Byte((byte)column.Role);
        kind.Byte((byte)column.Kind);
        ByteWriter counts = Open(Section.Counts);
        counts.Varint(column.Count);
        counts.Varint(column.Missing);
        counts.Varint(column.PositiveInfinite);
        counts.Varint(column.NegativeInfinite);
        if (column.Cardinality is { } cardinality)
        {
            Open(Section.Cardinality).Bytes(cardinality.ToBytes());
        }

        if (column is NumericColumn numeric)
        {
            if (numeric.Fractional is { } fractional)
            {
                counts.Varint(fractional);
            }

            Numeric(numeric, Open);
        }
        else
        {
            CategoryColumn category = (CategoryColumn)column;
            Labels(category, Open(Section.Labels));
            if (category.Labels.Any(l => l.Error > 0))
            {
                ByteWriter errors = Open(Section.Errors);
                foreach (CategoryLabel label in category.Labels)
                {
                    errors.Varint(label.Error);
                }
            }
        }

        foreach ((byte type, byte[] payload) in column.Unknown)
        {
            Open(type).Bytes(payload);
        }

        ByteWriter body = new();
        foreach ((byte type, ByteWriter section) in sections)
        {
            body.Byte(type);
            body.Varint(section.Length);
            body.Bytes(section.Written);
        }

        return body;
    }

    private static void Numeric(NumericColumn column, Func<byte, ByteWriter> open)
    {
        if (column.Count > 0)
        {
            ByteWriter moments = open(Section.Moments);
            moments.Double(column.Minimum);
            moments.Double(column.Maximum);
            moments.Double(column.Mean);
            moments.Double(column.SquaredDeviations);
        }

        NumericSketches sketches = column.Sketches;
        if (sketches.Quantiles is { } quantiles)
        {
            ByteWriter sketch = open(Section.Quantiles);
            sketch.Varint(sketches.Resolution);
            sketch.Bytes(quantiles.ToBytes());
        }
        else
        {
            Bins(column, open);
        }

        if (sketches.Histogram is { } histogram)
        {
            open(Section.Histogram).Bytes(histogram);
        }

        if (sketches.TopValues.Length > 0 && sketches.Quantiles is null)
        {
            ByteWriter top = open(Section.Labels);
            top.Varint(sketches.TopValues.Length);
            foreach (ValueCount value in sketches.TopValues)
            {
                top.Double(value.Value);
                top.Varint(value.Count);
            }
        }

        if ((column.DeclaredMinimum is not null && column.DeclaredMaximum is not null) || sketches.Unit is not null)
        {
            ByteWriter hints = open(Section.Hints);
            hints.Double(column.DeclaredMinimum ?? double.NaN);
            hints.Double(column.DeclaredMaximum ?? double.NaN);
            hints.Bytes(Encoding.UTF8.GetBytes(sketches.Unit ?? ""));
        }

        if (sketches.Quantiles is null && sketches.RankError > 0)
        {
            ByteWriter errors = open(Section.Errors);
            errors.Double(sketches.RankError);
            errors.Double(sketches.MassError);
        }
    }

    private static void Bins(NumericColumn column, Func<byte, ByteWriter> open)
    {
        NumericGrid grid = column.Grid;
        int width = IsSingle(grid.Low) && IsSingle(grid.High) && grid.EdgeArray.All(IsSingle) ? 4 : 8;
        ByteWriter edges = open(Section.Edges);
        void Number(double value)
        {
            if (width == 4)
            {
                edges.Single((float)value);
            }
            else
            {
                edges.Double(value);
            }
        }

        edges.Byte((byte)width);
        edges.Byte(grid.IsValues ? (byte)1 : (byte)0);
        edges.Varint(grid.Edges.Length);
        foreach (double edge in grid.Edges)
        {
            Number(edge);
        }

        Number(grid.Low);
        Number(grid.High);
        edges.Varint(grid.Coarse.Length);
        foreach (int coarse in grid.Coarse)
        {
            edges.Varint(coarse);
        }

        ByteWriter bins = open(Section.Bins);
        foreach (long count in column.Counts)
        {
            bins.Varint(count);
        }

        if (!grid.IsValues)
        {
            ByteWriter means = open(Section.Means);
            foreach (long offset in column.Offsets)
            {
                means.Signed(offset);
            }
        }
    }

    private static void Labels(CategoryColumn column, ByteWriter section)
    {
        section.Varint(column.Labels.Count);
        foreach (CategoryLabel label in column.Labels)
        {
            section.UInt64(label.Hash);
            section.Varint(label.Count);
        }

        foreach (CategoryLabel label in column.Labels)
        {
            byte[] text = label.Text is null ? [] : Encoding.UTF8.GetBytes(label.Text);
            section.Varint(label.Text is null ? 0 : text.Length + 1);
            section.Bytes(text);
        }

        section.Varint(column.OtherCount);
        section.Varint(column.OtherLabels);
        section.Varint(column.OtherSingletons);
    }

    private static bool IsSingle(double value) => double.IsNaN(value) || (float)value == value;
}
