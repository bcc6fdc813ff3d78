using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>What another tool says of a column.</summary>
/// <param name="Tool">For example <c>Evidently</c>.</param>
/// <param name="Test">The tool's own name of the test or method, for example <c>wasserstein</c>.</param>
/// <param name="Score">The tool's drift score: a distance, a statistic or a p-value.</param>
/// <param name="Threshold">What the score is held against; null where it is not the score that is judged.</param>
/// <param name="IsDrift">Whether the tool calls the column drifted.</param>
public sealed record PresetScore(string Tool, string Test, double Score, double? Threshold, bool IsDrift)
{
    /// <summary>Whether the score is a p-value, so that small ones are drift.</summary>
    public bool IsPValue { get; init; }

    /// <summary>The p-value that is judged where it is not the score (NannyML's chi2); null otherwise.</summary>
    public double? PValue { get; init; }

    /// <summary>For example <c>Evidently wasserstein 0.9253, threshold 0.1</c>.</summary>
    public override string ToString()
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        string text = string.Create(culture, $"{Tool} {Test} {(IsPValue ? "p " : "")}{Score:G4}");
        text += Threshold is { } threshold ? string.Create(culture, $", threshold {threshold:G4}") : "";
        return PValue is { } p ? text + string.Create(culture, $", p {p:G4}") : text;
    }
}
