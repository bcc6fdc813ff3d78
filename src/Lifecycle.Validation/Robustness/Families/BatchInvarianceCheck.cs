namespace Lifecycle.Validation;

/// <summary>The same rows in other batches and orders must get the same answers.</summary>
internal sealed class BatchInvarianceCheck(double tolerance) : Perturbation(PerturbationFamily.BatchInvariance, tolerance)
{
    /// <summary>Rows tried in batches of 1, 2, 7 and 64; the two other orders take all rows.</summary>
    public const int MostRows = MeteredPredictor.MostRows;

    public static readonly int[] Batches = [1, 2, 7, 64];

    internal override string Words => "Scoring the same rows in other batches and orders";

    internal override string? Problem => double.IsFinite(Level) && Level >= 0 ? null : Wrong("finite and at least 0, for example 1e-6");
}
