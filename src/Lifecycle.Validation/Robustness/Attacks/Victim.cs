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

    /// <summary>
    /// Rows that turned the decision in the step that found the first one: the cheapest by the unit that was changed last, the most
    /// promising first.
    /// </summary>
    public IReadOnlyList<double[]> Found { get; set; } = [];

    /// <summary>The cheapest lawful row that turned the decision; null when none did.</summary>
    public double[]? Best { get; set; }

    public double BestCost { get; set; } = double.PositiveInfinity;

    public bool IsDone { get; set; }
}
