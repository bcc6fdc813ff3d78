namespace Lifecycle.Statistics;

/// <summary>A confidence interval.</summary>
/// <param name="Lower">Lower end.</param>
/// <param name="Upper">Upper end, at least <paramref name="Lower"/>.</param>
public readonly record struct Interval(double Lower, double Upper)
{
    /// <summary>Upper end minus lower end.</summary>
    public double Width => Upper - Lower;

    /// <summary>Whether a value lies inside, ends included.</summary>
    /// <param name="value">Any number.</param>
    /// <returns>False for NaN.</returns>
    public bool Contains(double value) => value >= Lower && value <= Upper;

    internal static double HalfTailQuantile(double confidence)
    {
        if (!(confidence > 0 && confidence < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "A confidence lies strictly between 0 and 1.");
        }

        return NormalDistribution.UpperQuantile(0.5 * (1 - confidence));
    }
}
