using Lifecycle.MLNet.Tests.Serving;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;

[assembly: AssemblyFixture(typeof(TrainedModels))]

namespace Lifecycle.MLNet.Tests.Serving;

/// <summary>Models of all kinds, each trained once in a process, when a test first asks for it.</summary>
public sealed class TrainedModels
{
    private const int Rows = 2_000;

    private readonly Lazy<byte[]> _linear;
    private readonly Lazy<byte[]> _trees;
    private readonly Lazy<byte[]> _texts;
    private readonly Lazy<byte[]> _regions;
    private readonly Lazy<byte[]> _mixed;

    public TrainedModels()
    {
        Loans = [.. Enumerable.Range(0, Rows).Select(LoanRow.Of)];
        IDataView data = Context.Data.LoadFromEnumerable(Loans);
        _linear = new(() => Save(Features().Append(Context.BinaryClassification.Trainers.SdcaLogisticRegression(
            new() { LabelColumnName = "Label", FeatureColumnName = "Features", NumberOfThreads = 1, MaximumNumberOfIterations = 5 })), data));
        _trees = new(() => Save(Features().Append(Context.Transforms.NormalizeMinMax("Features")).Append(Context.BinaryClassification.Trainers.FastTree(
            new FastTreeBinaryTrainer.Options { NumberOfTrees = 100, NumberOfLeaves = 64, NumberOfThreads = 1, LabelColumnName = "Label" })), data));
        _texts = new(() => Save(
            Context.Transforms.Text.FeaturizeText("Features", nameof(LoanRow.Purpose))
                .Append(Context.Transforms.Conversion.MapValueToKey("Label", nameof(LoanRow.Region)))
                .Append(Context.MulticlassClassification.Trainers.SdcaMaximumEntropy(new() { NumberOfThreads = 1, MaximumNumberOfIterations = 5 }))
                .Append(Context.Transforms.Conversion.MapKeyToValue("PredictedLabel")), data));
        _regions = new(() => Save(
            Context.Transforms.Concatenate("Features", nameof(LoanRow.Ratio), nameof(LoanRow.Amounts))
                .Append(Context.Transforms.ReplaceMissingValues("Features"))
                .Append(Context.Transforms.Conversion.MapValueToKey("Label", nameof(LoanRow.Region)))
                .Append(Context.MulticlassClassification.Trainers.SdcaMaximumEntropy(new() { NumberOfThreads = 1, MaximumNumberOfIterations = 3 })), data));
        _mixed = new(() => Save(
            Context.Transforms.Conversion.MapKeyToVector("Grades", nameof(LoanRow.Grade))
                .Append(Context.Transforms.Conversion.MapValueToKey("DayKey", nameof(LoanRow.Day), maximumNumberOfKeys: 40))
                .Append(Context.Transforms.Conversion.MapKeyToVector("Days", "DayKey"))
                .Append(Context.Transforms.Conversion.MapValueToKey("WordKeys", nameof(LoanRow.Words)))
                .Append(Context.Transforms.Conversion.MapKeyToVector("WordCounts", "WordKeys", outputCountVector: true))
                .Append(Context.Transforms.Conversion.ConvertType("Number", nameof(LoanRow.Number)))
                .Append(Context.Transforms.IndicateMissingValues("RatioMissing", nameof(LoanRow.Ratio)))
                .Append(Context.Transforms.Conversion.ConvertType("RatioMissing"))
                .Append(Context.Transforms.ReplaceMissingValues(nameof(LoanRow.Ratio)))
                .Append(Context.Transforms.Concatenate("Features", "Grades", "Days", "WordCounts", "Number", "RatioMissing", nameof(LoanRow.Ratio)))
                .Append(Context.Regression.Trainers.Sdca(new() { LabelColumnName = nameof(LoanRow.Income), NumberOfThreads = 1, MaximumNumberOfIterations = 3 })), data));
    }

    public MLContext Context { get; } = new(seed: 1);

    public IReadOnlyList<LoanRow> Loans { get; }

    /// <summary>SDCA over one-hot texts, numbers and a vector.</summary>
    public byte[] Linear => _linear.Value;

    /// <summary>MinMax and FastTree, 100 trees of 64 leaves.</summary>
    public byte[] Trees => _trees.Value;

    /// <summary>Texts to one of three texts.</summary>
    public byte[] Texts => _texts.Value;

    /// <summary>Numbers to a key.</summary>
    public byte[] Regions => _regions.Value;

    /// <summary>A key, a date, texts of any number, an integer and a number that may be missing, to a number.</summary>
    public byte[] Mixed => _mixed.Value;

    /// <summary>A linear model whose answers differ from version to version.</summary>
    public byte[] Version(int number)
    {
        IDataView data = Context.Data.LoadFromEnumerable(Loans.Skip(number * 50).Take(1_000));
        return Save(Features().Append(Context.BinaryClassification.Trainers.SdcaLogisticRegression(
            new() { LabelColumnName = "Label", FeatureColumnName = "Features", NumberOfThreads = 1, MaximumNumberOfIterations = 2 })), data);
    }

    /// <summary>A model without the schema of its inputs, as old files are.</summary>
    public byte[] WithoutSchema(byte[] model)
    {
        ITransformer transformer = Context.Model.Load(new MemoryStream(model), out _);
        using MemoryStream stream = new();
        Context.Model.Save(transformer, null, stream);
        return stream.ToArray();
    }

    private EstimatorChain<ColumnConcatenatingTransformer> Features() => new EstimatorChain<ITransformer>()
        .Append(Context.Transforms.Categorical.OneHotEncoding("RegionFlags", nameof(LoanRow.Region)))
        .Append(Context.Transforms.ReplaceMissingValues(nameof(LoanRow.Ratio)))
        .Append(Context.Transforms.Concatenate("Features", "RegionFlags", nameof(LoanRow.Ratio), nameof(LoanRow.Amounts)));

    private byte[] Save(IEstimator<ITransformer> pipeline, IDataView data)
    {
        using MemoryStream stream = new();
        Context.Model.Save(pipeline.Fit(data), data.Schema, stream);
        return stream.ToArray();
    }
}
