namespace Lifecycle.Validation;

/// <summary>The changes a greedy attack may try: a unit is a mutable feature or a one-hot group of mutable features.</summary>
internal sealed class AttackMoves
{
    private const int MostCategories = 20;
    private const int MostProbes = 1 << 18;
    private static readonly double[] Steps = [0.1, 0.5, 1, 2];

    private readonly FeatureTable _table;
    private readonly int[][] _units;
    private readonly double[][] _values;

    public AttackMoves(FeatureTable table)
    {
        _table = table;
        IEnumerable<int[]> single = Enumerable.Range(0, table.Columns.Length)
            .Where(c => !table.Rules.IsFixed(c) && table.Rules.ChoiceOf[c] < 0
                && table.Columns[c].Kind is CellKind.Number or CellKind.Flag or CellKind.Text && table.Columns[c].Figures.Varies)
            .Select(c => new[] { c });
        _units = [.. single, .. table.Rules.Choices.Where(g => !g.Any(table.Rules.IsFixed))];
        _values = [.. _units.Select(u => u.Length > 1 ? [.. u.Select(c => (double)c)] : ValuesOf(table.Columns[u[0]]))];
    }

    public IReadOnlyList<int[]> Units => _units;

    public bool IsNumber(int[] unit) => unit.Length == 1 && _table.Columns[unit[0]].Kind == CellKind.Number;

    /// <summary>Rows in groups whose candidates fit in memory.</summary>
    public IEnumerable<IReadOnlyList<Victim>> Groups(IEnumerable<Victim> victims)
    {
        int candidates = Math.Max(1, _values.Sum(v => v.Length + 2 * Steps.Length));
        return victims.ToArray().Chunk(Math.Max(1, MostProbes / candidates));
    }

    public static bool IsChanged(int[] unit, ReadOnlySpan<double> row, ReadOnlySpan<double> original)
    {
        foreach (int c in unit)
        {
            if (!row[c].Equals(original[c]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The first unit in which two rows differ; -1 when there is none.</summary>
    public int FirstChanged(ReadOnlySpan<double> row, ReadOnlySpan<double> other)
    {
        for (int u = 0; u < _units.Length; u++)
        {
            if (IsChanged(_units[u], row, other))
            {
                return u;
            }
        }

        return -1;
    }

    public void AddCandidates(AttackSearch search, Victim victim, int maxFeatures, ProbeBlock probes)
    {
        int before = probes.Count;
        double[] row = new double[search.Width];
        HashSet<double> tried = [];
        for (int u = 0; u < _units.Length; u++)
        {
            int[] unit = _units[u];
            tried.Clear();
            foreach (double value in Offers(u, victim))
            {
                if (search.Left(victim) <= 0)
                {
                    break;
                }

                victim.Current.CopyTo(row, 0);
                Put(unit, value, row);
                bool isNew = search.TryRepair(victim, row) && !row.AsSpan().SequenceEqual(victim.Current)
                    && (unit.Length > 1 || tried.Add(row[unit[0]]));
                if (isNew && ChangedUnits(row, victim.Original) <= maxFeatures && search.CostOf(victim, row) <= search.MaxCost)
                {
                    probes.Add(victim, row);
                }
            }
        }

        victim.IsDone = probes.Count == before;
    }

    private static void Put(int[] unit, double value, Span<double> row)
    {
        if (unit.Length == 1)
        {
            row[unit[0]] = value;
            return;
        }

        foreach (int c in unit)
        {
            row[c] = c == (int)value ? 1 : 0;
        }
    }

    private IEnumerable<double> Offers(int u, Victim victim)
    {
        int column = _units[u][0];
        double current = victim.Current[column];
        if (double.IsNaN(current))
        {
            yield break;
        }

        if (IsNumber(_units[u]))
        {
            double deviation = _table.Columns[column].Figures.StandardDeviation;
            foreach (double step in Steps)
            {
                yield return current - step * deviation;
                yield return current + step * deviation;
            }
        }

        foreach (double value in _values[u])
        {
            yield return value;
        }
    }

    private int ChangedUnits(ReadOnlySpan<double> row, ReadOnlySpan<double> original)
    {
        int changed = 0;
        foreach (int[] unit in _units)
        {
            changed += IsChanged(unit, row, original) ? 1 : 0;
        }

        return changed;
    }

    private static double[] ValuesOf(CodedColumn column) => column.Kind switch
    {
        CellKind.Text => column.Figures.MostFrequent(MostCategories),
        CellKind.Flag => [0, 1],
        _ => [.. Enumerable.Range(0, 21).Select(k => column.Figures.Quantile(k == 0 ? 0.01 : k == 20 ? 0.99 : 0.05 * k)).Distinct()],
    };
}
