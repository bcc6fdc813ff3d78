namespace Lifecycle.Validation;

/// <summary>What a suite of perturbations did to a model, by family and level.</summary>
public sealed record RobustnessReport
{
    /// <summary>The metric.</summary>
    public required string Metric { get; init; }

    /// <summary>The metric on the unchanged rows.</summary>
    public required MetricValue Unchanged { get; init; }

    /// <summary>Rows that were tried.</summary>
    public required int Rows { get; init; }

    /// <summary>Rows that break a rule as they are and were left out.</summary>
    public int LeftOut { get; init; }

    /// <summary>Rules that contradict each other or the data.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Confidence of each bound; 0 when plain figures were compared.</summary>
    public required double Confidence { get; init; }

    /// <summary>One entry a perturbation or check, in the order of the suite.</summary>
    public required IReadOnlyList<RobustnessLevel> Levels { get; init; }

    /// <summary>Perturbations of the suite for which the set has no column that may change.</summary>
    public IReadOnlyList<string> NotTried { get; init; } = [];

    /// <summary>Calls of the model, those for the unchanged rows included.</summary>
    public long ModelCalls { get; init; }

    /// <summary>Rows the model scored.</summary>
    public long ModelRows { get; init; }

    /// <summary>False when the model gave other answers for the same rows, so that no other figure can be relied on.</summary>
    public bool IsRepeatable { get; init; } = true;

    /// <summary>
    /// Area under the curve of the metric over severity 0 (unchanged) to 5 by the trapezoid rule: 5 × the metric when nothing changes it;
    /// null when a severity is not there or undefined.
    /// </summary>
    /// <param name="family">The family.</param>
    public double? Area(PerturbationFamily family)
    {
        string kind = GateJson.Camel(family.ToString());
        MetricValue[] curve = [Unchanged,
            .. Levels.Where(l => l.Kind == kind && l.Severity > 0).OrderBy(l => l.Severity).Select(l => l.Value)];
        if (curve.Length != PerturbationLevels.Count + 1 || !curve.All(v => v.IsDefined) || family > PerturbationFamily.Precision)
        {
            return null;
        }

        return curve.Zip(curve.Skip(1), (a, b) => (a.Value + b.Value) / 2).Sum();
    }
}
