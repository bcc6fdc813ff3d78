using System.Text;
using System.Text.Json.Nodes;
using Lifecycle.Tracking;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet.Tests;

public sealed class AutologModelTests
{
    private readonly MLContext _context = new(seed: 1);

    [Fact]
    public async Task The_model_of_a_fit_is_there_when_the_run_has_ended()
    {
        await using Tracked tracked = new();
        IDataView data = LoanTable.Rows(400).ToDataView();
        TransformerChain<ITransformer>? fitted = null;
        RunRecord run = await tracked.RunAsync(run =>
        {
            fitted = Pipeline().TrackWith(run).Fit(data);
            return Task.CompletedTask;
        });
        ModelArtifact model = Assert.Single(await tracked.Experiments.ModelsAsync(run.Id));
        Assert.Equal(["model.zip", "schema.json"], model.Manifest.Files.Select(f => f.Path));
        (ITransformer loaded, DataViewSchema schema) = await new MLContext().LoadModelAsync(model.Manifest, tracked.Workspace.Blobs);

        // Nothing depends on the label, so it does not go in.
        Assert.Equal(["ratio", "income", "region"], schema.Select(c => c.Name));
        Assert.Equal(fitted!.Transform(data).GetColumn<float>("Probability"), loaded.Transform(data).GetColumn<float>("Probability"));
    }

    [Fact]
    public async Task Logging_the_same_transformer_gives_the_same_artifact()
    {
        await using Tracked tracked = new();
        IDataView data = LoanTable.Rows(400).ToDataView();
        RunRecord run = await tracked.RunAsync(async run =>
        {
            ITransformer fitted = Pipeline().TrackWith(run).Fit(data);
            ModelArtifact one = await run.LogModelAsync(fitted);
            Assert.Same(one, await run.LogModelAsync(_context, fitted, LoanTable.Inputs(data)));
            ModelArtifact named = await run.LogModelAsync(_context, fitted, LoanTable.Inputs(data), "again");
            Assert.NotEqual(one.Id, named.Id);
            Assert.Equal(one.Digest, named.Digest);
        });
        Assert.Equal(2, (await tracked.Experiments.ModelsAsync(run.Id)).Count);
    }

    [Fact]
    public async Task Without_a_model_there_is_none_and_asking_for_it_says_why()
    {
        await using Tracked tracked = new();
        RunRecord run = await tracked.RunAsync(async run =>
        {
            ITransformer fitted = Pipeline().TrackWith(run, model: false).Fit(LoanTable.Rows(300).ToDataView());
            InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(async () => await run.LogModelAsync(fitted));
            Assert.Contains("with model: false", error.Message, StringComparison.Ordinal);
        });
        Assert.Empty(await tracked.Experiments.ModelsAsync(run.Id));
    }

    [Fact]
    public async Task A_model_that_cannot_be_saved_is_a_problem_of_the_run()
    {
        await using Tracked tracked = new();
        RunRecord run = await tracked.RunAsync(run =>
        {
            IEstimator<ITransformer> unsaveable = _context.Transforms.CustomMapping<Ratio, Doubled>((from, to) => to.Twice = 2 * from.ratio, contractName: null);
            Assert.NotNull(unsaveable.TrackWith(run).Fit(LoanTable.Rows(300).ToDataView()));
            return Task.CompletedTask;
        });
        RunProblem problem = Assert.Single(await tracked.Experiments.ProblemsAsync(run.Id));
        Assert.Equal(("background", "model"), (problem.Reason, problem.Subject));
        Assert.Equal(RunStatus.Finished, run.Status);
        Assert.Empty(await tracked.Experiments.ModelsAsync(run.Id));
    }

    [Fact]
    public async Task What_the_context_says_becomes_an_artifact()
    {
        await using Tracked tracked = new();
        string text = "";
        RunRecord run = await tracked.RunAsync(run =>
        {
            MLContext context = new MLContext(seed: 1).TrackWith(run);
            context.Log += (_, message) => text = message.Kind >= Microsoft.ML.Runtime.ChannelMessageKind.Info ? message.Message : text;
            TrainerCases.Get("LightGbmBinaryTrainer").Make(context).TrackWith(run, model: false).Fit(TrainerCases.Rows(context));
            TrainerCases.Get("FastTreeBinaryTrainer").Make(context).TrackWith(run, model: false).Fit(TrainerCases.Rows(context));
            return Task.CompletedTask;
        });
        using StreamReader log = new(await tracked.Experiments.ArtifactsOf(run.Id).OpenAsync("lifecycle/mlnet.log"));
        string all = await log.ReadToEndAsync();
        Assert.NotEmpty(text);
        Assert.Contains(text, all, StringComparison.Ordinal);
        Assert.DoesNotContain("Kind=Trace", all, StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(all), 1, 1 << 20);
    }

    [Fact]
    public async Task MLmodel_names_flavour_run_and_signature()
    {
        await using Tracked tracked = new();
        (ModelArtifact model, ModelDescription description) = await LogAsync(tracked, default);
        Assert.Equal(["mlnet"], description.Flavors.Keys);
        Assert.Equal("model.zip", (string?)description.Flavors["mlnet"]["data"]);
        Assert.Equal("schema.json", (string?)description.Flavors["mlnet"]["schema"]);
        Assert.StartsWith("5.0.", (string?)description.Flavors["mlnet"]["mlnet_version"], StringComparison.Ordinal);
        Assert.Equal((model.Id, model.RunId, model.Manifest.Size, "model"), (description.ModelId, description.RunId, description.SizeBytes, description.ArtifactPath));
        Assert.Equal([("ratio", "float"), ("income", "float"), ("region", "string")], description.Signature!.Inputs.Select(c => (c.Name, c.Type)));
        Assert.Equal([("PredictedLabel", "boolean"), ("Score", "float"), ("Probability", "float")], description.Signature.Outputs.Select(c => (c.Name, c.Type)));
    }

    [Fact]
    public async Task With_an_onnx_export_Python_finds_its_flavours()
    {
        await using Tracked tracked = new();
        byte[] onnx = [0x08, 0x09, 0x12, 0x01, (byte)'t', 0x3A, 0x02, 0x12, 0x00];
        (ModelArtifact model, ModelDescription description) = await LogAsync(tracked, onnx);
        Assert.Equal(
            ["conda.yaml", "model.onnx", "model.zip", "python_env.yaml", "requirements.txt", "schema.json"], model.Manifest.Files.Select(f => f.Path));
        Assert.Equal(["mlnet", "onnx", "python_function"], description.Flavors.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("1.14.0", (string?)description.Flavors["onnx"]["onnx_version"]);
        Assert.Equal(["CPUExecutionProvider"], description.Flavors["onnx"]["providers"]!.AsArray().Select(p => (string?)p));
        JsonObject python = description.Flavors["python_function"];
        Assert.Equal(("mlflow.onnx", "model.onnx", "conda.yaml"), ((string?)python["loader_module"], (string?)python["data"], (string?)python["env"]!["conda"]));
        using StreamReader requirements = new(await tracked.Workspace.Blobs.OpenAsync(model.Manifest.Find("requirements.txt")!.Digest));
        Assert.Equal("mlflow>=2.9\nnumpy\nonnx>=1.14.0\nonnxruntime\npandas\n", await requirements.ReadToEndAsync());

        LifecycleException error = await Assert.ThrowsAsync<LifecycleException>(() => LogAsync(tracked, "PK no onnx"u8.ToArray()));
        Assert.Contains("ConvertToOnnx", error.Message, StringComparison.Ordinal);
    }

    private async Task<(ModelArtifact Model, ModelDescription Description)> LogAsync(Tracked tracked, ReadOnlyMemory<byte> onnx)
    {
        IDataView data = LoanTable.Rows(300).ToDataView();
        ModelArtifact? model = null;
        await tracked.RunAsync(async run => model = await run.LogModelAsync(_context, Pipeline().Fit(data), LoanTable.Inputs(data), onnx: onnx));
        return (model!, (await tracked.Experiments.DescriptionAsync(model!.Id))!);
    }

    private EstimatorChain<ITransformer> Pipeline() =>
        LoanTable.Features(_context).Append((IEstimator<ITransformer>)_context.BinaryClassification.Trainers.LbfgsLogisticRegression());

    private sealed class Ratio
    {
        public float ratio { get; set; }
    }

    private sealed class Doubled
    {
        public float Twice { get; set; }
    }
}
