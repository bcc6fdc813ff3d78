using System.Globalization;
using Lifecycle.Statistics;

namespace Lifecycle.Data;

/// <summary>A tally as a profile of at most <see cref="MostBytes"/> of JSON besides the name.</summary>
internal static class ColumnProfileBuilder
{
    public const int MostBytes = 16 << 10;

    private const int MostTop = 64;
    private const int MostTopBytes = 4096;
    private const int LeastSketchBytes = 1024;

    /// <param name="name">Name of the column.</param>
    /// <param name="tally">Complete; changed by this.</param>
    /// <param name="type">The type, where it does not follow from the cells.</param>
    public static ColumnProfile Of(string name, ColumnTally tally, ColumnType? type = null)
    {
        ColumnType told = type ?? tally.Type;
        if (told == ColumnType.String && tally.Class == CellClass.None)
        {
            tally.WordsBecomeTexts();
        }

        bool isText = told == ColumnType.String;
        bool isDouble = told is ColumnType.Double or ColumnType.Single;
        long words = isDouble && tally.Class is CellClass.None or CellClass.Number ? tally.NotNumberWords : 0;
        if (words > 0)
        {
            AddNotNumbers(tally, words);
        }

        bool isFew = tally.Exact is not null;
        ColumnProfile plain = new(new TableColumn(name, told, tally.Nulls > 0))
        {
            Count = tally.Values + (isText ? 0 : words),
            Nulls = tally.Nulls,
            SuspectedNulls = isText ? tally.Words.Sum() : 0,
            EmptyTexts = isText ? tally.QuotedEmpty : 0,
            Distinct = tally.Exact?.Count ?? (long)Math.Round(tally.Cardinality.Estimate()),
            DistinctIsExact = isFew,
            MinimumText = Bound(tally, told, least: true),
            MaximumText = Bound(tally, told, least: false),
            Mean = tally.Moments.Count > 0 ? tally.Moments.Mean : null,
            StandardDeviation = tally.Moments.Count > 1 ? tally.Moments.StandardDeviation : null,
            Zeros = tally.Zeros,
            Negatives = tally.Negatives,
            NotNumbers = isDouble ? tally.NotNumbers + words : 0,
            PositiveInfinite = tally.PositiveInfinite,
            NegativeInfinite = tally.NegativeInfinite,
            Top = Top(tally, told),
            Lengths = isText && tally.Values > 0 ? new TextLengths(tally.Shortest, (double)tally.Letters / tally.Values, tally.Longest) : null,
            CardinalityBytes = tally.Cardinality.ToBytes(),
        };
        return tally.Quantiles is { Count: > 0 } sketch ? ProfileJson.With(plain, sketch.ToBytes(Math.Max(LeastSketchBytes, Room(plain)))) : plain;
    }

    // What the sketch may take in bytes, of which base64 makes four out of three.
    private static int Room(ColumnProfile profile) => (MostBytes - ProfileJson.LengthOf(profile) - 32) / 4 * 3;

    private static void AddNotNumbers(ColumnTally tally, long words)
    {
        ulong hash = SketchHash.Of(double.NaN);
        tally.Cardinality.AddHash(hash);
        tally.Exact?.Add(hash);
        if (tally.Exact?.Count > ColumnTally.MostExact)
        {
            tally.Exact = null;
        }

        tally.Items.Add(hash, "NaN", words);
    }

    private static string? Bound(ColumnTally tally, ColumnType type, bool least)
    {
        long whole = least ? tally.Least : tally.Most;
        double real = (least ? tally.Moments.Minimum : tally.Moments.Maximum) + 0.0;
        return type switch
        {
            ColumnType.Int64 or ColumnType.Int32 => tally.Least <= tally.Most ? whole.ToString(CultureInfo.InvariantCulture) : null,
            ColumnType.Double or ColumnType.Single => tally.Moments.Count > 0 ? real.ToString("R", CultureInfo.InvariantCulture) : null,
            ColumnType.Date or ColumnType.DateTime => tally.Least <= tally.Most ? Show(CellTelling.Time(whole), type) : null,
            _ => null,
        };
    }

    private static List<FrequentValue> Top(ColumnTally tally, ColumnType type)
    {
        List<FrequentValue> top = [];
        int room = MostTopBytes;
        foreach (FrequentItem item in tally.Items.Items())
        {
            if (item.Error > 0 && item.AtLeast < 2)
            {
                continue;
            }

            string text = Show(item.Text ?? "", type);
            room -= ProfileJson.LengthOf(text) + 16;
            if (top.Count == MostTop || room < 0)
            {
                break;
            }

            top.Add(new FrequentValue(text, item.Count, item.Error));
        }

        return top;
    }

    private static string Show(string text, ColumnType type) => type switch
    {
        ColumnType.Date => text.Length > 10 ? text[..10] : text,
        ColumnType.Int64 or ColumnType.Int32 when text.Contains('E', StringComparison.Ordinal) =>
            ((long)double.Parse(text, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture),
        ColumnType.String => CellTelling.Text(text),
        _ => text,
    };
}
