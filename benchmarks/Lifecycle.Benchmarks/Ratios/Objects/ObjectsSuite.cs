namespace Lifecycle.Benchmarks.Ratios.Objects;

/// <summary>The figures of the object store, by group: <c>ratios objects</c> measures all, <c>ratios objects.commit</c> one.</summary>
internal static class ObjectsSuite
{
    public static IReadOnlyDictionary<string, Func<IAsyncEnumerable<Figure>>> Groups { get; } =
        new Dictionary<string, Func<IAsyncEnumerable<Figure>>>(StringComparer.Ordinal)
        {
            ["objects.commit"] = CommitFigures.MeasureAsync,
            ["objects.hash"] = CommitFigures.MeasureHashAsync,
            ["objects.chunk"] = ChunkFigures.MeasureAsync,
            ["objects.append"] = ChunkFigures.MeasureChangesAsync,
            ["objects.range"] = RangeFigures.MeasureAsync,
        };

    public static async IAsyncEnumerable<Figure> MeasureAsync()
    {
        foreach (Func<IAsyncEnumerable<Figure>> measure in Groups.Values)
        {
            await foreach (Figure figure in measure())
            {
                yield return figure;
            }
        }
    }
}
