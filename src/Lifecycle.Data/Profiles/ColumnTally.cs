using Lifecycle.Statistics;

namespace Lifecycle.Data;

/// <summary>What is known of the cells of a column of some rows. Tallies of neighbouring rows are merged in the order of the file.</summary>
internal sealed class ColumnTally(int column)
{
    /// <summary>Different values that are counted exactly.</summary>
    public const int MostExact = 1024;

    /// <summary>Integers up to here are told apart as doubles.</summary>
    public const long ExactInteger = 1L << 53;

    /// <summary>Seed of the sketch of quantiles, so that every column has coins of its own and the same file the same ones.</summary>
    public int Column { get; } = column;

    public CellClass Class { get; set; }

    /// <summary>Whether rows of several classes met, so that the column must be looked at once more as text, or as doubles.</summary>
    public bool IsPartial { get; private set; }

    /// <summary>Cells of no letter, unquoted, or null by the texts that the user named.</summary>
    public long Empty { get; set; }

    /// <summary>Cells of no letter, in quotes: an empty text, or a null where the column is not text.</summary>
    public long QuotedEmpty { get; set; }

    /// <summary>Cells that hold one of <see cref="NullRule.Words"/>.</summary>
    public long[] Words { get; } = new long[NullRule.Words.Length];

    /// <summary>Cells that are neither empty nor such a word; in a tally of texts also those.</summary>
    public long Values { get; set; }

    public bool AllWhole { get; set; } = true;

    /// <summary>Whether there are integers beyond 2^53, which were told apart as integers.</summary>
    public bool HasWide { get; set; }

    public bool AllDates { get; set; } = true;

    public Moments Moments { get; set; }

    public QuantileSketch? Quantiles { get; set; }

    public long Zeros { get; set; }

    public long Negatives { get; set; }

    public long NotNumbers { get; set; }

    public long PositiveInfinite { get; set; }

    public long NegativeInfinite { get; set; }

    /// <summary>Least integer, or ticks of the earliest time.</summary>
    public long Least { get; set; } = long.MaxValue;

    /// <summary>Greatest integer, or ticks of the latest time.</summary>
    public long Most { get; set; } = long.MinValue;

    /// <summary>Characters (Unicode scalar values) of the shortest text.</summary>
    public long Shortest { get; set; } = long.MaxValue;

    public long Longest { get; set; }

    public long Letters { get; set; }

    public CardinalitySketch Cardinality { get; } = new();

    /// <summary>The hashes of all values, until there are too many.</summary>
    public HashSet<ulong>? Exact { get; set; } = [];

    public FrequentItems Items { get; set; } = new();

    /// <summary>Words that are a number which is none.</summary>
    public long NotNumberWords => Words[NullRule.FirstNotNumber] + Words[NullRule.FirstNotNumber + 1];

    /// <summary>The narrowest type that fits every value.</summary>
    public ColumnType Type => Class switch
    {
        CellClass.None => NotNumberWords > 0 ? ColumnType.Double : ColumnType.String,
        CellClass.Boolean => ColumnType.Boolean,
        CellClass.Number => AllWhole ? ColumnType.Int64 : ColumnType.Double,
        CellClass.Time => AllDates ? ColumnType.Date : ColumnType.DateTime,
        _ => ColumnType.String,
    };

    /// <summary>Cells that are null under <see cref="Type"/>.</summary>
    public long Nulls => Type switch
    {
        ColumnType.String => Empty,
        ColumnType.Double => Empty + QuotedEmpty + Words.Sum() - NotNumberWords,
        _ => Empty + QuotedEmpty + Words.Sum(),
    };

    /// <summary>Takes over what the next rows gave.</summary>
    public void Merge(ColumnTally next)
    {
        if (Class != CellClass.None && next.Class != CellClass.None && Class != next.Class)
        {
            Class = CellClass.Text;
            IsPartial = true;
        }
        else if (next.Class == CellClass.Text && Class == CellClass.None)
        {
            WordsBecomeTexts();
        }
        else if (Class == CellClass.Text && next.Class == CellClass.None)
        {
            next.WordsBecomeTexts();
        }

        IsPartial |= next.IsPartial;
        Class = Class == CellClass.None ? next.Class : Class;
        AllWhole &= next.AllWhole;
        AllDates &= next.AllDates;
        HasWide |= next.HasWide;
        IsPartial |= Class == CellClass.Number && HasWide && !AllWhole;
        Empty += next.Empty;
        QuotedEmpty += next.QuotedEmpty;
        for (int i = 0; i < Words.Length; i++)
        {
            Words[i] += next.Words[i];
        }

        Values += next.Values;
        if (!IsPartial)
        {
            MergeValues(next);
        }
    }

    /// <summary>The column has no value but words, and they turn out to be texts.</summary>
    public void WordsBecomeTexts()
    {
        Class = CellClass.Text;
        ValueCounter<string> counter = new();
        for (int i = 0; i < Words.Length; i++)
        {
            AddText(counter, NullRule.Words[i], Words[i]);
        }

        AddText(counter, "", QuotedEmpty);
        Take(counter, t => t);
    }

    /// <summary>Takes the counts of the values over.</summary>
    public void Take<T>(ValueCounter<T> counter, Func<T, string> text)
    {
        Exact = counter.Distinct(MostExact);
        Items = counter.ToItems(FrequentItems.DefaultCapacity, text);
    }

    private void AddText(ValueCounter<string> counter, string text, long count)
    {
        if (count > 0)
        {
            Values += count;
            ulong hash = SketchHash.Of(text);
            counter.Add(hash, text, count);
            Cardinality.AddHash(hash);
            AddLength(text.Length, count);
        }
    }

    public void AddLength(long letters, long count)
    {
        Shortest = Math.Min(Shortest, letters);
        Longest = Math.Max(Longest, letters);
        Letters += letters * count;
    }

    private void MergeValues(ColumnTally next)
    {
        Moments = Moments.Merge(next.Moments);
        Zeros += next.Zeros;
        Negatives += next.Negatives;
        NotNumbers += next.NotNumbers;
        PositiveInfinite += next.PositiveInfinite;
        NegativeInfinite += next.NegativeInfinite;
        Least = Math.Min(Least, next.Least);
        Most = Math.Max(Most, next.Most);
        Shortest = Math.Min(Shortest, next.Shortest);
        Longest = Math.Max(Longest, next.Longest);
        Letters += next.Letters;
        Cardinality.Merge(next.Cardinality);
        Items.Merge(next.Items);
        if (next.Exact is null)
        {
            Exact = null;
        }

        Exact?.UnionWith(next.Exact!);
        Exact = Exact?.Count > MostExact ? null : Exact;
        if (Quantiles is null)
        {
            Quantiles = next.Quantiles?.Clone();
        }
        else if (next.Quantiles is { } other)
        {
            Quantiles.Merge(other);
        }
    }
}
