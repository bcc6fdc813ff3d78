using Lifecycle;
using System.Globalization;
using Lifecycle.Data;
using Lifecycle.Drift;
using Lifecycle.MLNet;
using Lifecycle.Tracking;
using Lifecycle.Validation;
using Microsoft.ML;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Trainers.LightGbm;
using MortgageLifecycle.Training;

namespace MortgageLifecycle;

internal sealed partial class Road
{
    /// <summary>The three recipes that a bank would try first.</summary>
    private static readonly Candidate[] Recipes =
    [
        new("linear, all columns", Candidate.AllColumns, ml => ml.BinaryClassification.Trainers.LbfgsLogisticRegression(l2Regularization: 0.1f)),
        new("FastTree, without race", Candidate.WithoutAttribute, FastTree),
        new("LightGBM, without race", Candidate.WithoutAttribute, LightGbm),
    ];

    /// <summary>The mitigation: the same trees, thresholds chosen so that those who repay are approved equally often in both groups.</summary>
    private static readonly Candidate Mitigated = new("FastTree, thresholds by group", Candidate.WithoutAttribute, FastTree, ThresholdByGroup: true);

    public async Task CommitAsync()
    {
        Stop("Data");
        _data = await _lifecycle.Datasets.CommitAsync("mortgages", Path.Combine(AppContext.BaseDirectory, "data", "hmda.csv"), cancellationToken: _stop);
        _rows = await _data.ReadAllAsync(cancellationToken: _stop);
        _split = await _data.SplitAsync(s => s.Into(("train", 0.8), ("test", 0.2)), _stop);
        await _split.RequireNoLeakageAsync(cancellationToken: _stop);
        _train = await _split["train"].ReadAllAsync(cancellationToken: _stop);
        DatasetFile file = (await _data.ListFilesAsync(_stop))[0];
        Say($"{_data}: {_data.Rows:N0} applications, {_data.Schema!.Count} columns, version {_data.Digest}");
        Say($"hmda.csv {file.Digest}, {_data.Receipt.StoredBytes:N0} new bytes stored");
        DatasetProfile profile = await _data.ProfileAsync(cancellationToken: _stop);
        Say($"profile of the same pass: loan to value from {profile["lvrat"].Minimum:0.00} to {profile["lvrat"].Maximum:0.00}, 99 % below {profile["lvrat"].Quantile(0.99):0.00}; "
            + $"{profile.Columns.Sum(c => c.Nulls)} cells are missing");
        ContractResult contract = Demands.Applications.Check(_rows, new ContractOptions { Stage = Stage.Training });
        Say($"contract '{contract.Contract}': {contract.Verdict}, {contract.Findings.Count} rules on {contract.Rows:N0} rows");
        foreach (ContractFinding finding in contract.Findings.Where(f => f.Verdict != Verdict.Pass))
        {
            Say($"   {finding.Severity}: {finding.Message}");
        }

        contract.EnsurePassed();
        Say($"split by a hash of the row: {_train.RowCount:N0} to train, {_rows.RowCount - _train.RowCount:N0} held out; a row never changes sides");
    }

    public async Task TrainAndGateAsync()
    {
        Stop("Candidates, judged out of fold on all applications");
        foreach (Candidate candidate in Recipes)
        {
            await TryAsync(candidate);
        }

        if (_candidates.Any(c => c.Report.Passed))
        {
            return;
        }

        Stop("Mitigation: none passed by itself");
        await TryAsync(Mitigated);
        if (!_candidates[^1].Report.Passed)
        {
            throw new LifecycleException("The mitigation does not pass either; nothing is promoted. The reports are kept with the runs of './lifecycle'.");
        }

        double before = Area(_candidates.Single(c => c.Candidate.Name == "FastTree, without race").Report);
        double after = Area(_candidates[^1].Report);
        Say($"what it costs: AUC {before:0.0000} -> {after:0.0000} ({after - before:+0.0000;-0.0000})");
    }

    public async Task PromoteAsync()
    {
        Stop("Promotion");
        (Candidate refused, _, ModelVersion version) = _candidates.First(c => !c.Report.Passed);
        try
        {
            await _lifecycle.Registry.PromoteAsync(version, Alias, "the linear one is easiest to explain", cancellationToken: _stop);
        }
        catch (PromotionRefusedException error)
        {
            Say($"'{refused.Name}' as {Alias}? Refused: {error.Reasons[0]}");
        }

        (Candidate candidate, GateReport report, _champion) = _candidates.Where(c => c.Report.Passed).MaxBy(c => Area(c.Report));
        ReferenceProfile reference = ReferenceProfile.From(_train.Select(Candidate.AllColumns).InSinglePrecision());
        await _lifecycle.Drift.RegisterReferenceAsync(Model, _champion.Number.ToString(CultureInfo.InvariantCulture), reference, _stop);
        await _lifecycle.Registry.PromoteAsync(_champion, Alias, $"{candidate.Name}: gate passed, AUC {Area(report):0.000}", cancellationToken: _stop);
        Say($"{_champion} is {Alias}: {candidate.Name}");
        await File.WriteAllTextAsync("model-card.md", Card(candidate, report).ToMarkdown(), _stop);
        Say("its model card is in model-card.md, the report of every candidate under reports");
    }

    private async Task TryAsync(Candidate candidate)
    {
        ColumnBatch everything = _rows;
        OutOfFold judged = OutOfFold.Of(_ml, candidate, everything, FoldsOf(everything), _stop);
        await using Run run = await _lifecycle.Experiments.StartRunAsync(Model, r => r.Named(candidate.Name), _stop);
        ModelArtifact model = await TrainAsync(candidate, _train, _split["train"], judged, run);
        EvaluationSet rows = Rows(judged);
        GateReport report = await _lifecycle.Gate(Model)
            .Require(Metric.AreaUnderRoc, atLeast: 0.70)
            .RequireFair(by: Candidate.Attribute, FairnessMetric.EqualOpportunityDifference, atMost: 0.10, confidence: 0.95)
            .RequireValue(Demands.Money, upliftAtLeast: 0m)
            .OnEverySlice(by: "single", minRows: 100, g => g.Require(Metric.AreaUnderRoc, atLeast: 0.65))
            .EvaluateAsync(model, rows.Attribute(everything["single"]), cancellationToken: _stop);
        ModelVersion version = await _lifecycle.Registry.RegisterAsync(Model, model, [report], _stop);
        await report.SaveAsync(Path.Combine("reports", version.Number.ToString(CultureInfo.InvariantCulture)), cancellationToken: _stop);
        _candidates.Add((candidate, report, version));
        Judged[version.Number] = rows;
        Say($"{version} {candidate.Name}: AUC {Area(report):0.000}, gate {report.Verdict}");
        foreach (Finding finding in report.Findings.Where(f => f.Verdict != Verdict.Pass))
        {
            Say($"   refused: {finding.Message}");
        }
    }

    /// <summary>Trains a recipe on rows, writes it into the run, puts the decision behind it.</summary>
    private async Task<ModelArtifact> TrainAsync(Candidate candidate, ColumnBatch rows, DatasetReference data, OutOfFold judged, Run run)
    {
        IDataView view = Candidate.Labelled(_ml, rows.ToDataView());
        Cut cut = Cut.Choose(judged.Rows, candidate.ThresholdByGroup);

        // What is served has the decision behind it and is logged below, so the bare scores are not.
        ITransformer fitted = candidate.Pipeline(_ml).TrackWith(run, model: false, data: data).Fit(view);
        run.LogParam("columns", string.Join(",", candidate.Columns));
        run.LogParam("threshold", cut.Threshold);
        run.LogParam("threshold.afam", cut.GroupThreshold);
        ITransformer model = Candidate.WithDecision(_ml, fitted, view, cut);
        return await run.LogModelAsync(_ml, model, rows.Select(Candidate.AllColumns).ToDataView().Schema, cancellationToken: _stop);
    }

    private ModelCard Card(Candidate candidate, GateReport report) => new()
    {
        Name = Model,
        Report = report,
        Overview = $"{candidate.Name}: orders applications for a mortgage by the chance that they are repaid.",
        Version = _champion.ToString(),
        Architecture = "gradient boosted trees (FastTree), 60 trees of 8 leaves",
        Owners = [new ModelOwner("credit risk")],
        Data = [new ModelDataset("hmda.csv", $"{_data}: {_rows.RowCount:N0} applications of Boston, 1990; {_data.Digest}", ["afam"])],
        InputFormat = string.Join(", ", candidate.Columns),
        OutputFormat = "score and decision",
        UseCases = ["A first view for a loan officer, who decides"],
        Limitations = ["One city and one year", "A denial by the bank stands for a loan that would not be repaid"],
        Risks = [new ModelRisk("Applicants of one group are turned away more often", "the gate on equal opportunity, thresholds by group, the drift monitor")],
    };

    private static FastTreeBinaryTrainer FastTree(MLContext ml) => ml.BinaryClassification.Trainers.FastTree(new FastTreeBinaryTrainer.Options
    {
        NumberOfTrees = 60, NumberOfLeaves = 8, MinimumExampleCountPerLeaf = 20, LearningRate = 0.1, Seed = Seed, NumberOfThreads = 1,
    });

    private static LightGbmBinaryTrainer LightGbm(MLContext ml) => ml.BinaryClassification.Trainers.LightGbm(new LightGbmBinaryTrainer.Options
    {
        NumberOfIterations = 60, NumberOfLeaves = 8, MinimumExampleCountPerLeaf = 20, LearningRate = 0.1, Seed = Seed, NumberOfThreads = 1, Deterministic = true,
    });

    private static EvaluationSet Rows(OutOfFold judged) => EvaluationSet
        .Of(judged.Repays, Array.ConvertAll(judged.Scores, s => (double)s), threshold: 0)
        .Attribute(Candidate.Attribute, judged.Rows.Select(r => r.InGroup ? "yes" : "no"))
        .Meaning("approved");

    private static int[] FoldsOf(ColumnBatch rows) => RowHash.Fold(rows, Folds, "mortgage-folds");

    private static double Area(GateReport report) => report.Findings.First(f => f.Requirement.Contains("AreaUnderRoc", StringComparison.Ordinal)).Value!.Value.Value;
}
