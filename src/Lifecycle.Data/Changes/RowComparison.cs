using System.Runtime.CompilerServices;

namespace Lifecycle.Data;

/// <summary>Compares the rows of two sides, of which the older one is held in memory.</summary>
internal sealed class RowComparison
{
    private const int MostExamples = 5;

    private readonly ColumnPair[] _pairs;
    private readonly int[] _key;
    private readonly string[] _keyNames;
    private readonly bool _multiset;
    private readonly (string Old, string New) _versions;
    private readonly KeyedRows _old;
    private readonly KeyedRows _added;
    private readonly List<(string Key, long First, long Second)> _duplicates = [];

    /// <param name="pairs">The columns that are compared.</param>
    /// <param name="key">Positions of the key among them; all where rows are a multiset.</param>
    /// <param name="multiset">Whether a key may stand in many rows.</param>
    /// <param name="versions">Names of the two versions, for messages.</param>
    public RowComparison(ColumnPair[] pairs, int[] key, bool multiset, (string Old, string New) versions)
    {
        _pairs = pairs;
        _key = key;
        _keyNames = [.. key.Select(k => pairs[k].Name)];
        _multiset = multiset;
        _versions = versions;
        long seed = KeyedRows.NewSeed();
        _old = new KeyedRows(pairs, key, seed);
        _added = new KeyedRows(pairs, key, seed);
    }

    /// <summary>The changes: added and changed rows in the order of the younger side, then the removed ones in that of the older.</summary>
    public async IAsyncEnumerable<RowChange> CompareAsync(
        IAsyncEnumerable<NumberedRows> old, IAsyncEnumerable<NumberedRows> @new, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (NumberedRows batch in old.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            AddOld(batch);
        }

        _old.Close();
        if (_duplicates.Count > 0)
        {
            throw new DuplicateKeyException(_versions.Old, _keyNames, _duplicates);
        }

        List<RowChange> changes = [];
        await foreach (NumberedRows batch in @new.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            AddNew(batch, changes);
            if (_duplicates.Count == 0)
            {
                foreach (RowChange change in changes)
                {
                    yield return change;
                }
            }

            changes.Clear();
            if (_duplicates.Count >= MostExamples)
            {
                break;
            }
        }

        if (_duplicates.Count > 0)
        {
            throw new DuplicateKeyException(_versions.New, _keyNames, _duplicates);
        }

        for (int i = 0; i < _old.Count; i++)
        {
            if (_old.MatchOf(i) < 0)
            {
                (NumberedRows batch, int row) = _old[i];
                yield return new RowChange(
                    RowChangeKind.Removed, KeyOf(batch, row), batch.NumberOf(row), null,
                    [.. _pairs.Select((p, c) => new CellChange(p.Name, batch.Columns[c][row], null))]);
            }
        }
    }

    private void AddOld(NumberedRows batch)
    {
        _old.Keep(batch);
        for (int row = 0; row < batch.Count; row++)
        {
            UInt128 hash = _old.HashOf(batch, row);
            if (_multiset)
            {
                _old.AddTwin(hash, row);
            }
            else if (_old.Find(hash, batch, row) is var twin and >= 0)
            {
                Duplicate(NumberOf(_old, twin), batch, row);
            }
            else
            {
                _old.Add(hash, row);
            }
        }
    }

    private void AddNew(NumberedRows batch, List<RowChange> changes)
    {
        bool kept = false;
        for (int row = 0; row < batch.Count; row++)
        {
            UInt128 hash = _old.HashOf(batch, row);
            int match = _old.Find(hash, batch, row);
            if (match >= 0 && !_multiset && _old.MatchOf(match) >= 0)
            {
                Duplicate(_old.MatchOf(match), batch, row);
                continue;
            }

            if (match >= 0 && _old.TryMatch(match, batch.NumberOf(row)))
            {
                if (!_multiset)
                {
                    AddChanged(match, batch, row, changes);
                }

                continue;
            }

            if (!_multiset)
            {
                if (_added.Find(hash, batch, row) is var twin and >= 0)
                {
                    Duplicate(NumberOf(_added, twin), batch, row);
                    continue;
                }

                if (!kept)
                {
                    _added.Keep(KeyOf(batch));
                    kept = true;
                }

                _added.Add(hash, row);
            }

            changes.Add(new RowChange(
                RowChangeKind.Added, KeyOf(batch, row), null, batch.NumberOf(row),
                [.. _pairs.Select((p, c) => new CellChange(p.Name, null, batch.Columns[c][row]))]));
        }
    }

    private void AddChanged(int match, NumberedRows batch, int row, List<RowChange> changes)
    {
        (NumberedRows before, int at) = _old[match];
        List<CellChange>? cells = null;
        for (int c = 0; c < _pairs.Length; c++)
        {
            if (!_pairs[c].Equal(before.Columns[c], at, batch.Columns[c], row))
            {
                (cells ??= []).Add(new CellChange(_pairs[c].Name, before.Columns[c][at], batch.Columns[c][row]));
            }
        }

        if (cells is not null)
        {
            changes.Add(new RowChange(RowChangeKind.Changed, KeyOf(batch, row), before.NumberOf(at), batch.NumberOf(row), cells));
        }
    }

    // Of an added row nothing but its key is looked at again; the other columns need not be kept.
    private NumberedRows KeyOf(NumberedRows batch) => batch with { Columns = [.. batch.Columns.Select((c, i) => _key.Contains(i) ? c : batch.Columns[_key[0]])] };

    private IReadOnlyList<string?> KeyOf(NumberedRows batch, int row) => _multiset ? [] : [.. _key.Select(k => batch.Columns[k].Text(row))];

    private static long NumberOf(KeyedRows rows, int index)
    {
        (NumberedRows batch, int row) = rows[index];
        return batch.NumberOf(row);
    }

    private void Duplicate(long first, NumberedRows batch, int row)
    {
        if (_duplicates.Count < MostExamples)
        {
            _duplicates.Add((string.Join(", ", KeyOf(batch, row).Select(k => k ?? "null")), first, batch.NumberOf(row)));
        }
    }
}
