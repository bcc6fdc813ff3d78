using Lifecycle.Drift;

namespace Lifecycle;

/// <summary>How it is watched how well one served model of two classes predicts.</summary>
/// <typeparam name="TOut">What the model answers.</typeparam>
public sealed class PerformanceSetup<TOut>
{
    internal Func<TOut, double>? ScoreOf { get; private set; }

    internal Func<TOut, bool>? PredictedOf { get; private set; }

    internal Func<string, CancellationToken, ValueTask<PerformanceEstimator>>? EstimatorOf { get; private set; }

    /// <summary>Reads the probability of the positive class from an answer. Needed.</summary>
    public PerformanceSetup<TOut> Score(Func<TOut, double> score)
    {
        ArgumentNullException.ThrowIfNull(score);
        ScoreOf = score;
        return this;
    }

    /// <summary>Reads from an answer whether the positive class was predicted. Without it the estimator's threshold says so.</summary>
    public PerformanceSetup<TOut> Predicted(Func<TOut, bool> predicted)
    {
        ArgumentNullException.ThrowIfNull(predicted);
        PredictedOf = predicted;
        return this;
    }

    /// <summary>
    /// Gives the estimator of a version, fitted to scores with labels that the version was not trained on. Needed; called once a version, in the background.
    /// </summary>
    public PerformanceSetup<TOut> Reference(Func<string, CancellationToken, ValueTask<PerformanceEstimator>> estimator)
    {
        ArgumentNullException.ThrowIfNull(estimator);
        EstimatorOf = estimator;
        return this;
    }

    /// <summary>Takes one estimator for all versions.</summary>
    public PerformanceSetup<TOut> Reference(PerformanceEstimator estimator)
    {
        ArgumentNullException.ThrowIfNull(estimator);
        return Reference((_, _) => ValueTask.FromResult(estimator));
    }
}
