using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>A row under attack.</summary>
internal sealed class Victim(int row, bool label, double[] original, RandomStream random)
{
    public int Row { get; } = row;

    public bool Label { get; } = label;

    public double[] Original { get; } = original;

    public RandomStream Random { get; } = random;

    public double[] Current { get; set; } = original;

    public int Queries { get; set; }

    /// <summary>The cheapest lawful row that turned the decision; null when none did.</summary>
    public double[]? Best { get; set; }

    public double BestCost { get; set; } = double.PositiveInfinity;

    public bool IsDone { get; set; }
}
