namespace Lifecycle.Drift;

public sealed partial record DriftPolicy
{
    /// <summary>
    /// Evidently's scores, thresholds and dataset drift, its defects included. <see cref="ColumnFinding.Preset"/> has the score; verdicts are
    /// <see cref="DriftVerdict.Drift"/> or <see cref="DriftVerdict.Stable"/> by it. Alpha, correction and effect floors do not change them.
    /// </summary>
    public static EvidentlyPreset Evidently { get; } = new();

    /// <summary>NannyML's scores and limits with the new data as one chunk, its defects included. For chunks see <see cref="ChunkedDrift"/>.</summary>
    public static NannyMLPreset NannyML { get; } = new();

    internal VerdictRule Rule { get; init; } = VerdictRule.Calibrated;
}
