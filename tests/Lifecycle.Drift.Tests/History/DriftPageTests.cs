using System.Xml.Linq;
using Lifecycle.Storage.Local;
using Lifecycle.Storage.Specification;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Drift.Tests;

public sealed class DriftPageTests
{
    [Fact]
    public async Task The_page_of_a_model_gathers_report_windows_and_alerts()
    {
        using TemporaryFolder folder = new();
        FakeTimeProvider time = new(new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));
        await using LocalWorkspace workspace = LocalWorkspace.Open(folder.Path, actor: new NamedActor("ada"), time: time);
        DriftMonitors drift = new(workspace.Database, workspace.Blobs, workspace.Objects, workspace.Audit, workspace.Events, new NamedActor("ada"), time);
        Assert.Null(await drift.PageAsync("wages"));
        await drift.RegisterReferenceAsync("wages", "1", ReferenceProfile.From(CpsTable.Batch("1992")));
        int[] rows = [.. Enumerable.Range(0, 1000).Select(i => i * 7)];
        await using (DriftMonitor monitor = await drift.OpenAsync("wages", "1", m => m.EveryRows(1000).Raise(1, outOf: 1).Clear(after: 1).Named("live")))
        {
            foreach (string year in (string[])["1992", "2004", "2004"])
            {
                monitor.RecordRange(CpsTable.Batch(year).Rows(rows));
                await monitor.CheckNowAsync();
                time.Advance(TimeSpan.FromHours(1));
            }
        }

        DriftReportPage page = Assert.IsType<DriftReportPage>(await drift.PageAsync("wages"));
        Assert.Equal((await drift.HistoryAsync("wages"))[0].Report, page.Report.Digest);
        XElement html = HtmlRules.CheckPage(page.With(ReportSamples.Performance(3)).ToHtml());
        Assert.Equal("wages 1", html.Descendants("h1").Single().Value);
        Assert.Contains("2 of 3 windows with drift, 3,000 rows.", html.Value, StringComparison.Ordinal);
        Assert.Matches("(One alert is|[2-9] alerts are) up; ", html.Value);
        Assert.Equal(
            ["Columns", "Figures", "Performance", "Windows", "Alerts", "How to read this"],
            html.Descendants("nav").Single().Elements("a").Select(a => a.Value).Where(l => l != "Data quality"));
        Assert.Null(await drift.PageAsync("wages", "2"));
        DriftReportPage last = Assert.IsType<DriftReportPage>(await drift.PageAsync("wages", "1", windows: 1));
        Assert.Contains("1 of 1 window with drift", HtmlRules.CheckPage(last.ToHtml()).Value, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await drift.PageAsync("wages", windows: 0));
    }

    [Fact]
    public async Task A_report_saved_by_hand_takes_its_title_from_the_window()
    {
        using TemporaryFolder folder = new();
        FakeTimeProvider time = new(new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));
        await using LocalWorkspace workspace = LocalWorkspace.Open(folder.Path, actor: new NamedActor("ada"), time: time);
        DriftMonitors drift = new(workspace.Database, workspace.Blobs, workspace.Objects, workspace.Audit, workspace.Events, new NamedActor("ada"), time);
        await drift.SaveAsync("wages", "2004", ReportSamples.Cps);
        XElement html = HtmlRules.CheckPage((await drift.PageAsync("wages"))!.ToHtml());
        Assert.Equal("wages 2004", html.Descendants("h1").Single().Value);
        Assert.Contains("Model wages, version 2004; monitor check; 2026-06-01 12:00 UTC.", html.Value, StringComparison.Ordinal);
    }
}
