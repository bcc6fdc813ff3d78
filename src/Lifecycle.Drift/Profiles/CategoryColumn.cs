using System.Text;
using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>A column of labels: exact counts of up to 640 of them, the most frequent ones; the rest together.</summary>
public sealed class CategoryColumn : ReferenceColumn
{
    /// <summary>Most labels that are counted one by one.</summary>
    public const int MostLabels = 640;

    private const int MostTextBytes = 8192;
    private const int MostTextBytesWithSketch = 4096;
    private const int MostBytesBesidesName = 15_200;
    private const int SketchBytes = 3_080;

    private readonly CategoryLabel[] _labels;
    private readonly Dictionary<string, int> _byText;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly Dictionary<ulong, int> _byHash;

    internal CategoryColumn(string name, ColumnRole role, CategoryLabel[] labels, long otherCount, long otherLabels, long otherSingletons)
        : base(name, role, ColumnKind.Category)
    {
        _labels = labels;
        OtherCount = otherCount;
        OtherLabels = otherLabels;
        OtherSingletons = otherSingletons;
        Count = otherCount + labels.Sum(l => l.Count);
        _byText = new Dictionary<string, int>(labels.Length, StringComparer.Ordinal);
        _lookup = _byText.GetAlternateLookup<ReadOnlySpan<char>>();
        _byHash = new Dictionary<ulong, int>(labels.Length);
        for (int i = 0; i < labels.Length; i++)
        {
            _byHash.Add(labels[i].Hash, i);
            if (labels[i].Text is { } text && LabelText.Hash(text) == labels[i].Hash)
            {
                _byText.Add(text, i);
            }
        }
    }

    /// <summary>The labels, most frequent first; equal counts in the order of their hashes.</summary>
    public IReadOnlyList<CategoryLabel> Labels => _labels;

    /// <summary>Values whose label is not among <see cref="Labels"/>.</summary>
    public long OtherCount { get; }

    /// <summary>Distinct labels that are not among <see cref="Labels"/>; after a merge an upper bound.</summary>
    public long OtherLabels { get; }

    /// <summary>Labels that were seen exactly once (for the Good-Turing chance of a new label).</summary>
    public long Singletons => OtherSingletons + _labels.Count(l => l.Count == 1);

    /// <inheritdoc/>
    public override double? Distinct => OtherCount == 0 ? _labels.Count(l => l.Count > 0) : Cardinality?.Estimate();

    internal long OtherSingletons { get; }

    /// <summary>Hashes of the rows themselves, null where missing; in memory only and only where that was asked for.</summary>
    internal ulong?[]? Kept { get; private set; }

    /// <summary>Set when there are more labels than fit.</summary>
    internal override CardinalitySketch? Cardinality => Labelled;

    internal CardinalitySketch? Labelled { get; init; }

    /// <summary>Position of a label in <see cref="Labels"/>, or -1. Allocates nothing.</summary>
    public int IndexOf(ReadOnlySpan<char> label)
    {
        if (_lookup.TryGetValue(label, out int index))
        {
            return index;
        }

        return _byText.Count < _labels.Length && _byHash.TryGetValue(LabelText.Hash(label), out index) ? index : -1;
    }

    /// <summary>Position of the label with this hash, or -1.</summary>
    internal int IndexOf(ulong hash) => _byHash.TryGetValue(hash, out int index) ? index : -1;

    /// <summary>What a label that the reference does not have is called: its text, or its hash where no text of the column is kept.</summary>
    internal string NameOfUnseen(string label) =>
        _byText.Count == 0 && _labels.Length > 0 ? LabelText.OfHash(LabelText.Hash(label)) : LabelText.Cut(label);

    internal static CategoryColumn Build(ColumnLayout layout, IReadOnlyList<string?> values, CategoryColumn? like)
    {
        Dictionary<string, long> counts = new(StringComparer.Ordinal);
        long missing = 0;
        for (int row = 0; row < values.Count; row++)
        {
            Interruption.LookAt(row);
            string? value = values[row];
            if (value is null)
            {
                missing++;
                continue;
            }

            System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(counts, value, out _)++;
        }

        Dictionary<ulong, CategoryLabel> labels = [];
        foreach ((string text, long count) in counts)
        {
            Interruption.LookAt(labels.Count);
            ulong hash = LabelText.Hash(text);
            long before = labels.TryGetValue(hash, out CategoryLabel label) ? label.Count : 0;
            labels[hash] = new CategoryLabel(hash, layout.KeepLabels ? LabelText.Cut(text) : null, before + count);
        }

        // Where the first profile could not name all its labels, a profile like it counts the same ones and no others.
        Dictionary<ulong, int>? named = like is { OtherCount: > 0 } ? like._byHash : null;
        CategoryColumn column = Make(layout.Name, layout.Role, [.. labels.Values], 0, 0, 0, named, missing, Sketch(labels.Keys));
        column.Kept = layout.KeepValues ? Hashes(values) : null;
        return column;
    }

    private static ulong?[] Hashes(IReadOnlyList<string?> values)
    {
        ulong?[] hashes = new ulong?[values.Count];
        for (int row = 0; row < hashes.Length; row++)
        {
            Interruption.LookAt(row);
            hashes[row] = values[row] is { } text ? LabelText.Hash(text) : null;
        }

        return hashes;
    }

    internal override ReferenceColumn Merge(ReferenceColumn other)
    {
        RequireSameShape(other);
        CategoryColumn that = (CategoryColumn)other;
        Dictionary<ulong, int>? named = OtherCount > 0 ? _byHash : that.OtherCount > 0 ? that._byHash : null;
        if (named is not null && (!_byHash.Keys.All(named.ContainsKey) || !that._byHash.Keys.All(named.ContainsKey)))
        {
            throw new ProfileMergeException(
                $"The column '{Name}' has more than {MostLabels} labels and the two profiles name others. Build both with ReferenceProfile.Like(first), then merge.");
        }

        Dictionary<ulong, CategoryLabel> labels = _labels.ToDictionary(l => l.Hash);
        foreach (CategoryLabel label in that._labels)
        {
            labels[label.Hash] = labels.TryGetValue(label.Hash, out CategoryLabel mine)
                ? new CategoryLabel(label.Hash, Longer(mine.Text, label.Text), mine.Count + label.Count) { Error = mine.Error + label.Error }
                : label;
        }

        return Make(
            Name, Role, [.. labels.Values], OtherCount + that.OtherCount, OtherLabels + that.OtherLabels, OtherSingletons + that.OtherSingletons,
            named, Missing + that.Missing, NumericSketches.Merge(Labelled ?? Sketch(), that.Labelled ?? that.Sketch()));
    }

    internal static CardinalitySketch Sketch(IEnumerable<ulong> hashes)
    {
        CardinalitySketch sketch = new();
        foreach (ulong hash in hashes)
        {
            sketch.AddHash(hash);
        }

        return sketch;
    }

    /// <summary>While all labels have a count of their own, their hashes are the sketch.</summary>
    private CardinalitySketch? Sketch() => OtherCount == 0 ? Sketch(_labels.Where(l => l.Count > 0).Select(l => l.Hash)) : null;

    private static string? Longer(string? left, string? right) => left is null || right is null ? left ?? right : string.CompareOrdinal(left, right) >= 0 ? left : right;

    internal static CategoryColumn Make(
        string name, ColumnRole role, CategoryLabel[] labels, long otherCount, long otherLabels, long otherSingletons,
        Dictionary<ulong, int>? named, long missing, CardinalitySketch? sketch)
    {
        IEnumerable<CategoryLabel> ordered = labels.OrderByDescending(l => l.Count).ThenBy(l => l.Hash);
        CategoryLabel[] kept = [.. named is null ? ordered.Take(MostLabels) : ordered.Where(l => named.ContainsKey(l.Hash))];
        HashSet<ulong> names = [.. kept.Select(l => l.Hash)];
        foreach (CategoryLabel label in labels)
        {
            if (!names.Contains(label.Hash))
            {
                otherCount += label.Count;
                otherLabels++;
                otherSingletons += label.Count == 1 ? 1 : 0;
            }
        }

        CardinalitySketch? kindOf = otherCount > 0 ? sketch : null;
        DropTexts(kept, kindOf is not null);
        return new CategoryColumn(name, role, kept, otherCount, otherLabels, otherSingletons) { Missing = missing, Labelled = kindOf };
    }

    /// <summary>Texts are kept from the most frequent label on as long as the column stays below 16 KB.</summary>
    private static void DropTexts(CategoryLabel[] labels, bool hasSketch)
    {
        int numbers = labels.Sum(l => 9 + ByteWriter.LengthOf(l.Count) + (l.Error > 0 ? ByteWriter.LengthOf(l.Error) : 1));
        int room = Math.Min(
            hasSketch ? MostTextBytesWithSketch : MostTextBytes, MostBytesBesidesName - (hasSketch ? SketchBytes : 0) - numbers);
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i].Text is { } text)
            {
                int length = Encoding.UTF8.GetByteCount(text);
                room -= length + 1;
                labels[i] = room >= 0 ? labels[i] : labels[i] with { Text = null };
            }
        }
    }
}
