using Lifecycle.Tracking;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Trainers.LightGbm;

namespace Lifecycle.MLNet.Tests;

public sealed class AutologTests
{
    private readonly MLContext _context = new(seed: 1);

    [Fact]
    public async Task LbfgsLogisticRegression_IsWrittenDown() => await AssertLoggedAsync(
        _context.BinaryClassification.Trainers.LbfgsLogisticRegression(
            new LbfgsLogisticRegressionBinaryTrainer.Options { L2Regularization = 0.25f, HistorySize = 7, NumberOfThreads = 1 }),
        "LbfgsLogisticRegression", ("L2Regularization", "0.25"), ("HistorySize", "7"), ("FeatureColumnName", "Features"));

    [Fact]
    public async Task FastTree_IsWrittenDown() => await AssertLoggedAsync(
        _context.BinaryClassification.Trainers.FastTree(
            new FastTreeBinaryTrainer.Options { NumberOfTrees = 11, NumberOfLeaves = 6, LearningRate = 0.15, NumberOfThreads = 1 }),
        "FastTree", ("NumberOfTrees", "11"), ("NumberOfLeaves", "6"), ("LearningRate", "0.15"));

    [Fact]
    public async Task LightGbm_IsWrittenDown() => await AssertLoggedAsync(
        _context.BinaryClassification.Trainers.LightGbm(
            new LightGbmBinaryTrainer.Options { NumberOfIterations = 12, NumberOfLeaves = 5, LearningRate = 0.2, NumberOfThreads = 1, Verbose = false, Silent = true }),
        "LightGbm", ("NumberOfIterations", "12"), ("NumberOfLeaves", "5"), ("LearningRate", "0.2"));

    [Fact]
    public async Task Sdca_IsWrittenDown() => await AssertLoggedAsync(
        _context.BinaryClassification.Trainers.SdcaLogisticRegression(
            new SdcaLogisticRegressionBinaryTrainer.Options { MaximumNumberOfIterations = 9, L1Regularization = 0.5f, NumberOfThreads = 1 }),
        "SdcaLogisticRegression", ("MaximumNumberOfIterations", "9"), ("L1Regularization", "0.5"));

    [Fact]
    public async Task AValidationThatThrows_DoesNotFailTheFit()
    {
        await using Tracked tracked = new();
        IDataView data = LoanTable.Rows(300).ToDataView();
        IDataView withoutRegion = LoanTable.Rows(300).Select("ratio", "income", "Label").ToDataView();
        TransformerChain<ITransformer>? fitted = null;
        RunRecord run = await tracked.RunAsync(run =>
        {
            fitted = Pipeline(Regression()).TrackWith(run, withoutRegion).Fit(data);
            return Task.CompletedTask;
        });
        Assert.NotNull(fitted!.Transform(data).Schema.GetColumnOrNull("Probability"));
        Assert.Equal(RunStatus.Finished, run.Status);
        RunProblem problem = Assert.Single(await tracked.Experiments.ProblemsAsync(run.Id));
        Assert.Equal(("autolog", "metrics"), (problem.Reason, problem.Subject));
        Assert.Contains("region", problem.Text, StringComparison.Ordinal);
        Assert.Equal(300, run.Metrics["fit.rows"].Value);
        Assert.Equal("LbfgsLogisticRegression", run.Params["trainer"][..23]);
    }

    [Fact]
    public async Task AFitThatThrows_ThrowsOn()
    {
        await using Tracked tracked = new();
        IDataView withoutRegion = LoanTable.Rows(300).Select("ratio", "income", "Label").ToDataView();
        await tracked.RunAsync(run =>
        {
            Assert.ThrowsAny<ArgumentException>(() => Pipeline(Regression()).TrackWith(run).Fit(withoutRegion));
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task WithoutValidation_NothingIsEvaluated()
    {
        await using Tracked tracked = new();
        RunRecord run = await tracked.RunAsync(run =>
        {
            Pipeline(Regression()).TrackWith(run).Fit(LoanTable.Rows(300).ToDataView());
            return Task.CompletedTask;
        });
        Assert.Equal(["fit.duration_s", "fit.rows"], run.Metrics.Keys.Order(StringComparer.Ordinal));
    }

    private LbfgsLogisticRegressionBinaryTrainer Regression() => _context.BinaryClassification.Trainers.LbfgsLogisticRegression();

    private EstimatorChain<ITransformer> Pipeline(IEstimator<ITransformer> trainer) => LoanTable.Features(_context).Append(trainer);

    private async Task AssertLoggedAsync(IEstimator<ITransformer> trainer, string name, params (string Option, string Value)[] options)
    {
        await using Tracked tracked = new();
        IDataView data = LoanTable.Rows(600).ToDataView(), validation = LoanTable.Rows(400, seed: 2).ToDataView();
        TransformerChain<ITransformer>? fitted = null;
        RunRecord run = await tracked.RunAsync(run =>
        {
            fitted = Pipeline(trainer).TrackWith(run, validation).Fit(data);
            return Task.CompletedTask;
        });
        Assert.StartsWith(name, run.Params["trainer"], StringComparison.Ordinal);
        Assert.All(options, o => Assert.Equal(o.Value, run.Params[$"trainer.{o.Option}"]));
        Assert.Contains("ratio Single", run.Params["data.schema"], StringComparison.Ordinal);
        Assert.Equal(600, run.Metrics["fit.rows"].Value);
        Assert.True(run.Metrics["fit.duration_s"].Value > 0);
        CalibratedBinaryClassificationMetrics expected = _context.BinaryClassification.Evaluate(fitted!.Transform(validation));
        Assert.Equal(expected.AreaUnderRocCurve, run.Metrics["val_area_under_roc_curve"].Value, 12);
        Assert.Equal(expected.Accuracy, run.Metrics["val_accuracy"].Value, 12);
        Assert.Equal(expected.LogLoss, run.Metrics["val_log_loss"].Value, 12);
        Assert.Equal("OneHotEncodingEstimator: region -> regions", run.Params["pipeline.0"]);
        Assert.Equal("ColumnConcatenatingEstimator: ratio, income, regions -> Features", run.Params["pipeline.1"]);
        RunInput input = Assert.Single(run.Inputs);
        Assert.Equal(("training", "training", 600L), (input.Context, input.Dataset.Name, input.Dataset.Rows));
        Assert.StartsWith("sha256:", input.Dataset.Digest, StringComparison.Ordinal);
        Assert.Equal(["ratio", "income", "region", "Label"], input.Dataset.Schema!.Select(c => c.Name));
        Assert.Empty(await tracked.Experiments.ProblemsAsync(run.Id));
    }
}
