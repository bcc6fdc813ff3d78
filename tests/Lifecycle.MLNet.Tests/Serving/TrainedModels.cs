using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;

namespace Lifecycle.MLNet.Tests.Serving;

/// <summary>Models trained once for all tests of this folder.</summary>
public sealed class TrainedModels
{
    private const int Rows = 2_000;

    public TrainedModels()
    {
        Context = new MLContext(seed: 1);
        Loans = [.. Enumerable.Range(0, Rows).Select(Loan)];
        IDataView data = Context.Data.LoadFromEnumerable(Loans);
        Linear = Save(Features().Append(Context.BinaryClassification.Trainers.SdcaLogisticRegression(
            new() { LabelColumnName = "Label", FeatureColumnName = "Features", NumberOfThreads = 1, MaximumNumberOfIterations = 5 })), data);
        Trees = Save(Features().Append(Context.Transforms.NormalizeMinMax("Features")).Append(Context.BinaryClassification.Trainers.FastTree(
            new FastTreeBinaryTrainer.Options { NumberOfTrees = 100, NumberOfLeaves = 64, NumberOfThreads = 1, LabelColumnName = "Label" })), data);
        Texts = Save(
            Context.Transforms.Text.FeaturizeText("Features", nameof(LoanRow.Purpose))
                .Append(Context.Transforms.Conversion.MapValueToKey("Label", nameof(LoanRow.Region)))
                .Append(Context.MulticlassClassification.Trainers.SdcaMaximumEntropy(new() { NumberOfThreads = 1, MaximumNumberOfIterations = 5 }))
                .Append(Context.Transforms.Conversion.MapKeyToValue("PredictedLabel")), Context.Data.LoadFromEnumerable(Loans));
    }

    public MLContext Context { get; }

    public IReadOnlyList<LoanRow> Loans { get; }

    public byte[] Linear { get; }

    public byte[] Trees { get; }

    public byte[] Texts { get; }

    /// <summary>A linear model whose answers differ from version to version.</summary>
    public byte[] Version(int number)
    {
        IDataView data = Context.Data.LoadFromEnumerable(Loans.Skip(number * 50).Take(1_000));
        return Save(Features().Append(Context.BinaryClassification.Trainers.SdcaLogisticRegression(
            new() { LabelColumnName = "Label", FeatureColumnName = "Features", NumberOfThreads = 1, MaximumNumberOfIterations = 2 })), data);
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

    private static LoanRow Loan(int i)
    {
        float ratio = (i * 7919 % 1_000) / 1_000f;
        float amount = i * 104_729 % 500 / 10f;
        return new LoanRow
        {
            Ratio = i % 17 == 0 ? float.NaN : ratio,
            Amounts = [amount, ratio * amount],
            Region = ((string[])["north", "south", "east"])[i % 3],
            Purpose = ((string[])["buy a house", "mend the roof", "", "a boat for the lake"])[i % 4] + (i % 3 == 0 ? " north" : " south"),
            Label = ratio + (amount / 100) > 0.8f,
        };
    }
}

/// <summary>A row with a number that may be missing, a vector, a category and a text.</summary>
public sealed class LoanRow
{
    public float Ratio { get; set; }

    [VectorType(2)]
    public float[] Amounts { get; set; } = [];

    public string Region { get; set; } = string.Empty;

    public string Purpose { get; set; } = string.Empty;

    public bool Label { get; set; }
}

public sealed class LoanDecision
{
    public bool PredictedLabel { get; set; }

    public float Score { get; set; }

    public float Probability { get; set; }
}

public sealed class RegionGuess
{
    public string PredictedLabel { get; set; } = string.Empty;

    public float[] Score { get; set; } = [];
}
