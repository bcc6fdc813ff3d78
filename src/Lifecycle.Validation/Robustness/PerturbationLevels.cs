namespace Lifecycle.Validation;

/// <summary>The five levels of each family.</summary>
internal static class PerturbationLevels
{
    public const int Count = 5;

    private static readonly double[] Fine = [0.01, 0.02, 0.05, 0.10, 0.20];
    private static readonly double[] Coarse = [0.05, 0.1, 0.2, 0.5, 1];
    private static readonly double[] Rare = [0.001, 0.005, 0.01, 0.02, 0.05];

    public static ReadOnlySpan<double> Of(PerturbationFamily family) => family switch
    {
        PerturbationFamily.Rounding => [256, 64, 32, 16, 8],
        PerturbationFamily.ScaleError => [0.001, 0.005, 0.01, 0.05, 0.10],
        PerturbationFamily.Offset or PerturbationFamily.Extrapolation => Coarse,
        PerturbationFamily.ColumnMissing => [1, 2, 3, 5, 8],
        PerturbationFamily.Shuffle => [0.05, 0.10, 0.20, 0.50, 1],
        PerturbationFamily.Outliers or PerturbationFamily.SignFlip => Rare,
        PerturbationFamily.DateShift => [1, 7, 30, 180, 365],
        PerturbationFamily.Precision => [1, 2, 3, 4, 5],
        PerturbationFamily.WorstShare => [0.5, 0.2, 0.1, 0.05, 0.02],
        PerturbationFamily.BatchInvariance or PerturbationFamily.ProtectedFlip =>
            throw new ArgumentOutOfRangeException(nameof(family), family, "This check has no levels."),
        _ => Fine,
    };
}
