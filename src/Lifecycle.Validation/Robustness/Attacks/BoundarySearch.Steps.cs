namespace Lifecycle.Validation;

internal sealed partial class BoundarySearch
{
    /// <summary>Moves each row's point back towards its original until the boundary lies within the tolerance.</summary>
    private async ValueTask BisectAsync(IReadOnlyList<Walker> walkers, CancellationToken cancellationToken)
    {
        foreach (Walker walker in walkers)
        {
            walker.OpenBisection(Scale);
        }

        double[] row = new double[_search.Width];
        for (bool any = true; any;)
        {
            any = false;
            ProbeBlock probes = new(_search.Width);
            List<(Walker Walker, double Middle)> asked = [];
            foreach (Walker walker in walkers)
            {
                while (walker.High - walker.Low > walker.Tolerance && _search.Left(walker.Victim) > 0)
                {
                    any = true;
                    double middle = (walker.Low + walker.High) / 2;
                    walker.Between(middle, Scale, row);
                    if (_search.TryRepair(walker.Victim, row))
                    {
                        probes.Add(walker.Victim, row);
                        asked.Add((walker, middle));
                        break;
                    }

                    walker.Low = middle;
                }
            }

            await _search.AskAsync(probes, cancellationToken).ConfigureAwait(false);
            for (int p = 0; p < probes.Count; p++)
            {
                (Walker walker, double middle) = asked[p];
                if (_search.Turns(walker.Victim, probes.Scores[p]))
                {
                    walker.High = middle;
                    walker.Reached = probes.Row(p).ToArray();
                }
                else
                {
                    walker.Low = middle;
                }
            }
        }

        foreach (Walker walker in walkers)
        {
            walker.CloseBisection(_search);
        }
    }

    private void AddNeighbours(Walker walker, int evaluations, int t, ProbeBlock probes)
    {
        Victim victim = walker.Victim;
        double radius = walker.Radius(t);
        double[] row = new double[_search.Width], direction = new double[walker.Columns.Length];
        for (int i = 0; i < evaluations; i++)
        {
            double squares = 0;
            for (int k = 0; k < direction.Length; k++)
            {
                direction[k] = _norm == AttackNorm.Euclidean ? victim.Random.NextGaussian() : 2 * victim.Random.NextDouble() - 1;
                squares += direction[k] * direction[k];
            }

            double length = Math.Sqrt(squares);
            victim.Current.CopyTo(row, 0);
            for (int k = 0; k < direction.Length; k++)
            {
                row[walker.Columns[k]] += radius * direction[k] / length * Scale(walker.Columns[k]);
            }

            if (_search.TryRepair(victim, row))
            {
                probes.Add(victim, row);
            }
        }
    }

    /// <summary>
    /// Mean of the neighbours' directions, weighted by what their decisions differ from the mean decision; as they are when all agree.
    /// </summary>
    private void EstimateDirections(ProbeBlock probes)
    {
        for (int from = 0, to; from < probes.Count; from = to)
        {
            Victim victim = probes.Victim(from);
            double turned = 0;
            for (to = from; to < probes.Count && ReferenceEquals(probes.Victim(to), victim); to++)
            {
                turned += _search.Turns(victim, probes.Scores[to]) ? 1 : -1;
            }

            double mean = turned / (to - from);
            Walker walker = WalkerOf(victim);
            double[] direction = walker.Direction;
            Array.Clear(direction);
            for (int p = from; p < to; p++)
            {
                double answer = _search.Turns(victim, probes.Scores[p]) ? 1 : -1;
                double weight = Math.Abs(mean) == 1 ? answer : answer - mean;
                ReadOnlySpan<double> row = probes.Row(p);
                for (int k = 0; k < direction.Length; k++)
                {
                    direction[k] += weight * (row[walker.Columns[k]] - victim.Current[walker.Columns[k]]) / Scale(walker.Columns[k]);
                }
            }

            walker.Normalise();
        }
    }

    /// <summary>A step of distance/√t along the direction, halved until it stays on the other side.</summary>
    private async ValueTask WalkAsync(int t, CancellationToken cancellationToken)
    {
        foreach (Walker walker in _active)
        {
            walker.OpenStep(t);
        }

        double[] row = new double[_search.Width];
        for (int halving = 0; halving <= MostHalvings; halving++)
        {
            ProbeBlock probes = new(_search.Width);
            foreach (Walker walker in _active.Where(w => !w.HasMoved && _search.Left(w.Victim) > 0))
            {
                walker.Victim.Current.CopyTo(row, 0);
                for (int k = 0; k < walker.Columns.Length; k++)
                {
                    row[walker.Columns[k]] += walker.Step * walker.Direction[k] * Scale(walker.Columns[k]);
                }

                walker.Step /= 2;
                if (_search.TryRepair(walker.Victim, row))
                {
                    probes.Add(walker.Victim, row);
                }
            }

            if (probes.Count == 0)
            {
                continue;
            }

            await _search.AskAsync(probes, cancellationToken).ConfigureAwait(false);
            for (int p = 0; p < probes.Count; p++)
            {
                if (_search.Turns(probes.Victim(p), probes.Scores[p]))
                {
                    WalkerOf(probes.Victim(p)).MoveTo(probes.Row(p));
                }
            }
        }
    }

    private double Scale(int column) => _search.Table.Columns[column].Figures.StandardDeviation;
}
