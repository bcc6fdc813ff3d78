using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;

namespace Lifecycle.Benchmarks.Ratios.Serving;

/// <summary>The ML.NET models that figures are measured on, trained once a process: SDCA linear, and MinMax with 100 trees of 64 leaves.</summary>
internal static class TrainedModels
{
    private static readonly Lazy<TrainedModel> LazyLinear = new(() => Train(
        "linear.zip", c => c.Transforms.Concatenate("Features", nameof(Row.X)).Append(c.Regression.Trainers.Sdca(new() { NumberOfThreads = 1, MaximumNumberOfIterations = 10 }))));

    private static readonly Lazy<TrainedModel> LazyTrees = new(() => Train(
        "trees.zip",
        c => c.Transforms.Concatenate("Features", nameof(Row.X)).Append(c.Transforms.NormalizeMinMax("Features"))
            .Append(c.Regression.Trainers.FastTree(new FastTreeRegressionTrainer.Options { NumberOfTrees = 100, NumberOfLeaves = 64, NumberOfThreads = 1 }))));

    public static TrainedModel Linear => LazyLinear.Value;

    public static TrainedModel Trees => LazyTrees.Value;

    /// <summary>Rows like those that the models were trained on.</summary>
    public static Row[] Rows(int count) => [.. Enumerable.Range(0, count).Select(Row.Of)];

    private static TrainedModel Train(string name, Func<MLContext, IEstimator<ITransformer>> pipeline)
    {
        MLContext context = new(seed: 1);
        IDataView data = context.Data.LoadFromEnumerable(Rows(5_000));
        ITransformer model = pipeline(context).Fit(data);
        string file = Path.Combine(Workload.Scratch(name), name);
        context.Model.Save(model, data.Schema, file);
        return new TrainedModel(context, model, file);
    }
}

/// <summary>A model, and the file it was saved to.</summary>
internal sealed record TrainedModel(MLContext Context, ITransformer Model, string File)
{
    public PredictionEngine<Row, Score> Engine() => Context.Model.CreatePredictionEngine<Row, Score>(Model);
}

/// <summary>Ten numbers.</summary>
internal sealed class Row
{
    public const int Width = 10;

    [VectorType(Width)]
    public float[] X { get; set; } = new float[Width];

    public float Label { get; set; }

    public static Row Of(int index)
    {
        Row row = new();
        for (int c = 0; c < Width; c++)
        {
            row.X[c] = ((index * 7919) + (c * 104_729)) % 1_000 / 1_000f;
            row.Label += row.X[c] * (c % 3);
        }

        row.Label += row.X[0] * row.X[1];
        return row;
    }
}

/// <summary>One number.</summary>
internal sealed class Score
{
    [ColumnName("Score")]
    public float Value { get; set; }
}
