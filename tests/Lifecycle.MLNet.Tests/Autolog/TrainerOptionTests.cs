using System.Globalization;
using System.Reflection;
using Lifecycle.Tracking;
using Microsoft.ML;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.FastTree;

namespace Lifecycle.MLNet.Tests;

public sealed class TrainerOptionTests
{
    private readonly MLContext _context = new(seed: 1);

    public static TheoryData<string> Trainers => [.. TrainerCases.Names];

    [Fact]
    public void The_table_holds_every_trainer_of_the_packages()
    {
        string[] served = [.. ((string[])["Microsoft.ML.StandardTrainers", "Microsoft.ML.KMeansClustering", "Microsoft.ML.PCA", "Microsoft.ML.FastTree", "Microsoft.ML.LightGbm"])
            .SelectMany(a => Assembly.Load(a).GetExportedTypes())
            .Where(t => !t.IsAbstract && t.Name.EndsWith("Trainer", StringComparison.Ordinal) && t.GetInterfaces().Any(i => i.Name.StartsWith("IEstimator`", StringComparison.Ordinal)))
            .Select(t => t.Name).Order(StringComparer.Ordinal)];
        Assert.Equal(served, TrainerCases.Names.Order(StringComparer.Ordinal));
        Assert.Equal(33, served.Length);
    }

    [Theory]
    [MemberData(nameof(Trainers))]
    public async Task TrackWith_CapturesOptions_OfAllTrainers(string name)
    {
        await using Tracked tracked = new();
        (Type trainer, object? options, Func<MLContext, IEstimator<ITransformer>> make) = TrainerCases.Get(name);
        IDataView rows = TrainerCases.Rows(_context);
        KeyValuePair<string, object?>[] told = options is null ? [] : [.. Expected(options)];
        RunRecord run = await tracked.RunAsync(run =>
        {
            make(_context).TrackWith(run, model: false).Fit(rows);
            return Task.CompletedTask;
        });
        Assert.Empty(await tracked.Experiments.ProblemsAsync(run.Id));
        Assert.Equal("1", run.Tags["lifecycle.seed"]);
        Assert.Equal(trainer.Name.Replace("Trainer", "", StringComparison.Ordinal), run.Params["trainer"]);
        Assert.Empty(told.Where(o => !Same(o.Value, run.Params.GetValueOrDefault($"trainer.{o.Key}")))
            .Select(o => $"{o.Key}: {o.Value} is {run.Params.GetValueOrDefault($"trainer.{o.Key}") ?? "missing"}"));
    }

    [Fact]
    public async Task Options_within_options_are_written_with_their_path()
    {
        RunRecord run = await FitAsync("LightGbmBinaryTrainer");
        Assert.Equal("DartBooster", run.Params["trainer.Booster"]);
        Assert.Equal("True", run.Params["trainer.Booster.XgboostDartMode"]);
        Assert.Equal("0.5", run.Params["trainer.Booster.L1Regularization"]);
        Assert.Equal("[0,1,5,7,9]", (await FitAsync("FastTreeRankingTrainer")).Params["trainer.CustomGains"]);
    }

    [Fact]
    public async Task A_fit_that_fails_leaves_its_options_behind()
    {
        await using Tracked tracked = new();
        RunRecord run = await tracked.RunAsync(run =>
        {
            FastTreeBinaryTrainer trainer = _context.BinaryClassification.Trainers.FastTree(new FastTreeBinaryTrainer.Options { EarlyStoppingRule = new TolerantEarlyStoppingRule(0.02f) });
            Assert.Throws<InvalidOperationException>(() => trainer.TrackWith(run).Fit(TrainerCases.Rows(_context)));
            return Task.CompletedTask;
        });
        Assert.Equal("TolerantEarlyStoppingRule", run.Params["trainer.EarlyStoppingRule"]);
        Assert.Equal("0.02", run.Params["trainer.EarlyStoppingRule.Threshold"]);
        Assert.DoesNotContain("fit.duration_s", run.Metrics.Keys);
    }

    [Fact]
    public async Task What_a_trainer_filled_in_while_it_trained_is_written()
    {
        RunRecord run = await FitAsync("SdcaLogisticRegressionBinaryTrainer");
        Assert.Equal("null", run.Params["trainer.L2Regularization"]);
        Assert.True(double.Parse(run.Params["trainer.effective.L2Regularization"], CultureInfo.InvariantCulture) > 0);
        Assert.DoesNotContain("trainer.effective.L1Regularization", run.Params.Keys);
    }

    [Fact]
    public async Task What_LightGBM_chose_by_itself_is_written()
    {
        RunRecord run = await FitAsync("LightGbmRegressionTrainer");
        Assert.Equal("null", run.Params["trainer.LearningRate"]);
        Assert.True(double.Parse(run.Params["trainer.effective.learning_rate"], CultureInfo.InvariantCulture) > 0);
        Assert.Equal("30", run.Params["trainer.MaximumBinCountPerFeature"]);
        Assert.Contains("trainer.effective.num_leaves", run.Params.Keys);
    }

    [Fact]
    public async Task The_trainer_inside_a_one_versus_all_is_written_too()
    {
        RunRecord run = await FitAsync("OneVersusAllTrainer");
        Assert.Equal("AveragedPerceptron", run.Params["trainer.inner"]);
        Assert.Equal("4", run.Params["trainer.inner.NumberOfIterations"]);
        Assert.Equal("False", run.Params["trainer.UseProbabilities"]);
        Assert.Equal("Key", run.Params["trainer.LabelColumnName"]);
        Assert.Equal("LinearSvm", (await FitAsync("PairwiseCouplingTrainer")).Params["trainer.inner"]);
    }

    [Fact]
    public async Task Trainers_without_options_say_their_columns()
    {
        RunRecord prior = await FitAsync("PriorTrainer");
        Assert.Equal("Weight", prior.Params["trainer.ExampleWeightColumnName"]);
        RunRecord bayes = await FitAsync("NaiveBayesMulticlassTrainer");
        Assert.Equal("Key", bayes.Params["trainer.LabelColumnName"]);
        Assert.Equal("Features", bayes.Params["trainer.FeatureColumnName"]);
    }

    private async Task<RunRecord> FitAsync(string name)
    {
        await using Tracked tracked = new();
        return await tracked.RunAsync(run =>
        {
            TrainerCases.Get(name).Make(_context).TrackWith(run, model: false).Fit(TrainerCases.Rows(_context));
            return Task.CompletedTask;
        });
    }

    // What reflection over the type of the options says, without the reader.
    private static IEnumerable<KeyValuePair<string, object?>> Expected(object options)
    {
        foreach (FieldInfo field in options.GetType().GetFields(BindingFlags.Instance | BindingFlags.Public))
        {
            yield return KeyValuePair.Create(field.Name, field.GetValue(options));
        }

        foreach (PropertyInfo property in options.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(p => p.CanRead))
        {
            yield return KeyValuePair.Create(property.Name, property.GetValue(options));
        }
    }

    private static bool Same(object? expected, string? logged) => expected switch
    {
        _ when logged is null => false,
        null => logged == "null",
        bool flag => logged == (flag ? "True" : "False"),
        string or Enum => logged == expected.ToString(),
        string[] list => logged == $"[{string.Join(',', list.Select(t => $"\"{t}\""))}]",
        Array list => logged == $"[{string.Join(',', list.Cast<object>().Select(n => Convert.ToString(n, CultureInfo.InvariantCulture)))}]",
        IFormattable number => logged == number.ToString(null, CultureInfo.InvariantCulture),
        _ => expected.GetType().FullName!.Contains(logged, StringComparison.Ordinal),
    };
}
