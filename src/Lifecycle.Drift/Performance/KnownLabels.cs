namespace Lifecycle.Drift;

/// <summary>
/// What tells the labels of a window at one time from those at another: how many there are, how many are positive, and which, as the exclusive or of
/// the ids of the positive ones, so that corrections that cancel each other are seen too.
/// </summary>
internal readonly record struct KnownLabels(int Labelled, int Positives, ulong PositiveKeys)
{
    /// <summary>What no window has.</summary>
    public static KnownLabels Nothing { get; } = new(-1, 0, 0);

    public static KnownLabels Of(List<OpenPrediction> rows)
    {
        (int labelled, int positives, ulong keys) = (0, 0, 0);
        foreach (OpenPrediction row in rows)
        {
            labelled += row.IsLabelled ? 1 : 0;
            if (row is { IsLabelled: true, Actual: true })
            {
                positives++;
                keys ^= row.Key;
            }
        }

        return new KnownLabels(labelled, positives, keys);
    }
}
