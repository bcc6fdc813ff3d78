using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>
/// Changes one feature after the other. In each step every mutable feature offers candidates (numbers: the 1, 5, 10, ... 95, 99 % quantiles
/// and steps of ±.1, .5, 1 and 2 standard deviations; texts: the 20 most frequent; flags and one-hot groups: the others). When some turn
/// the decision the search ends, else the one with the lowest score of the true class is kept. Of the candidates that turn it, the cheapest
/// of each feature, five at most, are refined: changed features are taken back where that is possible, and each changed number is moved
/// towards its original by ten bisections.
/// </summary>
public sealed class GreedyCoordinateAttack : Attack
{
    internal const string KindName = "greedyCoordinate";
    private const int MostRefined = 5;

    /// <summary>The budget when nobody says otherwise.</summary>
    public static readonly QueryBudget DefaultBudget = new(2_000);

    /// <summary>Makes the attack.</summary>
    /// <param name="maxFeatures">Most features that may be changed in one row, at least 1; a one-hot group counts as one.</param>
    public GreedyCoordinateAttack(int maxFeatures = 3)
        : base(DefaultBudget) => MaxFeatures = maxFeatures;

    /// <summary>Most features that may be changed in one row.</summary>
    public int MaxFeatures { get; }

    /// <inheritdoc/>
    public override string Kind => KindName;

    internal override string Settings => FormattableString.Invariant($"a greedy search over {MaxFeatures} feature{(MaxFeatures == 1 ? "" : "s")}");

    internal override IEnumerable<string> Problems()
    {
        foreach (string problem in base.Problems())
        {
            yield return problem;
        }

        if (MaxFeatures < 1)
        {
            yield return $"maxFeatures of the attack is {MaxFeatures}; it must be at least 1.";
        }
    }

    internal override async ValueTask SearchAsync(AttackSearch search, CancellationToken cancellationToken)
    {
        AttackMoves moves = new(search.Table);
        for (int step = 0; step < MaxFeatures; step++)
        {
            foreach (IReadOnlyList<Victim> group in moves.Groups(search.Victims.Where(v => !v.IsDone && v.Best is null)))
            {
                ProbeBlock probes = new(search.Width);
                foreach (Victim victim in group)
                {
                    moves.AddCandidates(search, victim, MaxFeatures, probes);
                }

                await search.AskAsync(probes, cancellationToken).ConfigureAwait(false);
                TakeLowest(search, moves, probes);
            }
        }

        await new AttackRefinement(search, moves).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    internal override void WriteProperties(Utf8JsonWriter writer) => writer.WriteNumber("maxFeatures", MaxFeatures);

    private static void TakeLowest(AttackSearch search, AttackMoves moves, ProbeBlock probes)
    {
        for (int from = 0, to; from < probes.Count; from = to)
        {
            Victim victim = probes.Victim(from);
            int best = from;
            Dictionary<int, (double Cost, int Probe)> found = [];
            for (to = from; to < probes.Count && ReferenceEquals(probes.Victim(to), victim); to++)
            {
                double score = AttackSearch.TrueClass(victim, probes.Scores[to]),
                    least = AttackSearch.TrueClass(victim, probes.Scores[best]);
                double cost = search.CostOf(victim, probes.Row(to));
                if (score < least || (score == least && cost < search.CostOf(victim, probes.Row(best))))
                {
                    best = to;
                }

                int unit = moves.FirstChanged(probes.Row(to), victim.Current);
                if (search.Turns(victim, probes.Scores[to])
                    && !(found.TryGetValue(unit, out (double Cost, int Probe) other) && other.Cost <= cost))
                {
                    found[unit] = (cost, to);
                }
            }

            victim.Found = [.. found.Values.OrderBy(f => f.Cost).ThenBy(f =>
                AttackSearch.TrueClass(victim, probes.Scores[f.Probe])).Take(MostRefined).Select(f => probes.Row(f.Probe).ToArray())];
            victim.Current = probes.Row(best).ToArray();
        }
    }
}
