namespace Lifecycle.Validation;

internal sealed partial class GateRun
{
    private EvaluationSet? _other;

    /// <summary>The candidate against the baseline; null when the baseline has no value of the metric.</summary>
    public async ValueTask<PairedEstimate?> CompareAsync(Metric metric, PairedScale scale, double confidence)
    {
        if (Baseline!.Values.Count > 0)
        {
            return Baseline.Values.FirstOrDefault(v => v.Metric.Name == metric.Name) is { } value
                ? IndependentDifference.Of(metric, Set, value, scale, confidence, Options)
                : null;
        }

        _other ??= await OtherAsync().ConfigureAwait(false);
        return PairedDifference.Of(metric, Set, _other, scale, confidence, Options.Replicates, Options.Seed);
    }

    private async ValueTask<EvaluationSet> OtherAsync()
    {
        if (Baseline!.Predictor is not { } predictor)
        {
            return Set.WithOutputs(Baseline.Scores, Baseline.Predictions);
        }

        double[] scores = await new MeteredPredictor(predictor, Time, Options.RequirementTimeout).ScoreAsync(Set.FeatureBatch(), CancellationToken).ConfigureAwait(false);
        return Set.WithOutputs(scores, Array.ConvertAll(scores, s => s >= Baseline.Threshold));
    }
}
