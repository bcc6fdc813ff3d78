using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>From p-values and effects to verdicts: the correction over the tested columns, then the two conditions.</summary>
internal static class Judgement
{
    public static ColumnFinding[] Of(IReadOnlyList<ColumnFinding> findings, DriftPolicy policy)
    {
        int[] tested = [.. Enumerable.Range(0, findings.Count).Where(i => findings[i].Verdict != DriftVerdict.NotTested)];
        double[] adjusted = Adjust([.. tested.Select(i => findings[i].LogPValue)], policy.Correction);
        ColumnFinding[] judged = [.. findings];
        double[] atBest = Array.Exists(tested, i => findings[i].Doubt is not null)
            ? Adjust([.. tested.Select(i => findings[i].Doubt?.LeastLogPValue ?? findings[i].LogPValue)], policy.Correction)
            : adjusted;
        VisibleIndex visible = new(policy, tested.Length);
        double level = Math.Log(policy.Alpha);
        for (int i = 0; i < tested.Length; i++)
        {
            ColumnFinding finding = findings[tested[i]];
            (Effect effect, double floor, double value) = policy.Judge(finding);
            judged[tested[i]] = finding with
            {
                LogAdjustedPValue = adjusted[i],
                Effect = effect,
                EffectFloor = floor,
                EffectValue = value,
                SmallestVisibleIndex = visible.Of(finding),
                Verdict = adjusted[i] > level ? DriftVerdict.Stable : value >= floor ? DriftVerdict.Drift : DriftVerdict.Slight,
            };
            if (finding.Doubt is not null)
            {
                judged[tested[i]] = WithDoubt(judged[tested[i]], atBest[i] <= level, visible.Level);
            }
        }

        return judged;
    }

    /// <summary>Too coarse: not significant at the weak end, significant at the strong one, and an error of more than half the critical distance.</summary>
    private static ColumnFinding WithDoubt(ColumnFinding finding, bool isPossible, double alpha)
    {
        SketchDoubt doubt = SketchBounds.Decided(finding, alpha);
        bool isOpen = finding.Verdict == DriftVerdict.Stable && isPossible && doubt.RankError > 0.5 * doubt.CriticalDistance;
        return finding with
        {
            Doubt = doubt,
            Verdict = isOpen ? DriftVerdict.TooCoarse : finding.Verdict,
            Reason = isOpen ? SketchBounds.Reason(doubt) : finding.Reason,
        };
    }

    /// <summary>
    /// Corrects p-values given as natural logarithms, so that those too small for a double stay apart (Holm 1979, Bonferroni, Benjamini and
    /// Hochberg 1995, Benjamini and Yekutieli 2001).
    /// </summary>
    public static double[] Adjust(double[] logPValues, DriftCorrection correction)
    {
        int count = logPValues.Length;
        double[] sorted = [.. logPValues], adjusted = new double[count];
        int[] order = new int[count];
        for (int i = 0; i < count; i++)
        {
            order[i] = i;
        }

        Array.Sort(sorted, order);
        if (correction is DriftCorrection.BenjaminiHochberg or DriftCorrection.BenjaminiYekutieli)
        {
            double factor = correction == DriftCorrection.BenjaminiHochberg ? 1 : Harmonic(count), best = 0;
            for (int rank = count; rank > 0; rank--)
            {
                best = Math.Min(best, sorted[rank - 1] + Math.Log(factor * count / rank));
                adjusted[order[rank - 1]] = best;
            }

            return adjusted;
        }

        double worst = double.NegativeInfinity;
        for (int rank = 0; rank < count; rank++)
        {
            double times = correction switch
            {
                DriftCorrection.Holm => count - rank,
                DriftCorrection.Bonferroni => count,
                _ => 1,
            };
            worst = Math.Max(worst, sorted[rank] + Math.Log(times));
            adjusted[order[rank]] = Math.Min(0, worst);
        }

        return adjusted;
    }

    private static double Harmonic(int count)
    {
        double sum = 0;
        for (int k = count; k > 0; k--)
        {
            sum += 1.0 / k;
        }

        return sum;
    }

    /// <summary>For a number of classes the least corrected chi-square distance, per 1/n + 1/m, that is significant at the level of one column.</summary>
    private sealed class VisibleIndex(DriftPolicy policy, int columns)
    {
        private readonly double _level = policy.Alpha / (policy.Correction == DriftCorrection.None ? 1 : Math.Max(1, columns));
        private readonly Dictionary<int, double> _byClasses = [];

        public double Level => _level;

        public double Of(ColumnFinding finding)
        {
            if (finding.Classes < 2)
            {
                return 0;
            }

            if (!_byClasses.TryGetValue(finding.Classes, out double unit))
            {
                unit = ChiSquaredDistribution.UpperQuantile(_level, finding.Classes - 1) - (finding.Classes - 1);
                _byClasses.Add(finding.Classes, unit);
            }

            return unit * (1.0 / finding.Reference.Count + 1.0 / finding.Current.Count);
        }
    }
}
