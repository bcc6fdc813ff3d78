namespace Lifecycle.Validation;

/// <summary>A walk along the decision boundary, all rows side by side.</summary>
internal sealed partial class BoundarySearch
{
    private const int MostStarts = 100;
    private const int StartsARound = 10;
    private const int MostHalvings = 40;
    private const int FirstEvaluations = 100;
    private const int MostEvaluations = 10_000;
    private const int MostProbes = 1 << 18;

    // A step needs some answers for its direction, and the walk and the bisection after it.
    private const int LeastEvaluations = 10;
    private const int Reserve = 30;

    private readonly AttackSearch _search;
    private readonly AttackNorm _norm;
    private readonly List<Walker> _active = [];
    private readonly Dictionary<Victim, Walker> _byVictim = new(ReferenceEqualityComparer.Instance);

    public BoundarySearch(AttackSearch search, AttackNorm norm)
    {
        _search = search;
        _norm = norm;
        FeatureTable table = search.Table;
        int[] numbers =
        [
            .. Enumerable.Range(0, table.Columns.Length).Where(c =>
                table.Columns[c].Kind == CellKind.Number && table.Columns[c].Figures.Varies
                && !table.Rules.IsFixed(c) && table.Rules.ChoiceOf[c] < 0),
        ];
        foreach (Victim victim in search.Victims)
        {
            int[] present = [.. numbers.Where(c => double.IsFinite(victim.Original[c]))];
            if (present.Length > 0)
            {
                Walker walker = new(victim, present, norm);
                _active.Add(walker);
                _byVictim.Add(victim, walker);
            }
        }
    }

    public IReadOnlyList<Walker> Active => _active;

    /// <summary>Finds for each row a lawful point with the other decision and bisects to the boundary.</summary>
    public async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        int[][] others = [DecidedOtherThan(false), DecidedOtherThan(true)];
        for (int tried = 0; tried < MostStarts; tried += StartsARound)
        {
            ProbeBlock probes = new(_search.Width);
            foreach (Walker walker in _active.Where(w => !w.HasStarted))
            {
                AddStarts(walker, others[walker.Victim.Label ? 1 : 0], fromRows: tried < MostStarts / 2, probes);
            }

            await _search.AskAsync(probes, cancellationToken).ConfigureAwait(false);
            for (int p = 0; p < probes.Count; p++)
            {
                Walker walker = WalkerOf(probes.Victim(p));
                if (_search.Turns(walker.Victim, probes.Scores[p]))
                {
                    walker.StartAt(probes.Row(p));
                }
            }
        }

        _active.RemoveAll(w => !w.HasStarted);
        await BisectAsync(_active, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>One iteration: direction from random neighbours, step, bisection.</summary>
    public async ValueTask StepAsync(int t, CancellationToken cancellationToken)
    {
        _active.RemoveAll(w => _search.Left(w.Victim) < LeastEvaluations + Reserve || !(w.Distance > 0));
        int evaluations = (int)Math.Min(FirstEvaluations * Math.Sqrt(t), MostEvaluations);
        foreach (Walker[] group in _active.ToArray().Chunk(Math.Max(1, MostProbes / evaluations)))
        {
            ProbeBlock probes = new(_search.Width);
            foreach (Walker walker in group)
            {
                AddNeighbours(walker, Math.Min(evaluations, _search.Left(walker.Victim) - Reserve), t, probes);
            }

            await _search.AskAsync(probes, cancellationToken).ConfigureAwait(false);
            EstimateDirections(probes);
        }

        _active.RemoveAll(w => !w.HasDirection);
        await WalkAsync(t, cancellationToken).ConfigureAwait(false);
        await BisectAsync([.. _active.Where(w => w.HasMoved)], cancellationToken).ConfigureAwait(false);
    }

    private int[] DecidedOtherThan(bool label) =>
        [.. Enumerable.Range(0, _search.Set.Count).Where(i => _search.Set.Predictions[i] != label)];

    private Walker WalkerOf(Victim victim) => _byVictim[victim];

    /// <summary>
    /// Numbers of other rows with the other decision, then numbers anywhere in the range of their columns; what else the row holds stays.
    /// </summary>
    private void AddStarts(Walker walker, int[] others, bool fromRows, ProbeBlock probes)
    {
        Victim victim = walker.Victim;
        double[] row = new double[_search.Width];
        for (int i = 0; i < StartsARound && _search.Left(victim) > Reserve; i++)
        {
            victim.Original.CopyTo(row, 0);
            int donor = fromRows && others.Length > 0 ? others[victim.Random.NextBelow(others.Length)] : -1;
            foreach (int c in walker.Columns)
            {
                CodedColumn column = _search.Table.Columns[c];
                double value = donor >= 0 ? column.Values[donor]
                    : column.Figures.Minimum + victim.Random.NextDouble() * column.Figures.Span;
                row[c] = double.IsFinite(value) ? value : row[c];
            }

            if (_search.TryRepair(victim, row))
            {
                probes.Add(victim, row);
            }
        }
    }
}
