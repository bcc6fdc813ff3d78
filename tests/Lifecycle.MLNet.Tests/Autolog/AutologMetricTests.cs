using Lifecycle.Tracking;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet.Tests;

public sealed class AutologMetricTests
{
    private readonly MLContext _context = new(seed: 1);

    [Theory]
    [InlineData("LbfgsLogisticRegressionBinaryTrainer", "val_area_under_roc_curve", "val_log_loss")]
    [InlineData("LinearSvmTrainer", "val_area_under_roc_curve", "val_f1_score")]
    [InlineData("SdcaMaximumEntropyMulticlassTrainer", "val_micro_accuracy", "val_per_class_log_loss_2")]
    [InlineData("OneVersusAllTrainer", "val_macro_accuracy", "val_log_loss_reduction")]
    [InlineData("FastTreeRegressionTrainer", "val_root_mean_squared_error", "val_r_squared")]
    [InlineData("LightGbmRankingTrainer", "val_normalized_discounted_cumulative_gains_1", "val_discounted_cumulative_gains_3")]
    [InlineData("KMeansTrainer", "val_average_distance", "val_davies_bouldin_index")]
    [InlineData("RandomizedPcaTrainer", "val_area_under_roc_curve", "val_detection_rate_at_false_positive_count")]
    public async Task Metrics_follow_the_task(string trainer, string metric, string another)
    {
        await using Tracked tracked = new();
        IDataView rows = TrainerCases.Rows(_context);
        RunRecord run = await tracked.RunAsync(run =>
        {
            TrainerCases.Get(trainer).Make(_context).TrackWith(run, validation: rows, model: false).Fit(rows);
            return Task.CompletedTask;
        });
        Assert.Empty(await tracked.Experiments.ProblemsAsync(run.Id));
        Assert.Contains(metric, run.Metrics.Keys);
        Assert.Contains(another, run.Metrics.Keys);
    }

    [Fact]
    public async Task A_probability_decides_about_the_calibrated_metrics()
    {
        Assert.DoesNotContain("val_log_loss", (await FitAsync("LinearSvmTrainer")).Metrics.Keys);
        Assert.Contains("val_log_loss", (await FitAsync("SgdCalibratedTrainer")).Metrics.Keys);
    }

    [Fact]
    public async Task A_label_that_is_not_there_is_a_problem_that_names_it()
    {
        await using Tracked tracked = new();
        IDataView rows = TrainerCases.Rows(_context);
        RunRecord run = await tracked.RunAsync(run =>
        {
            TrainerCases.Get("LinearSvmTrainer").Make(_context).TrackWith(run, rows, label: "Outcome", model: false).Fit(rows);
            return Task.CompletedTask;
        });
        Assert.Contains("The label column 'Outcome' is not in", Assert.Single(await tracked.Experiments.ProblemsAsync(run.Id)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_a_strict_run_a_second_fit_of_another_trainer_does_not_fail()
    {
        await using Tracked tracked = new();
        IDataView rows = TrainerCases.Rows(_context);
        Run run = await tracked.Experiments.StartRunAsync("loans", r => r.Strict());
        TrainerCases.Get("LinearSvmTrainer").Make(_context).TrackWith(run, model: false).Fit(rows);
        TrainerCases.Get("SgdCalibratedTrainer").Make(_context).TrackWith(run, model: false).Fit(rows);
        await run.DisposeAsync();
        Assert.Contains(run.Problems, p => p is { Reason: "param-changed", Subject: "trainer" });
        Assert.Equal(RunStatus.Finished, run.Status);
    }

    private async Task<RunRecord> FitAsync(string trainer)
    {
        await using Tracked tracked = new();
        IDataView rows = TrainerCases.Rows(_context);
        return await tracked.RunAsync(run =>
        {
            TrainerCases.Get(trainer).Make(_context).TrackWith(run, rows, model: false).Fit(rows);
            return Task.CompletedTask;
        });
    }
}
