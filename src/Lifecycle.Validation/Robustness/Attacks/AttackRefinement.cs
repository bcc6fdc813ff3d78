namespace Lifecycle.Validation;

/// <summary>Makes found examples cheaper: takes changed features back, then bisects the numbers that stay changed.</summary>
internal sealed class AttackRefinement(AttackSearch search, AttackMoves moves)
{
    private const int Bisections = 10;

    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        Trail[] trails = [.. search.Victims.SelectMany(v => v.Found.Select(f => new Trail(v, f, Changed(v, f))))];
        int most = trails.Select(t => t.Units.Length).DefaultIfEmpty().Max();
        for (int u = 0; most > 1 && u < most; u++)
        {
            await TakeBackAsync(trails, u, cancellationToken).ConfigureAwait(false);
        }

        for (int u = 0; u < most; u++)
        {
            await BisectAsync(trails, u, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The changed units of a row, the dearest first.</summary>
    private int[][] Changed(Victim victim, double[] row) =>
        [.. moves.Units.Where(u => AttackMoves.IsChanged(u, row, victim.Original)).OrderByDescending(u => CostOfUnit(victim, row, u))];

    private double CostOfUnit(Victim victim, double[] row, int[] unit)
    {
        double[] alone = [.. victim.Original];
        foreach (int c in unit)
        {
            alone[c] = row[c];
        }

        return search.CostOf(victim, alone);
    }

    private async ValueTask TakeBackAsync(Trail[] trails, int u, CancellationToken cancellationToken)
    {
        ProbeBlock probes = new(search.Width);
        List<Trail> asked = [];
        double[] row = new double[search.Width];
        foreach (Trail trail in trails.Where(t => u < t.Units.Length && t.Units.Length > 1 && search.Left(t.Victim) > 0))
        {
            trail.Current.CopyTo(row, 0);
            foreach (int c in trail.Units[u])
            {
                row[c] = trail.Victim.Original[c];
            }

            if (search.Left(trail.Victim) > 0 && search.TryRepair(trail.Victim, row)
                && search.CostOf(trail.Victim, row) < search.CostOf(trail.Victim, trail.Current))
            {
                probes.Add(trail.Victim, row);
                asked.Add(trail);
            }
        }

        await search.AskAsync(probes, cancellationToken).ConfigureAwait(false);
        for (int p = 0; p < probes.Count; p++)
        {
            asked[p].Answer(search, probes, p);
        }
    }

    private async ValueTask BisectAsync(Trail[] trails, int u, CancellationToken cancellationToken)
    {
        (Trail Trail, int Column)[] numbers =
        [
            .. trails.Where(t => u < t.Units.Length && moves.IsNumber(t.Units[u])
                && AttackMoves.IsChanged(t.Units[u], t.Current, t.Victim.Original)).Select(t => (t, t.Units[u][0])),
        ];
        double[] held = [.. numbers.Select(n => n.Trail.Victim.Original[n.Column])];
        double[] row = new double[search.Width];
        for (int round = 0; round < Bisections; round++)
        {
            ProbeBlock probes = new(search.Width);
            List<(int Number, double Middle)> asked = [];
            for (int i = 0; i < numbers.Length; i++)
            {
                (Trail trail, int column) = numbers[i];
                double middle = held[i] + (trail.Current[column] - held[i]) / 2;
                trail.Current.CopyTo(row, 0);
                row[column] = middle;
                if (search.Left(trail.Victim) > 0 && search.TryRepair(trail.Victim, row) && !row.AsSpan().SequenceEqual(trail.Current))
                {
                    probes.Add(trail.Victim, row);
                    asked.Add((i, middle));
                }
            }

            await search.AskAsync(probes, cancellationToken).ConfigureAwait(false);
            for (int p = 0; p < probes.Count; p++)
            {
                (int number, double middle) = asked[p];
                if (!numbers[number].Trail.Answer(search, probes, p))
                {
                    held[number] = middle;
                }
            }
        }
    }

    /// <summary>One example on its way back to the original.</summary>
    private sealed class Trail(Victim victim, double[] current, int[][] units)
    {
        public Victim Victim { get; } = victim;

        public double[] Current { get; private set; } = current;

        public int[][] Units { get; } = units;

        /// <summary>Goes on from a probe that still turns the decision.</summary>
        public bool Answer(AttackSearch search, ProbeBlock probes, int probe)
        {
            bool turns = search.Turns(Victim, probes.Scores[probe]);
            Current = turns ? probes.Row(probe).ToArray() : Current;
            return turns;
        }
    }
}
