using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>What a check found in one column.</summary>
public sealed record ColumnFinding
{
    /// <summary>Name of the column.</summary>
    public required string Column { get; init; }

    /// <summary>What the column is to the model.</summary>
    public ColumnRole Role { get; init; }

    /// <summary>How it was compared.</summary>
    public ColumnKind Kind { get; init; }

    /// <summary>The verdict.</summary>
    public DriftVerdict Verdict { get; init; }

    /// <summary>Why the column was not tested; null when it was.</summary>
    public string? Reason { get; init; }

    /// <summary>Natural logarithm of the column's p-value; finite where the p-value underflows. 0 when it was not tested.</summary>
    public double LogPValue { get; init; }

    /// <summary>Natural logarithm of the p-value corrected for the number of columns.</summary>
    public double LogAdjustedPValue { get; init; }

    /// <summary>The tests behind the p-value, combined by the Cauchy rule of Liu and Xie (2020).</summary>
    public IReadOnlyList<DriftKey> Keys { get; init; } = [];

    /// <summary>Which effect decided, and what it had to reach.</summary>
    public Effect Effect { get; init; }

    /// <summary>The deciding effect's value.</summary>
    public double EffectValue { get; init; }

    /// <summary>What the deciding effect has to reach.</summary>
    public double EffectFloor { get; init; }

    /// <summary>Population stability index over the coarse bins, values or labels, with half a count added to each: Σ(p - q) ln(p/q).</summary>
    public double PopulationStabilityIndex { get; init; }

    /// <summary>The index with its mean under no drift, (B - 1)(1/n + 1/m), taken off; at least 0.</summary>
    public double PopulationStabilityIndexCorrected { get; init; }

    /// <summary>Hellinger distance √(1 - Σ√(pq)) over the same bins; in [0, 1].</summary>
    public double Hellinger { get; init; }

    /// <summary>Hellinger distance with the part that chance explains taken off.</summary>
    public double HellingerCorrected { get; init; }

    /// <summary>Cramér's V of the table of bins or labels; in [0, 1].</summary>
    public double CramersV { get; init; }

    /// <summary>Pearson's chi-square over the coarse bins, values or labels; null when there is only one.</summary>
    public ChiSquareFinding? ChiSquare { get; init; }

    /// <summary>Largest distance between the distribution functions; null for labels.</summary>
    public KolmogorovSmirnovFinding? KolmogorovSmirnov { get; init; }

    /// <summary>Wasserstein-1 distance in the column's own unit; null for labels.</summary>
    public double? Wasserstein { get; init; }

    /// <summary>Wasserstein-1 distance in standard deviations of the reference; null for labels and where the reference does not vary.</summary>
    public double? WassersteinInStandardDeviations { get; init; }

    /// <summary>Chance that a new value exceeds an old one, ties counting one half; null for labels.</summary>
    public double? ProbabilityOfGreater { get; init; }

    /// <summary>The reference's values.</summary>
    public ColumnSummary Reference { get; init; } = new(0, 0, 0, null, null);

    /// <summary>The new values.</summary>
    public ColumnSummary Current { get; init; } = new(0, 0, 0, null, null);

    /// <summary>The labels whose shares changed most, at most five; empty for numbers.</summary>
    public IReadOnlyList<ShareChange> LargestChanges { get; init; } = [];

    /// <summary>Both distributions side by side, at most 32 bars, for figures.</summary>
    public IReadOnlyList<ShareChange> Bars { get; init; } = [];

    /// <summary>The column's p-value, in (0, 1]; never 0.</summary>
    public double PValue => Math.Max(double.Epsilon, Math.Exp(LogPValue));

    /// <summary>The p-value corrected for the number of columns, in (0, 1]; never 0.</summary>
    public double AdjustedPValue => Math.Max(double.Epsilon, Math.Exp(LogAdjustedPValue));

    /// <summary>How large the change is; <see cref="DriftSeverity.None"/> unless the verdict is drift.</summary>
    public DriftSeverity Severity => Verdict != DriftVerdict.Drift ? DriftSeverity.None
        : PopulationStabilityIndexCorrected > 0.25 ? DriftSeverity.Major
        : PopulationStabilityIndexCorrected >= 0.10 ? DriftSeverity.Moderate
        : DriftSeverity.None;

    /// <summary>The value of an effect; null when the column does not have it.</summary>
    public double? EffectOf(Effect effect) => effect switch
    {
        Effect.PopulationStabilityIndex => PopulationStabilityIndexCorrected,
        Effect.Hellinger => HellingerCorrected,
        Effect.Wasserstein => WassersteinInStandardDeviations,
        Effect.ProbabilityOfGreater => ProbabilityOfGreater is { } p ? Math.Abs(p - 0.5) : null,
        _ => CramersV,
    };

    /// <summary>For example <c>earnings: Drift; p 6e-389 (Anderson-Darling + 10 bins), PSI 0.48, Wasserstein 0.93 sd, P(new &gt; old) 0.69, n 7,602 / 7,986</c>.</summary>
    public override string ToString()
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        string head = Column.Length == 0 ? $"{Verdict}" : $"{Column}: {Verdict}";
        if (Verdict == DriftVerdict.NotTested)
        {
            return $"{head}; {Reason}";
        }

        string tests = string.Join(" + ", Keys.Select(k => k.Name));
        string text = string.Create(culture, $"{head}; p {PValueText.Of(LogAdjustedPValue)} ({tests}), PSI {PopulationStabilityIndexCorrected:0.00}");
        text += WassersteinInStandardDeviations is { } sd ? string.Create(culture, $", Wasserstein {sd:0.00} sd") : "";
        text += ProbabilityOfGreater is { } greater ? string.Create(culture, $", P(new > old) {greater:0.00}") : "";
        return text + string.Create(culture, $", n {Reference.Count:N0} / {Current.Count:N0}");
    }
}
