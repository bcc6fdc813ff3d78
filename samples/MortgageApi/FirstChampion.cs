using Lifecycle;
using Lifecycle.Data;
using Lifecycle.Drift;
using Lifecycle.MLNet;
using Lifecycle.Tracking;
using Lifecycle.Validation;
using Microsoft.ML;

namespace MortgageApi;

/// <summary>Trains, gates and promotes the first model of a new workspace, so that the API has something to serve.</summary>
internal static class FirstChampion
{
    private static readonly string[] Numbers = ["pirat", "hirat", "lvrat", "chist", "mhist", "unemp"];
    private static readonly string[] YesNo = ["phist", "insurance"];

    public static async Task TrainAsync(IServiceProvider services)
    {
        ModelRegistry registry = services.GetRequiredService<ModelRegistry>();
        if (await registry.GetByAliasAsync("mortgage", "champion") is not null)
        {
            return;
        }

        DatasetVersion data = await services.GetRequiredService<DatasetCatalog>()
            .CommitAsync("mortgages", Path.Combine(AppContext.BaseDirectory, "data", "hmda.csv"));
        DatasetSplit split = await data.SplitAsync(s => s.Into(("train", 0.7), ("test", 0.3)));
        ColumnBatch train = await split["train"].ReadAllAsync();
        ColumnBatch test = await split["test"].ReadAllAsync();

        MLContext ml = new(seed: 1);
        IDataView Labelled(ColumnBatch rows) => ml.Transforms.Conversion
            .MapValue("Label", [new KeyValuePair<string, bool>("no", true), new("yes", false)], "deny").Fit(rows.ToDataView()).Transform(rows.ToDataView());
        KeyValuePair<string, float>[] yesNo = [new("no", 0), new("yes", 1)];
        IEstimator<ITransformer> pipeline = ml.Transforms.Conversion.MapValue("is.phist", yesNo, "phist")
            .Append(ml.Transforms.Conversion.MapValue("is.insurance", yesNo, "insurance"))
            .Append(ml.Transforms.Concatenate("Features", [.. Numbers, .. YesNo.Select(c => "is." + c)]))
            .Append(ml.BinaryClassification.Trainers.LightGbm(numberOfIterations: 60, numberOfLeaves: 8, minimumExampleCountPerLeaf: 20, learningRate: 0.1));

        await using Run run = await services.GetRequiredService<ExperimentCatalog>().StartRunAsync("mortgage", r => r.With(split["train"]));
        ITransformer model = pipeline.TrackWith(run, validation: Labelled(test)).Fit(Labelled(train));
        ModelArtifact artifact = await run.LogModelAsync(ml, model, train.Select([.. Numbers, .. YesNo]).ToDataView().Schema);

        EvaluationSet rows = model.Transform(Labelled(test)).ToEvaluationSet(label: "Label", score: "Probability").Attribute(test["afam"]).Meaning("approved");
        Gate gate = Gate.For("mortgage").Require(Metric.AreaUnderRoc, atLeast: 0.70)
            .RequireFair(by: "afam", FairnessMetric.EqualOpportunityDifference, atMost: 0.10).AsAdvisory()
            .Build();
        GateReport report = await services.GetRequiredService<GateEvaluator>().EvaluateAsync(gate, artifact, rows);
        ModelVersion version = await registry.RegisterAsync("mortgage", artifact, report);
        await services.GetRequiredService<DriftMonitors>().RegisterReferenceAsync("mortgage", $"{version.Number}", ReferenceProfile.From(train.Select([.. Numbers, .. YesNo]).InSinglePrecision()));
        await registry.PromoteAsync(version, "champion", "first model of a new workspace");
    }
}
