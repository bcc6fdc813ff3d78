namespace Lifecycle.Validation;

/// <summary>Makes found examples cheaper: takes changed features back, then bisects the numbers that stay changed.</summary>
internal sealed class AttackRefinement(AttackSearch search, AttackMoves moves)
{
    private const int Bisections = 10;

    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        (Victim Victim, int[][] Units)[] found = [.. search.Victims.Where(v => v.Best is not null).Select(v => (v, Changed(v)))];
        int most = found.Select(f => f.Units.Length).DefaultIfEmpty().Max();
        for (int u = 0; most > 1 && u < most; u++)
        {
            await TakeBackAsync(found, u, cancellationToken).ConfigureAwait(false);
        }

        for (int u = 0; u < most; u++)
        {
            await BisectAsync(found, u, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The changed units of a row, the dearest first.</summary>
    private int[][] Changed(Victim victim)
    {
        victim.Current = victim.Best!;
        return [.. moves.Units.Where(u => AttackMoves.IsChanged(u, victim.Best, victim.Original)).OrderByDescending(u => CostOfUnit(victim, u))];
    }

    private double CostOfUnit(Victim victim, int[] unit)
    {
        double[] alone = [.. victim.Original];
        foreach (int c in unit)
        {
            alone[c] = victim.Current[c];
        }

        return search.CostOf(victim, alone);
    }

    private async ValueTask TakeBackAsync((Victim Victim, int[][] Units)[] found, int u, CancellationToken cancellationToken)
    {
        ProbeBlock probes = new(search.Width);
        double[] row = new double[search.Width];
        foreach ((Victim victim, int[][] units) in found)
        {
            if (u < units.Length && units.Length > 1 && search.Left(victim) > 0)
            {
                victim.Current.CopyTo(row, 0);
                foreach (int c in units[u])
                {
                    row[c] = victim.Original[c];
                }

                if (search.TryRepair(victim, row) && search.CostOf(victim, row) < search.CostOf(victim, victim.Current))
                {
                    probes.Add(victim, row);
                }
            }
        }

        await search.AskAsync(probes, cancellationToken).ConfigureAwait(false);
        Accept(probes);
    }

    private async ValueTask BisectAsync((Victim Victim, int[][] Units)[] found, int u, CancellationToken cancellationToken)
    {
        (Victim Victim, int Column)[] numbers =
        [
            .. found.Where(f => u < f.Units.Length && moves.IsNumber(f.Units[u]) && AttackMoves.IsChanged(f.Units[u], f.Victim.Current, f.Victim.Original))
                .Select(f => (f.Victim, f.Units[u][0])),
        ];
        double[] held = [.. numbers.Select(n => n.Victim.Original[n.Column])];
        double[] row = new double[search.Width];
        for (int round = 0; round < Bisections; round++)
        {
            ProbeBlock probes = new(search.Width);
            List<(int Number, double Middle)> asked = [];
            for (int i = 0; i < numbers.Length; i++)
            {
                (Victim victim, int column) = numbers[i];
                double middle = held[i] + (victim.Current[column] - held[i]) / 2;
                victim.Current.CopyTo(row, 0);
                row[column] = middle;
                if (search.Left(victim) > 0 && search.TryRepair(victim, row) && !row.AsSpan().SequenceEqual(victim.Current))
                {
                    probes.Add(victim, row);
                    asked.Add((i, middle));
                }
            }

            await search.AskAsync(probes, cancellationToken).ConfigureAwait(false);
            for (int p = 0; p < probes.Count; p++)
            {
                if (!search.Turns(probes.Victim(p), probes.Scores[p]))
                {
                    held[asked[p].Number] = asked[p].Middle;
                }
            }

            Accept(probes);
        }
    }

    private void Accept(ProbeBlock probes)
    {
        for (int p = 0; p < probes.Count; p++)
        {
            if (search.Turns(probes.Victim(p), probes.Scores[p]))
            {
                probes.Victim(p).Current = probes.Row(p).ToArray();
            }
        }
    }
}
