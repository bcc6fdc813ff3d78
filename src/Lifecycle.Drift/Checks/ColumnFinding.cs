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

    /// <summary>Unit of the values as the reference declares it, for example <c>EUR</c>; null when none was declared and for labels.</summary>
    public string? Unit { get; init; }

    /// <summary>The verdict.</summary>
    public DriftVerdict Verdict { get; init; }

    /// <summary>Why the column was not tested, or what would decide it when the sketches are too coarse; null otherwise.</summary>
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

    /// <summary>Kullback-Leibler divergence Σ q ln(q/p) of the new shares from the old ones over the same bins, in nats.</summary>
    public double KullbackLeibler { get; init; }

    /// <summary>The divergence with its mean under no drift taken off; at least 0.</summary>
    public double KullbackLeiblerCorrected { get; init; }

    /// <summary>Jensen-Shannon divergence over the same bins, in nats; in [0, ln 2].</summary>
    public double JensenShannon { get; init; }

    /// <summary>The divergence with its mean under no drift taken off; at least 0.</summary>
    public double JensenShannonCorrected { get; init; }

    /// <summary>Total variation ½ Σ |p - q| of the plain shares; in [0, 1].</summary>
    public double TotalVariation { get; init; }

    /// <summary>Largest difference |p - q| of a plain share; in [0, 1].</summary>
    public double LInfinity { get; init; }

    /// <summary>
    /// The least corrected population stability index that chi-square calls significant at these sizes and this many columns. Where it is
    /// above <see cref="EffectFloor"/>, there are too few values to see every drift that matters. 0 when the column was not tested.
    /// </summary>
    public double SmallestVisibleIndex { get; init; }

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

    /// <summary>Energy distance √(2 ∫ (F - G)²), in the square root of the column's unit; null for labels.</summary>
    public double? Energy { get; init; }

    /// <summary>Energy distance of the values divided by the reference's standard deviation; null for labels and where the reference does not vary.</summary>
    public double? EnergyInStandardDeviations { get; init; }

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

    /// <summary>What another tool says of the column, under <see cref="DriftPolicy.Evidently"/> or <see cref="DriftPolicy.NannyML"/>; null otherwise.</summary>
    public PresetScore? Preset { get; init; }

    /// <summary>New mean less old mean, in the column's own unit; null for labels and where a mean is not a finite number.</summary>
    public double? MeanShift => Shift(Reference.Mean, Current.Mean);

    /// <summary>New median less old median, in the column's own unit; null for labels.</summary>
    public double? MedianShift => Shift(Reference.Median, Current.Median);

    /// <summary>Whether a population stability index at the policy's floor could have gone unseen at these sizes.</summary>
    public bool IsTooSmall => Verdict != DriftVerdict.NotTested && Preset is null && Effect == Effect.PopulationStabilityIndex && SmallestVisibleIndex > EffectFloor;

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
        Effect.KullbackLeibler => KullbackLeiblerCorrected,
        Effect.JensenShannon => JensenShannonCorrected,
        Effect.TotalVariation => TotalVariation,
        Effect.LInfinity => LInfinity,
        Effect.Energy => EnergyInStandardDeviations,
        Effect.KolmogorovSmirnov => KolmogorovSmirnov?.Statistic,
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

        if (Preset is { } preset)
        {
            return string.Create(culture, $"{head}; {preset}, n {Reference.Count:N0} / {Current.Count:N0}");
        }

        string tests = string.Join(" + ", Keys.Select(k => k.Name));
        string text = string.Create(culture, $"{head}; p {PValueText.Of(LogAdjustedPValue)} ({tests}), PSI {PopulationStabilityIndexCorrected:0.00}");
        text += WassersteinInStandardDeviations is { } sd ? string.Create(culture, $", Wasserstein {sd:0.00} sd") : "";
        text += ProbabilityOfGreater is { } greater ? string.Create(culture, $", P(new > old) {greater:0.00}") : "";
        text += string.Create(culture, $", n {Reference.Count:N0} / {Current.Count:N0}");
        text += Verdict == DriftVerdict.TooCoarse ? $"; {Reason}" : "";
        return IsTooSmall ? text + string.Create(culture, $"; too few values to see a PSI below {SmallestVisibleIndex:0.00}") : text;
    }

    /// <summary>What the error of sketches leaves open; null when all counts are exact.</summary>
    public SketchDoubt? Doubt { get; init; }

    /// <summary>The larger one of the two profiles' rank errors.</summary>
    internal double LargestRankError { get; init; }

    /// <summary>Classes of the table behind the shape key.</summary>
    internal int Classes { get; init; }

    private static double? Shift(double? before, double? now) => now - before is { } shift && double.IsFinite(shift) ? shift : null;
}
