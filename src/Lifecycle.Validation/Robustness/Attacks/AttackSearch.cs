using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>
/// The rows under attack and the model: asks about probes of all rows in shared batches and keeps the best example of each row.
/// </summary>
internal sealed class AttackSearch
{
    private const ulong Family = 32;

    private readonly Distance _distance;
    private readonly QueryBudget _budget;
    private readonly double _maxCost, _threshold;
    private readonly MeteredPredictor _predictor;
    private readonly int[] _numbers;
    private readonly WordList[] _words;

    public AttackSearch(EvaluationSet plain, Distance distance, QueryBudget budget, double maxCost, ulong seed, MeteredPredictor predictor,
        int[] numbers)
    {
        Set = plain;
        Table = plain.Table();
        _distance = distance;
        _budget = budget;
        _maxCost = maxCost;
        _threshold = plain.Threshold ?? 0.5;
        _predictor = predictor;
        _numbers = numbers;
        _words = [.. Table.Columns.Select(c => new WordList(c.Words))];
        List<Victim> victims = [];
        for (int i = 0; i < plain.Count; i++)
        {
            if (plain.Predictions[i] == plain.Labels[i])
            {
                double[] original = new double[Width];
                Table.CopyRow(i, original);
                victims.Add(new Victim(i, plain.Labels[i], original, new RandomStream(seed, (Family << 32) | (uint)i)));
            }
        }

        Victims = victims;
    }

    public EvaluationSet Set { get; }

    public FeatureTable Table { get; }

    public int Width => Table.Columns.Length;

    public IReadOnlyList<Victim> Victims { get; }

    public double MaxCost => _maxCost;

    /// <summary>Questions left for a row; one is kept for the confirmation.</summary>
    public int Left(Victim victim) => _budget.PerRow - 1 - victim.Queries;

    public double CostOf(Victim victim, ReadOnlySpan<double> row) => _distance(victim.Original, row);

    /// <summary>Whether a score turns the decision.</summary>
    public bool Turns(Victim victim, double score) => score >= _threshold != victim.Label;

    /// <summary>Score of the true class; less is nearer to a turned decision.</summary>
    public static double TrueClass(Victim victim, double score) => victim.Label ? score : -score;

    /// <summary>Makes a changed row lawful; false when it cannot be, or is the original again.</summary>
    public bool TryRepair(Victim victim, Span<double> row) =>
        Table.Rules.TryRepair(row, victim.Original) && !row.SequenceEqual(victim.Original);

    /// <summary>Asks about all probes; the cheapest that turns a decision becomes the best of its row.</summary>
    public async ValueTask AskAsync(ProbeBlock probes, CancellationToken cancellationToken)
    {
        probes.Scores = probes.Count == 0 ? [] : await ScoreAsync(probes, cancellationToken).ConfigureAwait(false);
        for (int i = 0; i < probes.Count; i++)
        {
            Victim victim = probes.Victim(i);
            if (Turns(victim, probes.Scores[i]))
            {
                double cost = CostOf(victim, probes.Row(i));
                if (cost < victim.BestCost && cost <= _maxCost)
                {
                    (victim.Best, victim.BestCost) = (probes.Row(i).ToArray(), cost);
                }
            }
        }
    }

    /// <summary>Asks once more about what was found; an example that does not turn the decision again is dropped and counted.</summary>
    public async ValueTask<int> ConfirmAsync(CancellationToken cancellationToken)
    {
        ProbeBlock probes = new(Width);
        foreach (Victim victim in Victims)
        {
            if (victim.Best is { } best)
            {
                probes.Add(victim, best);
            }
        }

        double[] scores = probes.Count == 0 ? [] : await ScoreAsync(probes, cancellationToken).ConfigureAwait(false);
        int dropped = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            Victim victim = probes.Victim(i);
            if (!Turns(victim, scores[i]))
            {
                (victim.Best, victim.BestCost) = (null, double.PositiveInfinity);
                dropped++;
            }
        }

        return dropped;
    }

    public ColumnBatch Decode(IReadOnlyList<Victim> victims, Func<int, int, double> cell)
    {
        int[] rows = [.. victims.Select(v => v.Row)];
        return new ColumnBatch(Table.Columns.Select((column, c) =>
        {
            double[] cells = new double[rows.Length];
            for (int i = 0; i < cells.Length; i++)
            {
                cells[i] = cell(i, c);
            }

            return column.Decode(cells, _words[c], rows);
        }));
    }

    private async ValueTask<double[]> ScoreAsync(ProbeBlock probes, CancellationToken cancellationToken)
    {
        // So many rows at a time are decoded that the memory does not grow with the number of probes.
        const int Decoded = 8 * MeteredPredictor.MostRows;
        double[] scores = new double[probes.Count];
        for (int from = 0; from < scores.Length; from += Decoded)
        {
            int start = from;
            Victim[] victims = [.. Enumerable.Range(from, Math.Min(Decoded, scores.Length - from)).Select(probes.Victim)];
            ColumnBatch batch = Decode(victims, (i, c) => probes.Cell(start + i, c));
            double[] part = await _predictor.ScoreAsync(batch, cancellationToken, [.. victims.Select(v => _numbers[v.Row])]).ConfigureAwait(
                false);
            part.CopyTo(scores, from);
        }

        return scores;
    }
}
