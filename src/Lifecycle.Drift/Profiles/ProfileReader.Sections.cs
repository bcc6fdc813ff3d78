using Lifecycle.Statistics;

namespace Lifecycle.Drift;

internal static partial class ProfileReader
{
    private const int MostEdges = 5120;
    private const int MostHistogramBytes = 8192;

    private static void Read(ref ByteCursor section, byte type, ColumnParts parts)
    {
        switch (type)
        {
            case Section.Name:
                parts.Name = section.Left is > 0 and <= ColumnLayout.MostNameBytes
                    ? section.Text(section.Left, "name")
                    : throw section.Error("name", $"a name has 1 to {ColumnLayout.MostNameBytes} bytes");
                break;
            case Section.Kind:
                parts.Role = Known<ColumnRole>(ref section, "role");
                parts.Kind = Known<ColumnKind>(ref section, "kind");
                break;
            case Section.Counts:
                parts.Counts = [section.Varint("values"), section.Varint("missing"), section.Varint("infinite"), section.Varint("negative infinite")];
                if (section.Left > 0)
                {
                    parts.Counts = [.. parts.Counts, section.Varint("fractional")];
                }

                if (parts.Counts.Any(c => c > long.MaxValue >> 14))
                {
                    throw section.Error("counts", "a count is larger than any table");
                }

                break;
            case Section.Moments:
                parts.Moments = [section.Double("minimum"), section.Double("maximum"), section.Double("mean"), section.Double("deviations")];
                break;
            case Section.Edges:
                parts.Grid = Grid(ref section);
                break;
            case Section.Bins:
                parts.Bins = Numbers(ref section, "bin counts", signed: false);
                break;
            case Section.Means:
                parts.Offsets = Numbers(ref section, "bin means", signed: true);
                break;
            case Section.Histogram:
                parts.Histogram = Histogram(ref section, parts);
                break;
            case Section.Cardinality:
                parts.Cardinality = Sketch(ref section, "distinct values", CardinalitySketch.FromBytes);
                break;
            case Section.Labels when parts.Kind != ColumnKind.Category:
                parts.TopValues = TopValues(ref section, parts);
                break;
            case Section.Labels:
                Labels(ref section, parts);
                break;
            case Section.Quantiles:
                parts.Quantiles = Quantiles(ref section, parts);
                break;
            case Section.Errors when parts.Kind == ColumnKind.Category:
                parts.LabelErrors = Numbers(ref section, "errors of labels", signed: false);
                break;
            case Section.Errors:
                parts.BinErrors = [section.Double("rank error"), section.Double("mass error")];
                if (!parts.BinErrors.All(e => e is >= 0 and < 1))
                {
                    throw section.Error("errors", "an error is a share");
                }

                break;
            case Section.Hints:
                parts.Range = [section.Double("declared minimum"), section.Double("declared maximum")];
                parts.Unit = section.Left is > 0 and <= NumericSketches.MostUnitBytes ? section.Text(section.Left, "unit") : null;
                break;
            default:
                parts.Unknown.Add((type, section.Bytes(section.Left, "section").ToArray()));
                break;
        }
    }

    private static TEnum Known<TEnum>(ref ByteCursor section, string field)
        where TEnum : struct, Enum
    {
        TEnum value = (TEnum)Enum.ToObject(typeof(TEnum), section.Byte(field));
        return Enum.IsDefined(value) ? value : throw section.Error(field, $"'{value}' is not known", "Update Lifecycle.Drift");
    }

    private static NumericGrid Grid(ref ByteCursor section)
    {
        int width = section.Byte("width of edges");
        int values = section.Byte("kind of grid");
        if (width is not (4 or 8) || values > 1)
        {
            throw section.Error("edges", "edges are 4 or 8 bytes wide, of a grid of quantiles (0) or values (1)");
        }

        double[] edges = new double[section.Many("edges", width, values == 1 ? NumericGrid.MostValues : MostEdges)];
        for (int i = 0; i < edges.Length; i++)
        {
            edges[i] = section.Number(width, "edges");
            if (!double.IsFinite(edges[i]) || (i > 0 && !(edges[i] > edges[i - 1])))
            {
                throw section.Error("edges", "the edges are not finite and ascending");
            }
        }

        double low = section.Number(width, "low end"), high = section.Number(width, "high end");
        if (edges.Length > 0 && !(low <= edges[0] && high >= edges[^1] && double.IsFinite(low) && double.IsFinite(high)))
        {
            throw section.Error("ends", "the ends of the grid do not hold its edges");
        }

        int[] coarse = new int[section.Many("coarse edges", 1, edges.Length)];
        for (int i = 0; i < coarse.Length; i++)
        {
            long at = section.Varint("coarse edges");
            coarse[i] = at < edges.Length && (i == 0 || at > coarse[i - 1]) ? (int)at : throw section.Error("coarse edges", "they are not ascending edges");
        }

        return new NumericGrid(edges, coarse, values == 1, low, high);
    }

    private static long[] Numbers(ref ByteCursor section, string field, bool signed)
    {
        List<long> numbers = [];
        while (section.Left > 0)
        {
            numbers.Add(signed ? section.Signed(field) : section.Varint(field));
        }

        return [.. numbers];
    }

    private static void Labels(ref ByteCursor section, ColumnParts parts)
    {
        CategoryLabel[] labels = new CategoryLabel[section.Many("labels", 9, CategoryColumn.MostLabels)];
        HashSet<ulong> hashes = [];
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = new CategoryLabel(section.UInt64("hash of a label"), null, section.Varint("count of a label"));
            if (!hashes.Add(labels[i].Hash) || labels[i].Count > parts.Counts?[0])
            {
                throw section.Error("labels", "a label stands twice or is more frequent than all values");
            }
        }

        for (int i = 0; i < labels.Length; i++)
        {
            long length = section.Varint("length of a label") - 1;
            if (length > LabelText.MostBytes)
            {
                throw section.Error("text of a label", $"a label has at most {LabelText.MostBytes} bytes");
            }

            labels[i] = length < 0 ? labels[i] : labels[i] with { Text = section.Text(length, "text of a label") };
        }

        parts.Labels = labels;
        parts.Other[0] = section.Varint("other values");
        parts.Other[1] = section.Varint("other labels");
        parts.Other[2] = section.Varint("other singletons");
    }
}
