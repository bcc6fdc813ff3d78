namespace Lifecycle.Drift;

/// <summary>What the error of quantile sketches leaves open. The p-value of a finding that has it is the largest one that the error allows.</summary>
/// <param name="RankError">Error of the distribution functions, that of the reference and that of the new data together, as a share; in 99 % of profiles.</param>
/// <param name="LeastLogPValue">Natural logarithm of the least p-value that the error allows.</param>
/// <param name="CriticalDistance">Least difference of two distribution functions that is significant at these sizes.</param>
/// <param name="SketchSize">The least size of the sketches whose error is at most half of it; above 65,535 only exact counts decide.</param>
public sealed record SketchDoubt(double RankError, double LeastLogPValue, double CriticalDistance, long SketchSize);
