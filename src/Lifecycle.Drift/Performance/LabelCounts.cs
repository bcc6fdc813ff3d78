using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>What came of predictions and labels, since the monitor was opened. Exact when nobody records.</summary>
public readonly record struct LabelCounts
{
    /// <summary>Predictions taken.</summary>
    public long Predictions { get; init; }

    /// <summary>Predictions refused because their score was no number in [0, 1] or the monitor was disposed or taken over.</summary>
    public long Refused { get; init; }

    /// <summary>Labels refused because the monitor was disposed or taken over.</summary>
    public long RefusedLabels { get; init; }

    /// <summary>Predictions that came again under the id of an open one; the first stays.</summary>
    public long RepeatedPredictions { get; init; }

    /// <summary>Predictions in memory.</summary>
    public long Open { get; init; }

    /// <summary>Predictions that got a label.</summary>
    public long Labelled { get; init; }

    /// <summary>Labels that said again what was known.</summary>
    public long RepeatedLabels { get; init; }

    /// <summary>Labels that changed one that was known; the last one wins.</summary>
    public long Corrected { get; init; }

    /// <summary>Labels that wait for their prediction.</summary>
    public long Waiting { get; init; }

    /// <summary>Labels that waited in vain: the prediction never came, or had left the memory.</summary>
    public long Orphans { get; init; }

    /// <summary>Predictions that left the memory without a label.</summary>
    public long Unlabelled { get; init; }

    /// <summary>Predictions that left the memory, labelled or not.</summary>
    public long Left { get; init; }

    /// <summary>One line for a person.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Predictions:N0} predictions, {Labelled:N0} labelled, {Corrected:N0} corrected, {Waiting:N0} labels waiting, {Orphans:N0} orphans, {Unlabelled:N0} left unlabelled, {Refused:N0} predictions and {RefusedLabels:N0} labels refused");

    internal LabelCounts Add(in LabelCounts other) => new()
    {
        Predictions = Predictions + other.Predictions,
        Refused = Refused + other.Refused,
        RefusedLabels = RefusedLabels + other.RefusedLabels,
        RepeatedPredictions = RepeatedPredictions + other.RepeatedPredictions,
        Open = Open + other.Open,
        Labelled = Labelled + other.Labelled,
        RepeatedLabels = RepeatedLabels + other.RepeatedLabels,
        Corrected = Corrected + other.Corrected,
        Waiting = Waiting + other.Waiting,
        Orphans = Orphans + other.Orphans,
        Unlabelled = Unlabelled + other.Unlabelled,
        Left = Left + other.Left,
    };
}
