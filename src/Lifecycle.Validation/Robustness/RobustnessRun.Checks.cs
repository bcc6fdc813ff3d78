using Lifecycle.Statistics;

namespace Lifecycle.Validation;

internal sealed partial class RobustnessRun
{
    private RobustnessLevel Worst(WorstShareCheck check, double confidence, double lowerConfidence)
    {
        (double worst, double excess, double error) = check.Of(Set);
        if (confidence == Confidence.None)
        {
            return Start(check, MetricValue.Of(worst), MetricValue.Of(excess)) with { Lower = excess, Upper = excess, Method = "point" };
        }

        if (Set.Count * check.Level < 10 || !double.IsFinite(error))
        {
            return Start(check, MetricValue.Of(worst),
                MetricValue.Undefined(UndefinedReason.TooFewRows)) with { Note = "The worst share holds fewer than 10 rows." };
        }

        return Start(check, MetricValue.Of(worst), MetricValue.Of(excess)) with
        {
            Lower = excess - NormalDistribution.Quantile(lowerConfidence) * error,
            Upper = excess + NormalDistribution.Quantile(confidence) * error,
            Method = "conditional value at risk",
        };
    }

    private async ValueTask<RobustnessLevel> RepeatAsync(BatchInvarianceCheck check, MeteredPredictor predictor,
        CancellationToken cancellationToken)
    {
        EvaluationSet plain = await PlainAsync(predictor, cancellationToken).ConfigureAwait(false);
        ColumnBatch rows = Set.FeatureBatch();
        int[] numbers = Check.Rows;
        int few = Math.Min(Set.Count, BatchInvarianceCheck.MostRows);
        ColumnBatch first = RowBlock.Of(rows, 0, few);
        string? difference = null;
        foreach (int size in BatchInvarianceCheck.Batches)
        {
            double[] again = await predictor.ScoreAsync(first, cancellationToken, numbers, size).ConfigureAwait(false);
            difference ??= Difference(check, plain, again, FormattableString.Invariant($"in batches of {size}"));
        }

        for (int shuffle = 0; shuffle < 2; shuffle++)
        {
            int[] order = [.. Enumerable.Range(0, Set.Count)];
            new RandomStream(_options.Seed, ((ulong)check.Family << 32) | (uint)shuffle).Shuffle<int>(order);
            double[] mixed = await predictor.ScoreAsync(rows.Rows(order), cancellationToken,
                [.. order.Select(i => numbers[i])]).ConfigureAwait(false);
            double[] again = new double[mixed.Length];
            for (int i = 0; i < order.Length; i++)
            {
                again[order[i]] = mixed[i];
            }

            difference ??= Difference(check, plain, again, "in another order");
        }

        double found = difference is null ? 0 : 1;
        return Start(check, MetricValue.Of(found), MetricValue.Of(found)) with { Lower = found, Upper = found,
            Method = "exact", Note = difference };
    }

    private string? Difference(BatchInvarianceCheck check, EvaluationSet plain, double[] again, string how)
    {
        for (int i = 0; i < again.Length; i++)
        {
            double score = plain.Answer(i);
            bool isOther = plain.Turns(i, again[i], _options.FlipShare);
            if (isOther || Math.Abs(score - again[i]) > check.Level * Math.Max(1, Math.Abs(score)))
            {
                return FormattableString.Invariant(
                    $"Row {Check.Rows[i]} scores {score} and {how} {again[i]}{(isOther ? ", which is another decision" : "")}.");
            }
        }

        return null;
    }

    private async ValueTask<RobustnessLevel?> FlipAsync(
        ProtectedFlipCheck check, double confidence, double lowerConfidence, MeteredPredictor predictor,
            CancellationToken cancellationToken)
    {
        EvaluationSet plain = await PlainAsync(predictor, cancellationToken).ConfigureAwait(false);
        EvaluationSet free = Set.Released(check.FeatureName);
        FeatureTable table = free.Table();
        int column = table.PositionOf(check.FeatureName);
        double[] values = check.ValuesOf(table.Columns[column]);
        if (values.Length < 2)
        {
            return null;
        }

        bool[] flipped = new bool[Set.Count];
        int infeasible = 0;
        foreach (double value in values)
        {
            Draft draft = ProtectedFlipCheck.Change(table, column, value);
            ConstraintRepair.Apply(draft);
            infeasible = Math.Max(infeasible, draft.InfeasibleCount);
            double[] scores = await predictor.ScoreAsync(draft.Decode(), cancellationToken, Check.Rows).ConfigureAwait(false);
            for (int i = 0; i < scores.Length; i++)
            {
                flipped[i] |= plain.Turns(i, scores[i], _options.FlipShare);
            }
        }

        int flips = flipped.Count(f => f), first = Array.IndexOf(flipped, true);
        MetricValue rate = MetricValue.Quotient(flips, flipped.Length, UndefinedReason.NoRows);
        RobustnessLevel level = Flips(Start(check, rate, rate), flips, flipped.Length, confidence);
        Interval low = confidence == Confidence.None ? new Interval(rate.Value, rate.Value)
            : BinomialInterval.Wilson(flips, flipped.Length, 2 * lowerConfidence - 1);
        return level with
        {
            Lower = low.Lower,
            Upper = level.FlipUpper,
            Method = "Wilson",
            InfeasibleShare = (double)infeasible / Set.Count,
            Note = first < 0 ? null
                : FormattableString.Invariant($"{flips:N0} of {flipped.Length:N0} decisions turn, the first is row {Check.Rows[first]}."),
        };
    }
}
