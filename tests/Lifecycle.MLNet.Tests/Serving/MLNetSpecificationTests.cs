using Lifecycle.Serving;
using Lifecycle.Serving.TestModels;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet.Tests.Serving;

public sealed class MLNetSpecificationTests : ModelRuntimeSpecification
{
    private static readonly Lazy<(byte[] Bytes, float[] Scores)> Trained = new(Train);

    protected override IModelRuntime Runtime { get; } = new MLNetModelRuntime();

    protected override string FileName => "model.zip";

    protected override byte[] Model() => Trained.Value.Bytes;

    protected override TensorSet Inputs(int rows) => TensorSet.Of(("x", TensorValue.From<float>(
        [.. Enumerable.Range(0, rows).SelectMany(Row)], [rows, 3])));

    protected override float[] Expected(int row) => [Trained.Value.Scores[row]];

    private static float[] Row(int row) => [row % 7, (row * 3) % 11, row * 0.5f];

    private static (byte[], float[]) Train()
    {
        MLContext context = new(seed: 1);
        Point[] points = [.. Enumerable.Range(0, 200).Select(i => new Point { X = Row(i), Label = Row(i).Sum() + (i % 5) })];
        IDataView data = context.Data.LoadFromEnumerable(points);
        RegressionPredictionTransformer<Microsoft.ML.Trainers.LinearRegressionModelParameters> model = context.Regression.Trainers.Sdca(new() { FeatureColumnName = "x", NumberOfThreads = 1 }).Fit(data);
        using MemoryStream stream = new();
        context.Model.Save(model, data.Schema, stream);
        return (stream.ToArray(), [.. model.Transform(data).GetColumn<float>("Score")]);
    }

    private sealed class Point
    {
        [ColumnName("x")]
        [VectorType(3)]
        public float[] X { get; set; } = [];

        public float Label { get; set; }
    }
}
