using Lifecycle.Serving;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet.Tests.Serving;

/// <summary>What the application says of a model besides its file, and how its types meet the columns.</summary>
public sealed class ModelRequestTests(TrainedModels models)
{
    [Fact]
    public async Task Outputs_Named_AreGivenInTheOrderNamed()
    {
        using LoadedModel model = await MLNetRuns.LoadAsync(models.Linear, new() { Outputs = ["RegionFlags", "Score", "Purpose", "Score"] });
        Assert.Equal("'RegionFlags' FP32[-1,3], 'Score' FP32[-1,1], 'Purpose' BYTES[-1,1]", string.Join(", ", model.Signature.Outputs));
        Assert.Equal(["Amounts", "Purpose", "Ratio", "Region"], model.Signature.Inputs.Select(i => i.Name).Order());
        using TensorSet inputs = MLNetRuns.Tensors(model.Signature, [.. models.Loans.Take(3)]), outputs = new();
        model.Run(inputs, outputs, TestContext.Current.CancellationToken);
        Assert.Equal([1, 0, 0, 0, 1, 0, 0, 0, 1], outputs["RegionFlags"].Span<float>().ToArray());
        Assert.Equal(models.Loans.Take(3).Select(l => l.Purpose), outputs["Purpose"].ToStrings());
    }

    [Fact]
    public async Task Outputs_FewerThanAll_AskForFewerInputs()
    {
        using LoadedModel model = await MLNetRuns.LoadAsync(models.Linear, new() { Outputs = ["RegionFlags"] });
        Assert.Equal("'Region' BYTES[-1,1] -> 'RegionFlags' FP32[-1,3]", model.Signature.ToString());
    }

    [Fact]
    public async Task Outputs_Unknown_RejectedNamingThoseThereAre()
    {
        ModelRejectedException error = await Assert.ThrowsAsync<ModelRejectedException>(
            async () => (await MLNetRuns.LoadAsync(models.Linear, new() { Outputs = ["Score", "Verdict", "score"] })).Dispose());
        Assert.StartsWith("outputs: the model gives no 'Verdict', 'score'; it gives ", error.Message, StringComparison.Ordinal);
        Assert.Contains("'Probability' FP32[-1,1]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoSchema_ByTypesOnly_AndTheErrorSaysWhatToDo()
    {
        byte[] bare = models.WithoutSchema(models.Linear);
        using LoadedModel model = await MLNetRuns.LoadAsync(bare);
        Assert.True(model.Signature.IsEmpty);
        using TensorSet none = new(), outputs = new();
        Assert.Contains("InputsFrom<T>()", Assert.Throws<InvalidInputException>(() => model.Run(none, outputs)).Message, StringComparison.Ordinal);
        using LoadedModel whole = await MLNetRuns.LoadAsync(models.Linear);
        Assert.Equal(
            whole.Bind<LoanRow, LoanDecision>()!.Predict(models.Loans[5]).Score,
            model.Bind<LoanRow, LoanDecision>()!.Predict(models.Loans[5]).Score);
        string error = (await Assert.ThrowsAsync<ModelRejectedException>(async () => await MLNetRuns.LoadAsync(bare, new() { Outputs = ["Score"] }))).Message;
        Assert.StartsWith("outputs: 'Score' cannot be given", error, StringComparison.Ordinal);
        Assert.Contains("InputsFrom<T>()", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoSchema_InputsFromAClass_AnswersAsWithSchema()
    {
        using LoadedModel whole = await MLNetRuns.LoadAsync(models.Linear);
        using LoadedModel model = await MLNetRuns.LoadAsync(models.WithoutSchema(models.Linear), new() { InputsFrom = typeof(Bare) });
        Assert.Equal(whole.Signature.Inputs.Select(i => $"{i}").Order(), model.Signature.Inputs.Select(i => $"{i}").Order());
        Assert.Equal(whole.Signature.Outputs, model.Signature.Outputs);
        using TensorSet inputs = MLNetRuns.Tensors(model.Signature, models.Loans), expected = new(), outputs = new();
        whole.Run(inputs, expected, TestContext.Current.CancellationToken);
        model.Run(inputs, outputs, TestContext.Current.CancellationToken);
        Assert.Equal(expected["Score"].Span<float>(), outputs["Score"].Span<float>());
    }

    [Theory]
    [InlineData(typeof(LoanDecision), "Region")]
    [InlineData(typeof(Guid), "Guid")]
    [InlineData(typeof(TextRatio), "TextRatio")]
    public async Task NoSchema_InputsFromAForeignClass_RejectedWithItsName(Type type, string part)
    {
        ModelRejectedException error = await Assert.ThrowsAsync<ModelRejectedException>(
            async () => (await MLNetRuns.LoadAsync(models.WithoutSchema(models.Linear), new() { InputsFrom = type })).Dispose());
        Assert.StartsWith($"inputs: {type.Name} does not fit the model: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ColumnOf_Member_IsItsColumnName()
    {
        using LoadedModel model = await MLNetRuns.LoadAsync(models.Linear);
        Assert.Equal("Ratio", model.ColumnOf(typeof(Renamed).GetProperty(nameof(Renamed.LoanToValue))!));
        Assert.Equal("Region", model.ColumnOf(typeof(Renamed).GetField(nameof(Renamed.Place))!));
        Assert.Null(model.ColumnOf(typeof(Renamed).GetProperty(nameof(Renamed.Amounts))!));
        Renamed row = new() { LoanToValue = models.Loans[5].Ratio, Place = models.Loans[5].Region, Amounts = models.Loans[5].Amounts };
        Assert.Equal(model.Bind<LoanRow, LoanDecision>()!.Predict(models.Loans[5]).Score, model.Bind<Renamed, LoanDecision>()!.Predict(row).Score);
    }

    [Fact]
    public async Task Bind_RowWithoutTheLabel_IsLeftToTheTensors()
    {
        using LoadedModel model = await MLNetRuns.LoadAsync(models.Texts);
        Assert.Null(model.Bind<OnlyPurpose, RegionGuess>());
        Assert.NotNull(model.Bind<LoanRow, RegionGuess>());
    }

    [Fact]
    public async Task Bind_StructAnswer_IsLeftToTheTensorsUnlessKeysGoIn()
    {
        using LoadedModel linear = await MLNetRuns.LoadAsync(models.Linear);
        Assert.Null(linear.Bind<LoanRow, OnlyScore>());
        using LoadedModel mixed = await MLNetRuns.LoadAsync(models.Mixed);
        Assert.Contains("'Grade' UINT32[-1,1]", Assert.Throws<ModelRejectedException>(() => mixed.Bind<LoanRow, OnlyScore>()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bind_TypesThatDoNotFit_RejectedWithBothSides()
    {
        using LoadedModel model = await MLNetRuns.LoadAsync(models.Linear);
        string output = Assert.Throws<ModelRejectedException>(() => model.Bind<LoanRow, WrongDecision>()).Message;
        Assert.Contains("Verdict", output, StringComparison.Ordinal);
        Assert.Contains("'Probability' FP32[-1,1]", output, StringComparison.Ordinal);
        Assert.Contains("Region", Assert.Throws<ModelRejectedException>(() => model.Bind<OnlyPurpose, LoanDecision>()).Message, StringComparison.Ordinal);
        Assert.StartsWith("binding: ", Assert.Throws<ModelRejectedException>(() => model.Bind<int, LoanDecision>()).Message, StringComparison.Ordinal);
        Assert.StartsWith("binding: ", Assert.Throws<ModelRejectedException>(() => model.Bind<LoanRow, string>()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bind_MisspeltMember_NamesMemberClassAndColumns()
    {
        using LoadedModel model = await MLNetRuns.LoadAsync(models.Linear);
        string output = Assert.Throws<ModelRejectedException>(() => model.Bind<LoanRow, WrongDecision>()).Message;
        Assert.Equal(
            "binding: the model cannot be called as LoanRow -> WrongDecision: WrongDecision.Verdict has no column in the model. "
            + "The model gives 'RegionFlags' FP32[-1,3], 'Features' FP32[-1,6], 'PredictedLabel' BOOL[-1,1], 'Score' FP32[-1,1], 'Probability' FP32[-1,1]",
            output);
    }

    [Fact]
    public async Task Bind_MisspeltInput_NamesMemberClassAndColumns()
    {
        using LoadedModel model = await MLNetRuns.LoadAsync(models.Linear);
        string input = Assert.Throws<ModelRejectedException>(() => model.Bind<MisspeltRow, LoanDecision>()).Message;
        Assert.StartsWith(
            "binding: the model cannot be called as MisspeltRow -> LoanDecision: the model reads the column 'Region', for which MisspeltRow has no property; "
            + "write [ColumnName(\"Region\")] on the one that is meant; "
            + "MisspeltRow.Reegion is no column of the model. The model takes 'Ratio' FP32[-1,1], 'Amounts' FP32[-1,2], 'Region' BYTES[-1,1], ",
            input,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Bind_OutputWithoutMembers_RejectedWithTheOutputs(bool readOnly)
    {
        using LoadedModel model = await MLNetRuns.LoadAsync(models.Linear);
        string empty = Assert.Throws<ModelRejectedException>(() => readOnly ? (object?)model.Bind<LoanRow, ReadOnlyDecision>() : model.Bind<LoanRow, NoDecision>()).Message;
        Assert.Equal(
            $"binding: {(readOnly ? nameof(ReadOnlyDecision) : nameof(NoDecision))} has no public property that can be set and no public field, so that every answer would be empty. "
            + "The model gives 'RegionFlags' FP32[-1,3], 'Features' FP32[-1,6], 'PredictedLabel' BOOL[-1,1], 'Score' FP32[-1,1], 'Probability' FP32[-1,1]",
            empty);
    }

    private sealed class NoDecision;

    private sealed class ReadOnlyDecision
    {
        public float Score { get; }
    }

    private sealed class MisspeltRow
    {
        public float Ratio { get; set; }

        [VectorType(2)]
        public float[] Amounts { get; set; } = [];

        public string Reegion { get; set; } = string.Empty;

        public string Purpose { get; set; } = string.Empty;

        public bool Label { get; set; }
    }

    private sealed class Bare
    {
        public string Region { get; set; } = string.Empty;

        public float Ratio { get; set; }

        [VectorType(2)]
        public float[] Amounts { get; set; } = [];
    }

    private sealed class TextRatio
    {
        public string Region { get; set; } = string.Empty;

        public string Ratio { get; set; } = string.Empty;

        [VectorType(2)]
        public float[] Amounts { get; set; } = [];
    }

    private sealed class Renamed
    {
        [ColumnName("Region")]
        public string Place = string.Empty;

        [ColumnName("Ratio")]
        public float LoanToValue { get; set; }

        [VectorType(2)]
        public float[] Amounts { get; set; } = [];
    }

    private sealed class OnlyPurpose
    {
        public string Purpose { get; set; } = string.Empty;
    }

    private struct OnlyScore
    {
        public float Score { get; set; }
    }

    private sealed class WrongDecision
    {
        public float Verdict { get; set; }
    }
}
