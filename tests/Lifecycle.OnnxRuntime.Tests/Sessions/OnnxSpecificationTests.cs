using Lifecycle.Serving;
using Lifecycle.Serving.TestModels;

namespace Lifecycle.OnnxRuntime.Tests;

public abstract class OnnxSpecification : ModelRuntimeSpecification
{
    protected override IModelRuntime Runtime { get; } = new OnnxModelRuntime();

    protected override string FileName => "linear.onnx";

    protected override TensorSet Inputs(int rows) => TensorSet.Of(("x", TensorValue.From<float>(
        [.. Enumerable.Range(0, rows).SelectMany(Row)], [rows, 10])));

    protected override float[] Expected(int row) => [(float)(0.5 + Row(row).Select((v, i) => v * (i + 1) / 8.0).Sum())];

    private static IEnumerable<float> Row(int row) => Enumerable.Range(0, 10).Select(i => ((row * 10) + i) % 13 * 0.25f);
}

public sealed class OnnxSpecificationTests : OnnxSpecification
{
    protected override byte[] Model() => OnnxModels.Linear();
}

/// <summary>A model whose first dimension is 1 is served as one with rows.</summary>
public sealed class OnnxRowByRowSpecificationTests : OnnxSpecification
{
    protected override byte[] Model() => OnnxModels.Linear(rows: 1);
}

/// <summary>Rows that go round the bindings, in runs of few.</summary>
public sealed class OnnxPiecesSpecificationTests : OnnxSpecification
{
    protected override IModelRuntime Runtime { get; } = new OnnxModelRuntime(new OnnxOptions { MaxBatchRows = 3, MaxRowsPerRun = 7 });

    protected override byte[] Model() => OnnxModels.Linear();
}
