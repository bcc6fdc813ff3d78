using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>No value stands twice; the second and later ones are broken.</summary>
internal sealed class UniqueExpectation(string column) : Expectation(column)
{
    public const string KindName = "unique";

    public override string Kind => KindName;

    public override string Text => $"{Subject} unique";

    internal override bool TracksKeys => true;

    internal override Check Begin(CheckStart start) => new KeyCheck(start.Columns, start.Budget, start.Key);
}

/// <summary>No combination stands twice among rows that have all of its cells.</summary>
internal sealed class UniqueTogetherExpectation(string[] columns) : Expectation(columns)
{
    public const string KindName = "uniqueTogether";

    public override string Kind => KindName;

    public override string Text => $"{Subject} unique together";

    internal override bool TracksKeys => true;

    internal override IEnumerable<string> Problems()
    {
        if (Columns.Count < 2 || Columns.Distinct(StringComparer.Ordinal).Count() < Columns.Count)
        {
            yield return $"UniqueTogether needs at least two different columns and has: {Subject}.";
        }

        foreach (string problem in base.Problems())
        {
            yield return problem;
        }
    }

    internal override Check Begin(CheckStart start) => new KeyCheck(start.Columns, start.Budget, start.Key);

    internal override void WriteArguments(Utf8JsonWriter writer) => ContractJson.WriteNames(writer, "columns", Columns);
}

/// <summary>No row stands twice, looking at all columns of the source; missing cells are equal to each other.</summary>
internal sealed class NoDuplicatesExpectation : Expectation
{
    public const string KindName = "noDuplicates";

    public NoDuplicatesExpectation(double atMost) => Mostly = 1 - atMost;

    public override string Kind => KindName;

    public override string Text => $"no row twice{AtMost.Words(Mostly)}";

    internal override CellScope Scope => CellScope.All;

    internal override bool TracksKeys => true;

    internal override IEnumerable<string> Problems() => AtMost.Problems(Text, Mostly);

    internal override Check Begin(CheckStart start) => new KeyCheck([.. Enumerable.Range(0, start.Schema.Count)], start.Budget, start.Key);
}

/// <summary>No two rows are equal in all columns but the label; a row is broken when the first row equal to it had another label.</summary>
internal sealed class NoConflictingLabelsExpectation : Expectation
{
    public const string KindName = "noConflictingLabels";

    public NoConflictingLabelsExpectation(string label, double atMost)
        : base(label) => Mostly = 1 - atMost;

    public override string Kind => KindName;

    public override string Text => $"no equal rows with different {Subject}{AtMost.Words(Mostly)}";

    internal override bool TracksKeys => true;

    internal override IEnumerable<string> Problems() => AtMost.Problems(Text, Mostly);

    internal override Check Begin(CheckStart start) =>
        new ConflictCheck([.. Enumerable.Range(0, start.Schema.Count).Where(p => p != start.Column)], start.Column, start.Budget, start.Key);

    internal override void WriteArguments(Utf8JsonWriter writer) => writer.WriteString("label", Columns[0]);
}

/// <summary>Words and limits of a share that may be broken.</summary>
internal static class AtMost
{
    public static string Words(double mostly) => mostly == 1 ? "" : $", but for {Wording.Number(100 * (1 - mostly))} %";

    public static IEnumerable<string> Problems(string text, double mostly)
    {
        if (!(mostly is >= 0 and <= 1))
        {
            yield return $"{text}: the share allowed is {Wording.Number(1 - mostly)}; say one between 0 and 1, for example atMost: 0.001.";
        }
    }
}

/// <summary>Keyed hashes of the cells of some columns, row by row.</summary>
internal sealed class RowHashes(int[] columns, long key)
{
    private readonly ulong[] _cells = new ulong[RowBits.ChunkRows];
    private readonly ulong[] _rows = columns.Length > 1 ? new ulong[RowBits.ChunkRows * columns.Length] : [];

    public ReadOnlySpan<ulong> Of(Chunk chunk)
    {
        if (columns.Length == 0)
        {
            _cells.AsSpan(0, chunk.Rows).Fill(KeySet.OfMissing);
            return _cells.AsSpan(0, chunk.Rows);
        }

        for (int c = 0; c < columns.Length; c++)
        {
            chunk[columns[c]].Hash(_cells, key);
            for (int row = 0; columns.Length > 1 && row < chunk.Rows; row++)
            {
                _rows[row * columns.Length + c] = _cells[row];
            }
        }

        for (int row = 0; columns.Length > 1 && row < chunk.Rows; row++)
        {
            _cells[row] = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(_rows.AsSpan(row * columns.Length, columns.Length)), key);
        }

        return _cells.AsSpan(0, chunk.Rows);
    }
}

internal sealed class KeyCheck(int[] columns, KeyBudget budget, long key) : RowCheck
{
    private readonly KeySet _seen = new(budget);
    private readonly RowHashes _hashes = new(columns, key);

    public override bool IsLimitReached => _seen.IsFull;

    public override void Mark(Chunk chunk, ReadOnlySpan<ulong> judged, Span<ulong> broken, CheckFaults faults)
    {
        if (_seen.IsFull)
        {
            return;
        }

        ReadOnlySpan<ulong> hashes = _hashes.Of(chunk);
        ulong none = 0;
        for (int row = 0; row < chunk.Rows && !_seen.IsFull; row++)
        {
            if (RowBits.Has(judged, row) && !_seen.Add(hashes[row], ref none))
            {
                RowBits.Set(broken, row);
            }
        }
    }
}

internal sealed class ConflictCheck(int[] columns, int label, KeyBudget budget, long key) : RowCheck
{
    private readonly KeySet _seen = new(budget, withValues: true);
    private readonly RowHashes _rows = new(columns, key), _labels = new([label], key);

    public override bool IsLimitReached => _seen.IsFull;

    public override void Mark(Chunk chunk, ReadOnlySpan<ulong> judged, Span<ulong> broken, CheckFaults faults)
    {
        if (_seen.IsFull)
        {
            return;
        }

        ReadOnlySpan<ulong> rows = _rows.Of(chunk), labels = _labels.Of(chunk);
        for (int row = 0; row < chunk.Rows && !_seen.IsFull; row++)
        {
            ulong before = labels[row];
            if (RowBits.Has(judged, row) && !_seen.Add(rows[row], ref before) && before != labels[row])
            {
                RowBits.Set(broken, row);
            }
        }
    }
}
