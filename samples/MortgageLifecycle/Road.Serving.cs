using System.Diagnostics;
using System.Globalization;
using Lifecycle;
using Lifecycle.Drift;
using Lifecycle.MLNet;
using Lifecycle.Serving;
using Lifecycle.Tracking;
using Lifecycle.Validation;
using Microsoft.ML;
using Microsoft.ML.Data;
using MortgageLifecycle.Serving;
using MortgageLifecycle.Training;

namespace MortgageLifecycle;

internal sealed partial class Road
{
    private Predictor<Application, Decision> Predictor => _lifecycle.Predictor<Application, Decision>(Model);

    public async Task ServeAsync()
    {
        Stop("Serving");
        await WaitForAsync(_champion);
        ColumnBatch held = await _split["test"].ReadAllAsync(cancellationToken: _stop);
        int approved = 0;
        foreach (Application application in Market.Applications(_rows))
        {
            approved += (await Predictor.PredictAsync(application, _stop)).Value.Approved ? 1 : 0;
        }

        Say($"{_book.Count:N0} applications decided in process by version {Predictor.Model.Version}, {held.RowCount:N0} of them held out of its training (its thresholds were chosen on out-of-fold scores of all); {approved:N0} approved");
        DriftReport calm = await CheckAsync();
        Say($"drift against the training data: {calm.Summary}");
    }

    public async Task MeetAnotherMarketAsync()
    {
        Stop("Another market");
        Say($"the shift: {Market.Description}");
        foreach (Application application in Market.Applications(Market.Shift(_rows), firstNumber: 10_001))
        {
            await Predictor.PredictAsync(application, _stop);
        }

        _drift = await CheckAsync();
        foreach (string line in _drift.ToString().Split('\n'))
        {
            Say(line.TrimEnd());
        }

        IReadOnlyList<DriftAlert> alerts = await _lifecycle.Drift.AlertsAsync(Model, cancellationToken: _stop);
        Say($"{(await _lifecycle.Drift.HistoryAsync(Model, cancellationToken: _stop)).Count} windows kept, {alerts.Count(a => a.State == AlertState.Pending)} alerts became pending and {alerts.Count(a => a is { State: AlertState.Raised, Before: not AlertState.Clearing })} were raised");
    }

    public async Task RetrainAsync()
    {
        Stop("Retraining, while calls go on");
        ColumnBatch shifted = Market.Shift(_rows);
        string file = Path.Combine(Directory.CreateTempSubdirectory("mortgage-").FullName, "hmda.csv");
        await Market.WriteCsvAsync(shifted, file, _stop);
        var market = await _lifecycle.Datasets.CommitAsync("mortgages-downturn", file, cancellationToken: _stop);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);

        using Callers callers = new(Predictor, [.. Market.Applications(shifted, firstNumber: 20_001)]);
        RetrainingPlan plan = new()
        {
            Model = Model,
            Gate = Gate.For(Model)
                .RequireNotWorse(Metric.AreaUnderRoc, margin: 0.01)
                .RequireFair(by: Candidate.Attribute, FairnessMetric.EqualOpportunityDifference, atMost: 0.10, confidence: 0.95)
                .Build(),
            Train = async (context, stop) =>
            {
                OutOfFold judged = OutOfFold.Of(_ml, Mitigated, shifted, FoldsOf(shifted), stop);
                ModelArtifact challenger = await TrainAsync(Mitigated, shifted, market, judged, context.Run);
                double[] champion = await ScoresAsync(context.Champion!, shifted);
                ReferenceProfile reference = ReferenceProfile.From(shifted.Select(Candidate.AllColumns).InSinglePrecision(), cancellationToken: stop);
                return new Challenger(challenger, Rows(judged), Baseline.FromScores(champion, threshold: 0, model: context.Champion!.Digest), Reference: reference);
            },
        };
        _retrained = await _lifecycle.Retraining.RunOnceAsync(plan, $"drift in {string.Join(", ", _drift.Columns.Where(c => c.Verdict == DriftVerdict.Drift).Select(c => c.Column))}", _stop);
        if (_retrained.Report is null)
        {
            throw new LifecycleException("Another process retrains this model in ./lifecycle; start again when it has ended.");
        }

        foreach (Finding finding in _retrained.Report.Findings)
        {
            Say($"{finding.Verdict}: {finding.Message}");
        }

        Say($"challenger {_retrained.Challenger} {_retrained.Result.ToString().ToLowerInvariant()}");
        await WaitForAsync(_retrained.Champion!);
        (long calls, long failed, IReadOnlyDictionary<string, long> versions) = await callers.StopAsync();
        Say($"{calls:N0} calls during training, gate and swap ({string.Join(", ", versions.OrderBy(v => v.Key).Select(v => $"version {v.Key}: {v.Value:N0}"))}); {failed} failed calls");
        if (failed > 0)
        {
            throw new LifecycleException("A call failed during the swap.");
        }
    }

    private async Task<DriftReport> CheckAsync() => await _lifecycle.MonitoringOf(Model).CloseWindowAsync(_stop);

    private async Task<double[]> ScoresAsync(ModelVersion version, ColumnBatch rows)
    {
        (ITransformer transformer, _) = await _ml.LoadModelAsync(version.Manifest, _lifecycle.Blobs, _stop);
        IDataView scored = transformer.Transform(rows.ToDataView());
        float least = scored.GetColumn<float>("Approval").Zip(scored.GetColumn<bool>("Approved")).Where(r => r.Second).Min(r => r.First);
        return [.. scored.GetColumn<float>("Approval").Select(s => (double)(s - least))];
    }

    private async Task WaitForAsync(ModelVersion version)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (Predictor.Model.Version != version.Number.ToString(CultureInfo.InvariantCulture))
        {
            if (waited.Elapsed > TimeSpan.FromSeconds(30))
            {
                throw new LifecycleException($"Version {version.Number} does not answer: {Predictor.Model.Reason ?? Predictor.Model.State.ToString()}");
            }

            await Task.Delay(20, _stop);
        }

        await _lifecycle.MonitoringOf(Model).ReadyAsync(_stop);
    }
}
