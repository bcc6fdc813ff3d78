using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>What an attack found.</summary>
public sealed record AttackResult
{
    /// <summary>The attack with its settings.</summary>
    public required string Attack { get; init; }

    /// <summary>Rows that were attacked: those the model gets right and that keep all rules.</summary>
    public required int Rows { get; init; }

    /// <summary>Rows the model gets wrong as they are.</summary>
    public int WrongRows { get; init; }

    /// <summary>Rows that break a rule as they are and were left out.</summary>
    public int LeftOut { get; init; }

    /// <summary>Rules that contradict each other or the data.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Rows whose decision was turned, confirmed by a last call.</summary>
    public required int Successes { get; init; }

    /// <summary>
    /// Examples that did not turn the decision when the model was asked again; 0 for a model that gives the same answers for the same rows.
    /// </summary>
    public int Unconfirmed { get; init; }

    /// <summary><see cref="Successes"/> out of <see cref="Rows"/>; undefined when no row was attacked.</summary>
    public MetricValue SuccessRate => MetricValue.Quotient(Successes, Rows, UndefinedReason.NoRows);

    /// <summary>Lower bound of the success rate (Wilson), one-sided.</summary>
    public double Lower { get; init; }

    /// <summary>Upper bound of the success rate (Wilson), one-sided.</summary>
    public double Upper { get; init; }

    /// <summary>Confidence of each bound; 0 when plain figures were compared.</summary>
    public required double Confidence { get; init; }

    /// <summary>Median number of questions about an attacked row.</summary>
    public double MedianQueries { get; init; }

    /// <summary>Median cost of the examples; null when there is none.</summary>
    public double? MedianCost { get; init; }

    /// <summary>All questions asked about attacked rows.</summary>
    public long Queries { get; init; }

    /// <summary>Calls of the model.</summary>
    public long ModelCalls { get; init; }

    /// <summary>The cheapest example of each row that has one, in the order of the rows.</summary>
    public IReadOnlyList<AttackExample> Examples { get; init; } = [];

    /// <summary>
    /// The examples as rows the model can score, in the order of <see cref="Examples"/>; null when there is none, and in a report that was
    /// read back.
    /// </summary>
    public ColumnBatch? ExampleRows { get; init; }

    internal static AttackResult Of(
        Attack attack, RobustnessRun run, EvaluationSet set, IReadOnlyList<Victim> victims, int unconfirmed, double confidence,
            MeteredPredictor predictor)
    {
        Victim[] found = [.. victims.Where(v => v.Best is not null)];
        FeatureTable table = run.Set.Table();
        double rate = victims.Count == 0 ? 0 : (double)found.Length / victims.Count;
        Interval bounds = confidence == Validation.Confidence.None ? new Interval(rate, rate)
            : BinomialInterval.Wilson(found.Length, victims.Count, 2 * confidence - 1);
        int[] rows = [.. found.Select(v => v.Row)];
        BatchColumn[] columns = found.Length == 0 ? []
            : [.. table.Columns.Select((c, k) => c.Decode([.. found.Select(v => v.Best![k])], new WordList(c.Words), rows))];
        return new AttackResult
        {
            Attack = attack.ToString(),
            Rows = victims.Count,
            WrongRows = run.Set.Count - victims.Count,
            LeftOut = run.LeftOut(set),
            Problems = run.Check.Problems,
            Successes = found.Length,
            Unconfirmed = unconfirmed,
            Lower = bounds.Lower,
            Upper = bounds.Upper,
            Confidence = confidence,
            MedianQueries = Median([.. victims.Select(v => (double)v.Queries)]) ?? 0,
            MedianCost = Median([.. found.Select(v => v.BestCost)]),
            Queries = victims.Sum(v => (long)v.Queries),
            ModelCalls = predictor.Calls,
            Examples = [.. found.Select((v, i) =>
                new AttackExample(run.Check.Rows[v.Row], v.BestCost, v.Queries, [.. Changes(table, v, columns, i)]))],
            ExampleRows = columns.Length == 0 ? null : new ColumnBatch(columns),
        };
    }

    private static IEnumerable<FeatureChange> Changes(FeatureTable table, Victim victim, BatchColumn[] columns, int example)
    {
        for (int c = 0; c < columns.Length; c++)
        {
            if (!victim.Best![c].Equals(victim.Original[c]))
            {
                yield return new FeatureChange(columns[c].Name, table.Columns[c].Feature.Column.Text(victim.Row), columns[c].Text(example));
            }
        }
    }

    private static double? Median(double[] values)
    {
        Array.Sort(values);
        return values.Length == 0 ? null : (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }
}

/// <summary>A lawful change of one row that turns its decision.</summary>
/// <param name="Row">Row of the set.</param>
/// <param name="Cost">
/// √(Σ(Δ/standard deviation)² + changed categories), or the largest Δ/standard deviation where the attack measures that.
/// </param>
/// <param name="Queries">Questions asked about the row.</param>
/// <param name="Changes">What changed; empty in a report that was read back, since reports hold no values of rows.</param>
public sealed record AttackExample(int Row, double Cost, int Queries, IReadOnlyList<FeatureChange> Changes);

/// <summary>A changed cell.</summary>
/// <param name="Feature">Name of the feature.</param>
/// <param name="From">The value that was there, as text; null for a missing one.</param>
/// <param name="To">The value that turned the decision, as text.</param>
public sealed record FeatureChange(string Feature, string? From, string? To);
