using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Trainers.LightGbm;

namespace Lifecycle.MLNet.Tests;

/// <summary>Every trainer served here, with options that are not the defaults, on 200 rows.</summary>
internal static class TrainerCases
{
    public static IEnumerable<string> Names => Cases().Select(c => c.Trainer.Name);

    /// <summary>With options of its own: a fit fills in what was left open.</summary>
    public static (Type Trainer, object? Options, Func<MLContext, IEstimator<ITransformer>> Make) Get(string name) => Cases().Single(c => c.Trainer.Name == name);

    /// <summary>Rows with a label for every task.</summary>
    public static IDataView Rows(MLContext context)
    {
        Random random = new(7);
        Row[] rows = [.. Enumerable.Range(0, 200).Select(i =>
        {
            float[] features = [.. Enumerable.Range(0, 4).Select(_ => (float)random.NextDouble())];
            float score = features[0] + features[1] - features[2];
            return new Row
            {
                Features = features, More = [features[3], 1 - features[3]], Label = score > 0.5f, Amount = 1 + (2 * Math.Abs(score)), Class = score < 0.3f ? "low" : score < 0.7f ? "mid" : "high",
                Group = (uint)(i / 10), Grade = (uint)(i % 3), Weight = 1 + (i % 2),
            };
        })];
        IDataView view = context.Data.LoadFromEnumerable(rows);
        return context.Transforms.Conversion.MapValueToKey("Key", nameof(Row.Class))
            .Append(context.Transforms.Conversion.MapValueToKey("GroupId", nameof(Row.Group)))
            .Append(context.Transforms.Conversion.MapValueToKey("GradeKey", nameof(Row.Grade))).Fit(view).Transform(view);
    }

    private static IEnumerable<(Type Trainer, object? Options, Func<MLContext, IEstimator<ITransformer>> Make)> Cases()
    {
        (Type, object?, Func<MLContext, IEstimator<ITransformer>>) Case<TTrainer, TOptions>(TOptions options, Func<MLContext, TOptions, IEstimator<ITransformer>> make)
            where TOptions : class => (typeof(TTrainer), options, ml => make(ml, options));
        (Type, object?, Func<MLContext, IEstimator<ITransformer>>) Bare<TTrainer>(Func<MLContext, IEstimator<ITransformer>> make) => (typeof(TTrainer), null, make);

        yield return Case<FieldAwareFactorizationMachineTrainer, FieldAwareFactorizationMachineTrainer.Options>(
            new() { ExtraFeatureColumns = ["More"], Radius = 0.7f, NumberOfIterations = 3, LatentDimension = 8, LearningRate = 0.05f, Shuffle = false, Verbose = false, LambdaLatent = 0.001f },
            (ml, o) => ml.BinaryClassification.Trainers.FieldAwareFactorizationMachine(o));
        yield return Case<LdSvmTrainer, LdSvmTrainer.Options>(
            new() { TreeDepth = 2, NumberOfIterations = 100, LambdaW = 0.2f, UseBias = false }, (ml, o) => ml.BinaryClassification.Trainers.LdSvm(o));
        yield return Case<LbfgsLogisticRegressionBinaryTrainer, LbfgsLogisticRegressionBinaryTrainer.Options>(
            new() { L2Regularization = 0.25f, HistorySize = 7, NumberOfThreads = 1 }, (ml, o) => ml.BinaryClassification.Trainers.LbfgsLogisticRegression(o));
        yield return Case<LbfgsMaximumEntropyMulticlassTrainer, LbfgsMaximumEntropyMulticlassTrainer.Options>(
            new() { LabelColumnName = "Key", L1Regularization = 0.25f, NumberOfThreads = 1 }, (ml, o) => ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(o));
        yield return Case<LbfgsPoissonRegressionTrainer, LbfgsPoissonRegressionTrainer.Options>(
            new() { LabelColumnName = "Amount", OptimizationTolerance = 1e-4f, NumberOfThreads = 1 }, (ml, o) => ml.Regression.Trainers.LbfgsPoissonRegression(o));
        yield return Bare<NaiveBayesMulticlassTrainer>(ml => ml.MulticlassClassification.Trainers.NaiveBayes("Key"));
        yield return Bare<OneVersusAllTrainer>(ml => ml.MulticlassClassification.Trainers.OneVersusAll(
            ml.BinaryClassification.Trainers.AveragedPerceptron(new AveragedPerceptronTrainer.Options { LabelColumnName = "Key", NumberOfIterations = 4 }), "Key", useProbabilities: false));
        yield return Bare<PairwiseCouplingTrainer>(ml => ml.MulticlassClassification.Trainers.PairwiseCoupling(
            ml.BinaryClassification.Trainers.LinearSvm(new LinearSvmTrainer.Options { LabelColumnName = "Key", NumberOfIterations = 4 }), "Key"));
        yield return Case<AveragedPerceptronTrainer, AveragedPerceptronTrainer.Options>(
            new() { NumberOfIterations = 3, LearningRate = 0.5f, LossFunction = new HingeLoss(0.5f), LazyUpdate = false }, (ml, o) => ml.BinaryClassification.Trainers.AveragedPerceptron(o));
        yield return Case<LinearSvmTrainer, LinearSvmTrainer.Options>(
            new() { Lambda = 0.01f, BatchSize = 2, NumberOfIterations = 2, PerformProjection = true }, (ml, o) => ml.BinaryClassification.Trainers.LinearSvm(o));
        yield return Case<OnlineGradientDescentTrainer, OnlineGradientDescentTrainer.Options>(
            new() { LabelColumnName = "Amount", LearningRate = 0.05f, DecreaseLearningRate = false }, (ml, o) => ml.Regression.Trainers.OnlineGradientDescent(o));
        yield return Case<SdcaLogisticRegressionBinaryTrainer, SdcaLogisticRegressionBinaryTrainer.Options>(
            new() { MaximumNumberOfIterations = 9, L1Regularization = 0.5f, NumberOfThreads = 1 }, (ml, o) => ml.BinaryClassification.Trainers.SdcaLogisticRegression(o));
        yield return Case<SdcaNonCalibratedBinaryTrainer, SdcaNonCalibratedBinaryTrainer.Options>(
            new() { LossFunction = new SmoothedHingeLoss(0.5f), MaximumNumberOfIterations = 8, NumberOfThreads = 1 }, (ml, o) => ml.BinaryClassification.Trainers.SdcaNonCalibrated(o));
        yield return Case<SdcaMaximumEntropyMulticlassTrainer, SdcaMaximumEntropyMulticlassTrainer.Options>(
            new() { LabelColumnName = "Key", Shuffle = false, MaximumNumberOfIterations = 20, NumberOfThreads = 1 }, (ml, o) => ml.MulticlassClassification.Trainers.SdcaMaximumEntropy(o));
        yield return Case<SdcaNonCalibratedMulticlassTrainer, SdcaNonCalibratedMulticlassTrainer.Options>(
            new() { LabelColumnName = "Key", BiasLearningRate = 0.1f, MaximumNumberOfIterations = 20, NumberOfThreads = 1 }, (ml, o) => ml.MulticlassClassification.Trainers.SdcaNonCalibrated(o));
        yield return Case<SdcaRegressionTrainer, SdcaRegressionTrainer.Options>(
            new() { LabelColumnName = "Amount", ConvergenceTolerance = 0.02f, MaximumNumberOfIterations = 20, NumberOfThreads = 1 }, (ml, o) => ml.Regression.Trainers.Sdca(o));
        yield return Case<SgdCalibratedTrainer, SgdCalibratedTrainer.Options>(
            new() { NumberOfIterations = 5, NumberOfThreads = 1, LearningRate = 0.02 }, (ml, o) => ml.BinaryClassification.Trainers.SgdCalibrated(o));
        yield return Case<SgdNonCalibratedTrainer, SgdNonCalibratedTrainer.Options>(
            new() { LossFunction = new HingeLoss(), NumberOfIterations = 5, NumberOfThreads = 1 }, (ml, o) => ml.BinaryClassification.Trainers.SgdNonCalibrated(o));
        yield return Bare<PriorTrainer>(ml => ml.BinaryClassification.Trainers.Prior("Label", "Weight"));
        yield return Case<KMeansTrainer, KMeansTrainer.Options>(
            new() { NumberOfClusters = 3, OptimizationTolerance = 0.25f, MaximumNumberOfIterations = 20, NumberOfThreads = 1, InitializationAlgorithm = KMeansTrainer.InitializationAlgorithm.Random },
            (ml, o) => ml.Clustering.Trainers.KMeans(o));
        yield return Case<RandomizedPcaTrainer, RandomizedPcaTrainer.Options>(
            new() { Rank = 2, Oversampling = 2, Seed = 4, EnsureZeroMean = false }, (ml, o) => ml.AnomalyDetection.Trainers.RandomizedPca(o));
        yield return Case<LightGbmBinaryTrainer, LightGbmBinaryTrainer.Options>(
            new() { NumberOfIterations = 5, NumberOfLeaves = 4, MinimumExampleCountPerLeaf = 5, NumberOfThreads = 1, Booster = new DartBooster.Options { XgboostDartMode = true, L1Regularization = 0.5 } },
            (ml, o) => ml.BinaryClassification.Trainers.LightGbm(o));
        yield return Case<LightGbmMulticlassTrainer, LightGbmMulticlassTrainer.Options>(
            new() { LabelColumnName = "Key", NumberOfIterations = 5, NumberOfThreads = 1, UseSoftmax = true }, (ml, o) => ml.MulticlassClassification.Trainers.LightGbm(o));
        yield return Case<LightGbmRankingTrainer, LightGbmRankingTrainer.Options>(
            new() { LabelColumnName = "GradeKey", RowGroupColumnName = "GroupId", NumberOfIterations = 5, NumberOfThreads = 1, CustomGains = [0, 1, 5, 7, 9], MinimumExampleCountPerLeaf = 5 },
            (ml, o) => ml.Ranking.Trainers.LightGbm(o));
        yield return Case<LightGbmRegressionTrainer, LightGbmRegressionTrainer.Options>(
            new() { LabelColumnName = "Amount", NumberOfIterations = 5, NumberOfThreads = 1, MaximumBinCountPerFeature = 30 }, (ml, o) => ml.Regression.Trainers.LightGbm(o));
        yield return Case<FastTreeBinaryTrainer, FastTreeBinaryTrainer.Options>(
            new() { NumberOfTrees = 5, NumberOfLeaves = 4, LearningRate = 0.15, NumberOfThreads = 1, UnbalancedSets = true },
            (ml, o) => ml.BinaryClassification.Trainers.FastTree(o));
        yield return Case<FastTreeRegressionTrainer, FastTreeRegressionTrainer.Options>(
            new() { LabelColumnName = "Amount", NumberOfTrees = 5, NumberOfThreads = 1, Shrinkage = 0.5 }, (ml, o) => ml.Regression.Trainers.FastTree(o));
        yield return Case<FastTreeTweedieTrainer, FastTreeTweedieTrainer.Options>(
            new() { LabelColumnName = "Amount", NumberOfTrees = 5, NumberOfThreads = 1, Index = 1.3 }, (ml, o) => ml.Regression.Trainers.FastTreeTweedie(o));
        yield return Case<FastTreeRankingTrainer, FastTreeRankingTrainer.Options>(
            new() { LabelColumnName = "GradeKey", RowGroupColumnName = "GroupId", NumberOfTrees = 5, NumberOfThreads = 1, CustomGains = [0, 1, 5, 7, 9] },
            (ml, o) => ml.Ranking.Trainers.FastTree(o));
        yield return Case<GamBinaryTrainer, GamBinaryTrainer.Options>(
            new() { NumberOfIterations = 5, NumberOfThreads = 1, MaximumBinCountPerFeature = 20 }, (ml, o) => ml.BinaryClassification.Trainers.Gam(o));
        yield return Case<GamRegressionTrainer, GamRegressionTrainer.Options>(
            new() { LabelColumnName = "Amount", NumberOfIterations = 5, NumberOfThreads = 1, EntropyCoefficient = 0.1 }, (ml, o) => ml.Regression.Trainers.Gam(o));
        yield return Case<FastForestBinaryTrainer, FastForestBinaryTrainer.Options>(
            new() { NumberOfTrees = 4, NumberOfLeaves = 5, NumberOfThreads = 1, FeatureFraction = 0.9 }, (ml, o) => ml.BinaryClassification.Trainers.FastForest(o));
        yield return Case<FastForestRegressionTrainer, FastForestRegressionTrainer.Options>(
            new() { LabelColumnName = "Amount", NumberOfTrees = 4, NumberOfThreads = 1, ShuffleLabels = true }, (ml, o) => ml.Regression.Trainers.FastForest(o));
    }

    internal sealed class Row
    {
        [VectorType(4)]
        public float[] Features { get; set; } = [];

        [VectorType(2)]
        public float[] More { get; set; } = [];

        public bool Label { get; set; }

        public float Amount { get; set; }

        public string Class { get; set; } = "";

        public uint Group { get; set; }

        public uint Grade { get; set; }

        public float Weight { get; set; }
    }
}
