namespace Lifecycle.Validation;

/// <summary>One requirement on several slices: before a slice fails, Holm's step-down over all of them must reject it (Holm 1979).</summary>
internal static class SliceFamily
{
    public static async ValueTask<IReadOnlyList<Finding>> JudgeAsync(Requirement requirement, (string Name, GateRun Run)[] slices)
    {
        Finding[] findings = new Finding[slices.Length];
        for (int i = 0; i < slices.Length; i++)
        {
            findings[i] = (await Gate.JudgeAsync(requirement, slices[i].Run).ConfigureAwait(false)) with { Slice = slices[i].Name };
        }

        bool[] isUncertain = [.. findings.Select(f => f.Verdict == Verdict.Fail && f.Lower is not null)];
        if (requirement.Confidence == Confidence.None || slices.Length < 2 || !isUncertain.Contains(true))
        {
            return findings;
        }

        bool[] isRejected = await StepDownAsync(requirement, slices, isUncertain).ConfigureAwait(false);
        for (int i = 0; i < slices.Length; i++)
        {
            if (isUncertain[i] && !isRejected[i])
            {
                findings[i] = findings[i] with
                {
                    Verdict = Verdict.Inconclusive,
                    Message = findings[i].Message + $" Alone this would fail, but among {slices.Length} slices one such figure is to be expected by chance (Holm).",
                };
            }
        }

        return findings;
    }

    /// <summary>As long as one more is rejected at (1 - confidence) / (number left), go on with those left.</summary>
    private static async ValueTask<bool[]> StepDownAsync(Requirement requirement, (string Name, GateRun Run)[] slices, bool[] candidates)
    {
        bool[] isRejected = new bool[slices.Length];
        double alpha = 1 - requirement.Confidence;
        for (int left = slices.Length, before = -1; left != before && left > 0;)
        {
            before = left;
            Requirement strict = requirement.At(1 - (alpha / left));
            for (int i = 0; i < slices.Length; i++)
            {
                if (candidates[i] && !isRejected[i] && (await Gate.JudgeAsync(strict, slices[i].Run).ConfigureAwait(false)).Verdict == Verdict.Fail)
                {
                    isRejected[i] = true;
                    left--;
                }
            }
        }

        return isRejected;
    }
}
