using System.Text;
using Lifecycle.Tracking;
using Lifecycle.Validation;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.Sdk.Tests;

public sealed class PromotionTests
{
    private const string Refused = "model.promotion.refused";

    [Fact]
    public async Task AGatedAlias_NeedsAReport()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await workspace.OpenAsync();
        ModelVersion version = await lifecycle.Registry.RegisterAsync("loans", await Workspace.LogModelAsync(lifecycle, "a"));
        PromotionRefusedException refusal = await AssertRefusedAsync(lifecycle, version);
        Assert.Contains("needs a passed gate report and the version 'loans/1' has none", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("lifecycle.Gate(...)", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Verdict.Fail)]
    [InlineData(Verdict.Inconclusive)]
    public async Task AGatedAlias_NeedsAPassedReport(Verdict verdict)
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await workspace.OpenAsync();
        ModelArtifact model = await Workspace.LogModelAsync(lifecycle, "a");
        GateReport report = await Decided.JudgeAsync(lifecycle, model, verdict == Verdict.Fail ? Decided.Badly : Decided.Unclearly);
        Assert.Equal(verdict, report.Verdict);
        ModelVersion version = await lifecycle.Registry.RegisterAsync("loans", model, report);
        PromotionRefusedException refusal = await AssertRefusedAsync(lifecycle, version);
        Assert.Contains($"says {verdict}; only Pass promotes", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APassedReport_Promotes()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await workspace.OpenAsync();
        ModelArtifact model = await Workspace.LogModelAsync(lifecycle, "a");
        ModelVersion version = await lifecycle.Registry.RegisterAsync("loans", model, await Decided.JudgeAsync(lifecycle, model, Decided.Well));
        await lifecycle.Registry.PromoteAsync(version, "champion", "it passed");
        Assert.Equal(1, (await lifecycle.Registry.GetByAliasAsync("loans", "champion"))?.Number);
        Assert.Empty(await RefusalsAsync(lifecycle));
    }

    [Fact]
    public async Task AReportOfAnotherModel_IsRefusedWithBothDigests_AndRegistersNothing()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await workspace.OpenAsync();
        ModelArtifact judged = await Workspace.LogModelAsync(lifecycle, "a");
        ModelArtifact other = await Workspace.LogModelAsync(lifecycle, "b");
        GateReport report = await Decided.JudgeAsync(lifecycle, judged, Decided.Well);
        EvidenceMismatchException refusal = await Assert.ThrowsAsync<EvidenceMismatchException>(
            async () => await lifecycle.Registry.RegisterAsync("loans", other, report));
        Assert.Contains(judged.Digest.ToString(), refusal.Message, StringComparison.Ordinal);
        Assert.Contains(other.Digest.ToString(), refusal.Message, StringComparison.Ordinal);
        Assert.Empty(await lifecycle.Registry.VersionsAsync("loans"));
        Assert.Empty(await lifecycle.Registry.ModelsAsync());
    }

    [Theory]
    [InlineData(true, "is not in the object store")]
    [InlineData(false, "is damaged")]
    public async Task AReportThatIsGoneOrChanged_IsRefused(bool isDeleted, string why)
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await workspace.OpenAsync();
        ModelArtifact model = await Workspace.LogModelAsync(lifecycle, "a");
        GateReport report = await Decided.JudgeAsync(lifecycle, model, Decided.Well);
        ModelVersion version = await lifecycle.Registry.RegisterAsync("loans", model, report);
        if (isDeleted)
        {
            await lifecycle.Blobs.DeleteAsync(report.Digest);
        }
        else
        {
            Workspace.FlipBit(workspace.FileOf(report.Digest), 8_001);
        }

        PromotionRefusedException refusal = await AssertRefusedAsync(lifecycle, version);
        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(report.Digest.Hex, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no json at all")]
    [InlineData("[1, 2]")]
    [InlineData("{\"evaluation\": 7}")]
    [InlineData("{\"evaluation\": {\"subject\": 7, \"verdict\": \"Pass\"}}")]
    [InlineData("{\"schema\": \"lifecycle.gate-report/1\", \"envelope\": [], \"evaluation\": {\"verdict\": \"pass\"}}")]
    public async Task EvidenceThatIsNoReport_IsRefused(string content)
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await workspace.OpenAsync();
        ModelVersion version = await RegisterForgedAsync(lifecycle, content);
        PromotionRefusedException refusal = await AssertRefusedAsync(lifecycle, version);
        Assert.Contains("is no gate report", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EvidenceThatClaimsMoreThanItsReport_IsRefused()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await workspace.OpenAsync();
        ModelArtifact other = await Workspace.LogModelAsync(lifecycle, "b");
        GateReport passedByAnother = await Decided.JudgeAsync(lifecycle, other, Decided.Well);
        ModelVersion borrowed = await RegisterForgedAsync(lifecycle, Encoding.UTF8.GetString(passedByAnother.ToJson()));
        PromotionRefusedException refusal = await AssertRefusedAsync(lifecycle, borrowed);
        Assert.Contains($"is about the model {other.Digest}, not about {borrowed.Digest}", refusal.Message, StringComparison.Ordinal);

        GateReport bad = await Decided.JudgeAsync(lifecycle, other, Decided.Badly);
        ModelVersion failed = await lifecycle.Registry.RegisterAsync("loans", other, bad.ToEvidence() with { Verdict = EvidenceVerdict.Passed });
        refusal = await Assert.ThrowsAsync<PromotionRefusedException>(async () => await lifecycle.Registry.PromoteAsync(failed, "champion"));
        Assert.Contains("says Fail; only Pass promotes", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OtherAliases_AreFree()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await workspace.OpenAsync();
        ModelVersion version = await lifecycle.Registry.RegisterAsync("loans", await Workspace.LogModelAsync(lifecycle, "a"));
        await lifecycle.Registry.PromoteAsync(version, "candidate");
        Assert.Equal(1, (await lifecycle.Registry.GetByAliasAsync("loans", "candidate"))?.Number);
        Assert.Empty(await RefusalsAsync(lifecycle));
    }

    [Fact]
    public async Task TheOptions_SayWhichAliasesAreGated()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await workspace.OpenAsync(builder => builder.AddPromotion(o =>
        {
            o.GatedAliases.Remove("champion");
            o.GatedAliases.Add("production");
        }));
        ModelVersion version = await lifecycle.Registry.RegisterAsync("loans", await Workspace.LogModelAsync(lifecycle, "a"));
        await lifecycle.Registry.PromoteAsync(version, "champion");
        await AssertRefusedAsync(lifecycle, version, "production");
    }

    [Fact]
    public async Task EveryReport_IsKeptWithTheRun_PassedOrNot()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await workspace.OpenAsync();
        ModelArtifact model = await Workspace.LogModelAsync(lifecycle, "a");
        List<GateReport> reports = [];
        foreach (EvaluationSet rows in (EvaluationSet[])[Decided.Well, Decided.Badly, Decided.Unclearly])
        {
            reports.Add(await Decided.JudgeAsync(lifecycle, model, rows));
        }

        Assert.Equal([Verdict.Pass, Verdict.Fail, Verdict.Inconclusive], reports.Select(r => r.Verdict));
        RunArtifacts artifacts = lifecycle.Experiments.ArtifactsOf(model.RunId);
        IReadOnlyList<ArtifactEntry> kept = [.. (await artifacts.ListAsync()).Where(a => a.Path.StartsWith("gates/loans-", StringComparison.Ordinal))];
        Assert.Equal(reports.Select(r => r.Digest).Order(), kept.Select(a => a.Digest).Order());
        foreach (ArtifactEntry entry in kept)
        {
            await using Stream content = await artifacts.OpenAsync(entry.Path);
            using MemoryStream bytes = new();
            await content.CopyToAsync(bytes);
            Assert.Equal(model.Digest, GateReport.FromJson(bytes.ToArray()).Model);
        }
    }

    [Fact]
    public async Task AReport_NamesTheDataOfTheRun()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await workspace.OpenAsync();
        Data.DatasetVersion data = await lifecycle.Datasets.CommitAsync("loans", workspace.Write("loans.csv", "a,b\n1,2\n"));
        ModelArtifact? model = null;
        await lifecycle.Experiments.RunAsync("loans", async run => model = await Workspace.LogModelAsync(run, "a"), start => start.With(data));
        Assert.Equal([data.Digest.ToString()], (await Decided.JudgeAsync(lifecycle, model!, Decided.Well)).Data);
    }

    private static async Task<ModelVersion> RegisterForgedAsync(ModelLifecycle lifecycle, string report)
    {
        ModelArtifact model = await Workspace.LogModelAsync(lifecycle, "a");
        using MemoryStream content = new(Encoding.UTF8.GetBytes(report));
        StoredBlob blob = await lifecycle.Blobs.PutAsync(content);
        return await lifecycle.Registry.RegisterAsync(
            "loans", model, new Evidence("gate", blob.Digest, model.Digest, EvidenceVerdict.Passed, DateTimeOffset.UnixEpoch, "eve"));
    }

    private static async Task<PromotionRefusedException> AssertRefusedAsync(ModelLifecycle lifecycle, ModelVersion version, string alias = "champion")
    {
        PromotionRefusedException refusal = await Assert.ThrowsAsync<PromotionRefusedException>(
            async () => await lifecycle.Registry.PromoteAsync(version, alias));
        Assert.Null(await lifecycle.Registry.GetByAliasAsync(version.Model, alias));
        AuditEntry entry = Assert.Single(await RefusalsAsync(lifecycle));
        Assert.Equal("model/" + version.Model, entry.Subject);
        Assert.Equal(string.Join(" ", refusal.Reasons), entry.Reason);
        return refusal;
    }

    private static async Task<List<AuditEntry>> RefusalsAsync(ModelLifecycle lifecycle) =>
        await lifecycle.Audit.ReadAsync().Where(e => e.Action == Refused).ToListAsync();
}
