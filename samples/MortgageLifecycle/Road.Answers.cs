using System.Globalization;
using System.Text;
using Lifecycle;
using Lifecycle.Data;
using Lifecycle.Drift;
using Lifecycle.Serving;
using Lifecycle.Tracking;
using Lifecycle.Validation;
using MortgageLifecycle.Report;
using MortgageLifecycle.Training;

namespace MortgageLifecycle;

internal sealed partial class Road
{
    private const int AskedAbout = 1234;

    private readonly List<AuditEntry> _trail = [];

    private string _answer = "";

    public async Task AnswerAsync()
    {
        Stop("Audit");
        await foreach (AuditEntry entry in _lifecycle.Audit.ReadAsync(cancellationToken: _stop))
        {
            _trail.Add(entry);
        }

        foreach (AuditEntry entry in _trail.TakeLast(40))
        {
            Say($"{entry.Sequence,4} {entry.At:HH:mm:ss} {entry.Actor} {entry.Action} {entry.Subject}{(entry.Reason is null ? "" : $": {entry.Reason}")}");
        }

        AuditVerification audit = await _lifecycle.Audit.VerifyAsync(cancellationToken: _stop);
        VerificationReport objects = await _lifecycle.Objects.VerifyAsync(cancellationToken: _stop);
        Say($"audit chain of {audit.Head.Count} entries {(audit.IsSound ? "verifies" : "IS BROKEN")}, head {audit.Head.Head}");
        Say($"object store: {objects.Blobs} blobs, {(objects.IsSound ? "all sound" : $"{objects.Damaged.Count} damaged, {objects.Missing.Count} missing")}");

        CollectionPlan garbage = await _lifecycle.Objects.PlanCollectionAsync(cancellationToken: _stop);
        Say($"a collection would find {garbage.Dead.Count} blobs that nothing needs; nothing goes before it was unneeded for seven days");

        Stop("Which data made the model that decided application 1,234, who promoted it, and when?");
        (InferenceStamp stamp, bool approved, float _) = _book[AskedAbout];
        ModelVersion version = (await _lifecycle.Registry.GetVersionAsync(Model, int.Parse(stamp.Version, CultureInfo.InvariantCulture), _stop))!;
        Lineage lineage = await _lifecycle.Registry.LineageAsync(version, _stop);
        AliasPeriod? period = await _lifecycle.Registry.WhoWasAsync(Model, Alias, stamp.At, cancellationToken: _stop);
        DatasetReference input = lineage.Inputs[0].Dataset;
        string file = (await _data.ListFilesAsync(_stop))[0].Digest.ToString();
        _answer = string.Create(
            CultureInfo.InvariantCulture,
            $"Application 1,234 was {(approved ? "approved" : "denied")} at {stamp.At:HH:mm:ss} by {version} (model {version.Digest}), made by run {lineage.RunId} "
            + $"from {input.Uri} ({input.Digest}), whose file hmda.csv is {file}. "
            + $"{period!.Actor} promoted it at {period.From:yyyy-MM-dd HH:mm:ss} UTC: {period.Reason}.");
        Say(_answer);
        LineageGraph made = await _lifecycle.Datasets.Lineage.DownstreamOfAsync(_data, _stop);
        Say($"{_data} went into {made.OfKind(LineageNode.Run).Count()} runs, {made.OfKind(LineageNode.ModelVersion).Count()} model versions "
            + $"and {made.OfKind(LineageNode.DatasetVersion).Count()} derived version(s)");
    }

    public async Task WriteReportAsync(string path)
    {
        ReportPage page = new(
            "The life of one mortgage model",
            "2,380 applications of Boston, 1990: three candidates, a gate, a mitigation, a changed market, a retraining, and an answer for whoever asks.");
        page.Add("Summary", Summary());
        page.Add("Candidates and the gate", Candidates());
        page.Add("The refused candidate", _candidates.First(c => !c.Report.Passed).Report.ToHtmlFragment());
        page.Add("The champion's gate", _candidates.Last(c => c.Report.Passed).Report.ToHtmlFragment());
        page.Add("Drift of the changed market", $"<p>{ReportPage.Text(Serving.Market.Description)}</p>{await DriftAsync()}");
        page.Add("Retraining", _retrained.Report!.ToHtmlFragment());
        page.Add("Data for the auditor", Shared());
        page.Add("Who answers for it", $"<p>{ReportPage.Text(_answer)}</p>");
        page.Add("Timeline", Timeline());
        await AtomicFile.WriteAsync(path, Encoding.UTF8.GetBytes(page.ToString()), _stop);
        Stop($"Report: {path}, {new FileInfo(path).Length / 1024:N0} KB");
    }

    /// <summary>The report of the changed market with every window that the monitor closed and what became of its alerts.</summary>
    private async Task<string> DriftAsync() => _drift.Page()
        .With(await _lifecycle.Drift.HistoryAsync(Model, take: 30, cancellationToken: _stop))
        .With(await _lifecycle.Drift.AlertsAsync(Model, take: 200, cancellationToken: _stop))
        .ToHtmlFragment(headingLevel: 3);

    private string Summary()
    {
        (Candidate champion, GateReport report, _) = _candidates.Last(c => c.Report.Passed);
        StringBuilder html = new("<div class=\"facts\">");
        void Fact(string value, string what) => html.Append(CultureInfo.InvariantCulture, $"<div><b>{ReportPage.Text(value)}</b><span>{ReportPage.Text(what)}</span></div>");
        Fact($"{_rows.RowCount:N0}", "applications judged out of fold");
        Fact($"{_candidates.Count(c => !c.Report.Passed)} of {_candidates.Count}", "candidates refused by the gate");
        Fact(ReportPage.Number(Area(report)), $"AUC of the champion, {champion.Name}");
        Fact($"{_drift.Columns.Count(c => c.Verdict == DriftVerdict.Drift)}", "columns drifted in the changed market");
        Fact(_retrained.Result.ToString(), "outcome of the retraining");
        return html.Append("</div>").ToString();
    }

    private string Candidates() => ReportPage.Table(
        ["version", "candidate", "AUC", "approved of those who repay: larger group", "smaller group", "gap, 95 % upper bound", "gate"],
        _candidates.Select(c =>
        {
            Finding fair = c.Report.Findings.First(f => f.Requirement.Contains("EqualOpportunity", StringComparison.Ordinal));
            GroupMetrics groups = GroupMetrics.Compute(Judged[c.Version.Number], [Candidate.Attribute], Metric.TruePositiveRate);
            string css = c.Report.Verdict switch { Verdict.Pass => "pass", Verdict.Fail => "fail", _ => "hold" };
            return (IReadOnlyList<string>)
            [
                ReportPage.Text(c.Version.ToString()),
                ReportPage.Text(c.Candidate.Name),
                ReportPage.Number(Area(c.Report)),
                ReportPage.Number(groups["no"][Metric.TruePositiveRate].Value),
                ReportPage.Number(groups["yes"][Metric.TruePositiveRate].Value),
                $"{ReportPage.Number(fair.Value!.Value.Value)}, {ReportPage.Number(fair.Upper!.Value)}",
                $"<span class=\"{css}\">{c.Report.Verdict}</span>",
            ];
        }),
        2, 3, 4, 5);

    private string Shared()
    {
        DisclosureRisk before = _safe.Risk.Before, after = _safe.Risk.After;
        IReadOnlyList<string> Line(string what, string was, string isNow) => [ReportPage.Text(what), was, isNow];
        string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
        return $"<p>{ReportPage.Text($"{_safe}, derived from {_safe.Source}: {_safe.Outcome}. Somebody who knows {string.Join(", ", before.QuasiIdentifiers)} of an applicant finds:")}</p>"
            + ReportPage.Table(
                ["", "before", "after"],
                [
                    Line("applicants", Count(before.Rows), Count(after.Rows)),
                    Line("smallest class of equal applicants (k)", Count(before.MinimumClassSize), Count(after.MinimumClassSize)),
                    Line("applicants alone in their class", Count(before.RowsAlone), Count(after.RowsAlone)),
                    Line("mean risk of being recognized", ReportPage.Number(before.MeanRisk), ReportPage.Number(after.MeanRisk)),
                    Line("fewest different outcomes in a class (l)", Count(before.DistinctDiversity ?? 0), Count(after.DistinctDiversity ?? 0)),
                    Line("greatest distance of outcomes to the whole (t)", ReportPage.Number(before.Closeness ?? 0), ReportPage.Number(after.Closeness ?? 0)),
                ],
                1, 2);
    }

    private string Timeline() => ReportPage.Table(
        ["#", "when (UTC)", "who", "what", "to what", "why"],
        _trail.TakeLast(60).Select(e => (IReadOnlyList<string>)
        [
            e.Sequence.ToString(CultureInfo.InvariantCulture),
            e.At.ToString("HH:mm:ss", CultureInfo.InvariantCulture),
            ReportPage.Text(e.Actor),
            ReportPage.Text(e.Action),
            $"<code>{ReportPage.Text(e.Subject)}</code>",
            ReportPage.Text(e.Reason),
        ]),
        0);
}
