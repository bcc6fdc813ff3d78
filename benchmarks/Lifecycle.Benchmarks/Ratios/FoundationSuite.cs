namespace Lifecycle.Benchmarks.Ratios;

/// <summary>The figures of the floor: the object store, the predictor, the statistics kernels.</summary>
internal static class FoundationSuite
{
    private const int Rounds = 7;

    public static async IAsyncEnumerable<Figure> MeasureAsync()
    {
        yield return await BlobPutFigure.MeasureAsync(Rounds);
        await foreach (Figure figure in PredictFigures.MeasureAsync(Rounds))
        {
            yield return figure;
        }

        foreach (Figure figure in StatisticsFigures.PopulationStability(Rounds))
        {
            yield return figure;
        }

        yield return StatisticsFigures.KolmogorovSmirnov(Rounds);
    }
}
