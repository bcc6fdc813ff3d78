namespace Lifecycle.Drift;

/// <summary>From p-values and effects to verdicts: the correction over the tested columns, then the two conditions.</summary>
internal static class Judgement
{
    public static ColumnFinding[] Of(IReadOnlyList<ColumnFinding> findings, DriftPolicy policy)
    {
        int[] tested = [.. Enumerable.Range(0, findings.Count).Where(i => findings[i].Verdict != DriftVerdict.NotTested)];
        double[] adjusted = Adjust([.. tested.Select(i => findings[i].LogPValue)], policy.Correction);
        ColumnFinding[] judged = [.. findings];
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
                Verdict = adjusted[i] > level ? DriftVerdict.Stable : value >= floor ? DriftVerdict.Drift : DriftVerdict.Slight,
            };
        }

        return judged;
    }

    /// <summary>
    /// Corrects p-values given as natural logarithms, so that those too small for a double stay apart (Holm 1979, Bonferroni).
    /// </summary>
    public static double[] Adjust(double[] logPValues, DriftCorrection correction)
    {
        int count = logPValues.Length;
        int[] order = [.. Enumerable.Range(0, count).OrderBy(i => logPValues[i]).ThenBy(i => i)];
        double[] adjusted = new double[count];
        double worst = double.NegativeInfinity;
        for (int rank = 0; rank < count; rank++)
        {
            double times = correction switch
            {
                DriftCorrection.Holm => count - rank,
                DriftCorrection.Bonferroni => count,
                _ => 1,
            };
            worst = Math.Max(worst, logPValues[order[rank]] + Math.Log(times));
            adjusted[order[rank]] = Math.Min(0, worst);
        }

        return adjusted;
    }
}
