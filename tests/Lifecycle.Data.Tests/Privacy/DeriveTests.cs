using System.Text;
using System.Text.Json;

namespace Lifecycle.Data.Tests;

public sealed class DeriveTests
{
    private const string Loans =
        "applicant_id,name,age,zip,income,purpose,visit,deny\n"
        + "17,Ada Lovelace,34,02134,100.5,home,2020-03-01,no\n"
        + "18,\"Babbage, Charles\",36,02139,,car,2020-03-05,yes\n"
        + "17,Ada Lovelace,35,02138,90,\"say \"\"hi\"\"\",2020-03-31,no\n"
        + ",Jos\u00e9,31,02130,NaN,,2021-01-01,yes\n";

    private static PseudonymKeys Keys { get; } = PseudonymKeys.Of(new PseudonymKey("k1", [.. Enumerable.Range(0, 32).Select(i => (byte)i)]));

    private static PrivacyPlan Plan => PrivacyPlan.Gdpr(Keys)
        .Pseudonymize("applicant_id", domain: "applicant").Drop("name").Bin("age", width: 10).Truncate("zip", 3)
        .Keep("income", "purpose", "deny").ShiftDates("visit", 30, "applicant_id")
        .Require(quasiIdentifiers: ["age", "zip"], sensitive: "deny", k: 4, l: 2, t: 0.3, suppressAtMost: 0.05);

    private static async Task<DatasetVersion> LoansAsync(TestWorkspace w) => await w.Datasets.CommitAsync("loans", w.Write("loans.csv", Loans));

    private static async Task<string> TextAsync(DatasetVersion v)
    {
        using StreamReader reader = new(await v.OpenAsync((await v.ListFilesAsync())[0].Path), Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }

    [Fact]
    public async Task Derive_WritesWhatThePlanSays()
    {
        await using TestWorkspace w = new();
        DatasetVersion loans = await LoansAsync(w);
        DerivedVersion safe = await w.Datasets.DeriveAsync("loans-safe", loans, Plan, reason: "share with the bureau");
        Pseudonyms applicants = new(await Keys.GetAsync(), "applicant");
        int shift = new Pseudonyms(await Keys.GetAsync(), "loans/applicant_id").DateShift("17", 30);
        int other = new Pseudonyms(await Keys.GetAsync(), "loans/applicant_id").DateShift("18", 30);
        string Day(int year, int month, int day, int by) => new DateOnly(year, month, day).AddDays(by).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(
            "applicant_id,age,zip,income,purpose,visit,deny\n"
            + $"{applicants.Of("17")},\"[30,40)\",021,100.5,home,{Day(2020, 3, 1, shift)},no\n"
            + $"{applicants.Of("18")},\"[30,40)\",021,,car,{Day(2020, 3, 5, other)},yes\n"
            + $"{applicants.Of("17")},\"[30,40)\",021,90,\"say \"\"hi\"\"\",{Day(2020, 3, 31, shift)},no\n"
            + ",\"[30,40)\",021,NaN,,,yes\n",
            await TextAsync(safe));
        Assert.Equal(PrivacyClaim.Pseudonymized, safe.Outcome.Claim);
        Assert.Equal("Pseudonymized", $"{safe.Outcome}");
        Assert.Equal("loans-safe@1", $"{safe}");
        Assert.Equal((1, 4), (safe.Risk.Before.MinimumClassSize, safe.Risk.After.MinimumClassSize));
        Assert.Equal(["k1"], safe.Keys);
        Assert.Equal(1, safe.Risk.CellsSuppressed);
        Assert.Equal(new ColumnTreatment("visit", "shiftDates", 3, 1), safe.Risk.Columns[6]);
        Assert.Equal(Loans, await TextAsync(loans));
        Assert.Equal(1, (await w.Datasets.GetAsync("loans")).Number);
    }

    [Fact]
    public async Task Derived_KnowsItsParent_ItsRecipe_AndItsRisk()
    {
        await using TestWorkspace w = new();
        DatasetVersion loans = await LoansAsync(w);
        DerivedVersion safe = await w.Datasets.DeriveAsync("loans-safe", loans, Plan, "share");
        DerivedVersion again = (await w.Datasets.DerivationOfAsync(await w.Datasets.GetAsync("loans-safe")))!;
        Assert.Equal(loans.Id, again.Source.Id);
        Assert.Equal(safe.PlanDigest, again.PlanDigest);
        Assert.Equal(safe.Plan.ToArray(), again.Plan.ToArray());
        Assert.Equal(safe.Risk.ToBytes(), again.Risk.ToBytes());
        Assert.Equal(safe.Outcome, again.Outcome);
        Assert.Equal(["k1"], again.Keys);
        Assert.Null(await w.Datasets.DerivationOfAsync(loans));

        byte[] record = await DatasetCatalog.ReadBlobAsync(w.Local.Blobs, safe.Version.Record, 1 << 20, CancellationToken.None);
        using JsonDocument json = JsonDocument.Parse(record);
        Assert.Equal($"{loans.Id} loans@1", json.RootElement.GetProperty("source").GetProperty("name").GetString());
        Assert.Equal(safe.PlanDigest.ToString(), json.RootElement.GetProperty("transform").GetProperty("parameters").GetString());
        Assert.Equal("k1", json.RootElement.GetProperty("transform").GetProperty("keys")[0].GetString());
        Assert.Equal(Digest.Of(safe.Risk.ToBytes()).ToString(), json.RootElement.GetProperty("risk").GetString());

        AuditEntry entry = (await w.AuditAsync())[^1];
        Assert.Equal(("dataset.derived", "dataset/loans-safe", "ada", "share"), (entry.Action, entry.Subject, entry.Actor, entry.Reason));
        Assert.Equal(
            $"{{\"number\":1,\"version\":\"{safe.Version.Id}\",\"digest\":\"{safe.Version.Digest}\",\"record\":\"{safe.Version.Record}\",\"source\":\"loans@1\","
            + $"\"sourceVersion\":\"{loans.Id}\",\"plan\":\"{safe.PlanDigest}\",\"report\":\"{Digest.Of(safe.Risk.ToBytes())}\",\"keys\":[\"k1\"],\"outcome\":\"Pseudonymized\","
            + "\"rowsRead\":4,\"rowsWritten\":4,\"rowsSuppressed\":0,\"cellsSuppressed\":1}",
            entry.After);
        Assert.True((await w.Datasets.VerifyAsync(safe)).IsSound);

        LineageGraph graph = await w.Datasets.Lineage.DownstreamOfAsync(loans);
        Assert.Contains(graph.Edges, e => e.From.Id == safe.Version.Id && e.Relation == LineageEdge.WasDerivedFrom && e.To.Id == loans.Id);
    }

    [Fact]
    public async Task Derived_IsTold_AsAnEvent()
    {
        await using TestWorkspace w = new();
        DatasetVersion loans = await LoansAsync(w);
        List<LifecycleEvent> seen = [];
        await using IAsyncDisposable subscription = await w.Local.Events.SubscribeAsync("test", (e, _) =>
        {
            seen.Add(e);
            return ValueTask.CompletedTask;
        });
        DerivedVersion safe = await w.Datasets.DeriveAsync("loans-safe", loans, Plan, "share");
        await w.Local.Events.DrainAsync();
        LifecycleEvent derived = Assert.Single(seen, e => e.Name == "lifecycle.dataset.derived");
        Assert.DoesNotContain(seen, e => e.Name == "lifecycle.dataset.committed" && e.Subject == "dataset/loans-safe");
        Assert.Equal("dataset/loans-safe", derived.Subject);
        Assert.Equal(LineageEdge.WasDerivedFrom, Assert.Single(derived.Edges).Relation);
        using JsonDocument payload = JsonDocument.Parse(derived.Payload);
        Assert.Equal(4, payload.RootElement.GetProperty("rows").GetInt64());
        Assert.Equal(safe.Version.Digest.ToString(), payload.RootElement.GetProperty("digest").GetString());
    }

    [Fact]
    public async Task SameAgain_IsThatVersion_AnotherPlan_IsANewOne()
    {
        await using TestWorkspace w = new();
        DatasetVersion loans = await LoansAsync(w);
        DerivedVersion first = await w.Datasets.DeriveAsync("loans-safe", loans, Plan, "share");
        int audit = (await w.AuditAsync()).Count;
        DerivedVersion again = await w.Datasets.DeriveAsync("loans-safe", loans, Plan, "share once more");
        Assert.Equal(first.Version.Id, again.Version.Id);
        Assert.Equal(audit, (await w.AuditAsync()).Count);

        // the same bytes by another recipe are another version: the auditor sees both
        PrivacyPlan other = PrivacyPlan.Gdpr(Keys)
            .Pseudonymize("applicant_id", domain: "applicant").Drop("name").Bin("age", width: 10).Truncate("zip", 3)
            .Keep("income", "purpose", "deny").ShiftDates("visit", 30, "applicant_id").Measure(["age"]);
        DerivedVersion second = await w.Datasets.DeriveAsync("loans-safe", loans, other, "share");
        Assert.Equal(2, second.Version.Number);
        Assert.Equal(first.Version.Digest, second.Version.Digest);
        Assert.Equal(audit + 1, (await w.AuditAsync()).Count);
    }

    [Fact]
    public async Task DateIntervals_OfASubject_AreKept()
    {
        await using TestWorkspace w = new();
        StringBuilder csv = new("who,admitted,left\n");
        Random random = SeededRandom.Of(7);
        for (int i = 0; i < 500; i++)
        {
            DateOnly from = new DateOnly(2000, 1, 1).AddDays(random.Next(0, 9000));
            csv.Append(System.Globalization.CultureInfo.InvariantCulture, $"p{i % 40},{from:yyyy-MM-dd},{from.AddDays(random.Next(0, 30)):yyyy-MM-dd}T10:11:12Z\n");
        }

        DatasetVersion stays = await w.Datasets.CommitAsync("stays", w.Write("stays.csv", csv.ToString()));
        PrivacyPlan plan = PrivacyPlan.Gdpr(Keys).Keep("who").ShiftDates("admitted", 182, "who").ShiftDates("left", 182, "who");
        ColumnBatch before = await stays.ReadAllAsync();
        ColumnBatch after = await (await w.Datasets.DeriveAsync("stays-safe", stays, plan, "r")).Version.ReadAllAsync();
        Dictionary<string, int> shifts = [];
        for (int i = 0; i < 500; i++)
        {
            DateTime left = (DateTime)after["left"][i]!;
            DateOnly admitted = (DateOnly)after["admitted"][i]!;
            int shift = admitted.DayNumber - ((DateOnly)before["admitted"][i]!).DayNumber;
            Assert.Equal(left - (DateTime)before["left"][i]!, TimeSpan.FromDays(shift));
            Assert.Equal(shift, shifts.TryGetValue(after["who"].Text(i)!, out int known) ? known : shifts[after["who"].Text(i)!] = shift);
            Assert.InRange(Math.Abs(shift), 1, 182);
        }

        Assert.True(shifts.Values.Distinct().Count() > 20);
    }

    [Fact]
    public async Task Outcomes_ClaimWhatWasDone()
    {
        await using TestWorkspace w = new();
        DatasetVersion loans = await LoansAsync(w);
        PrivacyPlan bare = PrivacyPlan.Gdpr().Drop("applicant_id", "name", "visit").Bin("age", 10).Truncate("zip", 3).Keep("income", "purpose", "deny");
        DerivedVersion none = await w.Datasets.DeriveAsync("a", loans, bare, "r");
        Assert.Equal(PrivacyClaim.None, none.Outcome.Claim);
        Assert.False(none.Risk.IsMeasured);
        Assert.Throws<InvalidOperationException>(() => none.Risk.Before);

        DerivedVersion measured = await w.Datasets.DeriveAsync("b", loans, bare.Measure(["age", "zip"], "deny"), "r");
        Assert.Equal(PrivacyClaim.None, measured.Outcome.Claim);
        Assert.Equal(4, measured.Risk.After.MinimumClassSize);

        DerivedVersion anonymized = await w.Datasets.DeriveAsync("c", loans, bare.Require(["age", "zip"], "deny", k: 4, l: 2, t: .5), "r");
        Assert.Equal("Anonymized (k 4, l 2, t 0.5)", $"{anonymized.Outcome}");
        DerivedVersion onlyK = await w.Datasets.DeriveAsync("d", loans, bare.Require(["age"], k: 2), "r");
        Assert.Equal("Anonymized (k 2)", $"{onlyK.Outcome}");
        Assert.Equal(anonymized.Outcome, (await w.Datasets.DerivationOfAsync(anonymized))!.Outcome);
    }

    [Fact]
    public async Task AColumnThatNamesEverybody_IsWarnedOf()
    {
        await using TestWorkspace w = new();
        string csv = "name,age,pay,sex\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"n{i},{i % 2},{i * 1.25},{(i % 3 == 0 ? "f" : "m")}\n"));
        DatasetVersion v = await w.Datasets.CommitAsync("t", w.Write("t.csv", csv));
        DerivedVersion safe = await w.Datasets.DeriveAsync("s", v, PrivacyPlan.Gdpr().Keep("name", "age", "pay", "sex").Require(["age"], "sex", k: 5), "r");
        Assert.Equal(["'name'", "'pay'"], safe.Risk.Warnings.Select(x => x.Split(' ')[0]));
        Assert.Equal(safe.Risk.Warnings, (await w.Datasets.DerivationOfAsync(safe))!.Risk.Warnings);
        DerivedVersion named = await w.Datasets.DeriveAsync("s", v, PrivacyPlan.Gdpr().Drop("name").Bin("pay", 50).Keep("age", "sex").Require(["age", "pay"], "sex", k: 2), "r");
        Assert.Empty(named.Risk.Warnings);
    }

    [Fact]
    public async Task HostileNames_OfColumns_ComeThrough_OrAreRefused()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("t", w.Write("t.csv", "\"a,b\",\"c\"\"d\",\"e\nf\",=cmd,../x\n1,2,3,4,5\n"));
        string[] names = [.. v.Schema!.Select(c => c.Name)];
        Assert.Equal(["a,b", "c\"d", "e\nf", "=cmd", "../x"], names);
        DerivedVersion kept = await w.Datasets.DeriveAsync("s", v, PrivacyPlan.Gdpr().Keep(names), "r");
        Assert.Equal(names, kept.Version.Schema!.Select(c => c.Name));
        DerivedVersion pseudonyms = await w.Datasets.DeriveAsync("s", v, PrivacyPlan.Gdpr(Keys).Keep(names[..2]).Keep(names[3..]).Pseudonymize("e\nf", domain: "d"), "r");
        Assert.Equal(names, pseudonyms.Version.Schema!.Select(c => c.Name));
        await Assert.ThrowsAsync<PrivacyPlanException>(async () =>
            await w.Datasets.DeriveAsync("s", v, PrivacyPlan.Gdpr(Keys).Keep(names[..2]).Keep(names[3..]).Pseudonymize("e\nf"), "r"));
        Assert.DoesNotContain('\n', System.Text.Encoding.UTF8.GetString(pseudonyms.Plan.Span));

        string wide = string.Join(',', Enumerable.Range(0, 3000).Select(i => $"c{i}"));
        DatasetVersion many = await w.Datasets.CommitAsync("wide", w.Write("wide.csv", wide + "\n" + string.Join(',', Enumerable.Range(0, 3000)) + "\n"));
        PrivacyPlan plan = PrivacyPlan.Gdpr().Keep([.. Enumerable.Range(0, 2998).Select(i => $"c{i}")]);
        PrivacyPlanException error = await Assert.ThrowsAsync<PrivacyPlanException>(async () => await w.Datasets.DeriveAsync("s", many, plan, "r"));
        Assert.Contains("2 column(s): c2998, c2999", error.Message, StringComparison.Ordinal);
        Assert.Equal(2998, (await w.Datasets.DeriveAsync("s", many, plan.Drop("c2998", "c2999"), "r")).Version.Schema!.Count);
    }

    [Fact]
    public async Task Risk_AfterTheDerivation_IsThatOfTheDerivedTable()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("mortgages", Samples.Hmda);
        PrivacyPlan plan = PrivacyPlan.Gdpr().Bin("pirat", .1).Bin("hirat", .1).Bin("lvrat", .25).TopCode("chist", 3).Keep("mhist", "phist", "unemp", "selfemp", "insurance")
            .Mask("condomin", keepLast: 1).Keep("afam", "single", "hschool", "deny")
            .Require(["pirat", "lvrat", "chist", "single"], "unemp", k: 3, t: .2, suppressAtMost: .6);
        DerivedVersion safe = await w.Datasets.DeriveAsync("mortgages-safe", v, plan, "r");
        DisclosureRisk measured = await DisclosureRisk.MeasureAsync(safe, ["pirat", "lvrat", "chist", "single"], "unemp");
        Assert.Equal(safe.Risk.After.Rows, safe.Version.Rows);
        Assert.Equal(safe.Risk.RowsWritten, safe.Version.Rows);
        Assert.True(safe.Risk.RowsSuppressed > 0);
        Assert.True(safe.Risk.Rounds > 0);
        Assert.Equal((measured.Classes, measured.MinimumClassSize, measured.DistinctDiversity), (safe.Risk.After.Classes, safe.Risk.After.MinimumClassSize, safe.Risk.After.DistinctDiversity));
        Assert.Equal(measured.Closeness!.Value, safe.Risk.After.Closeness!.Value, 11);
        Assert.InRange(measured.Closeness!.Value, 0, .2);
        Assert.True(measured.MinimumClassSize >= 3);
        DisclosureRisk before = await DisclosureRisk.MeasureAsync(v, ["pirat", "lvrat", "chist", "single"], "unemp");
        Assert.Equal((before.Classes, before.RowsAlone), (safe.Risk.Before.Classes, safe.Risk.Before.RowsAlone));
    }

    [Fact]
    public async Task Texts_ComeThroughAsTheyAre()
    {
        await using TestWorkspace w = new();
        string csv = "a,b\nNA,\"\"\n\"x,y\",\n\"line\nbreak\",\"q\"\"q\"\n\u00e9\ud83d\ude00,  blank  \n";
        DatasetVersion v = await w.Datasets.CommitAsync("t", w.Write("t.csv", csv));
        DerivedVersion same = await w.Datasets.DeriveAsync("t-same", v, PrivacyPlan.Gdpr().Keep("a", "b"), "r");
        Assert.Equal(csv, await TextAsync(same));
        ColumnBatch rows = await same.Version.ReadAllAsync();
        Assert.Equal(["NA", "x,y", "line\nbreak", "\u00e9\ud83d\ude00"], Enumerable.Range(0, 4).Select(rows["a"].Text));
        Assert.Equal(["", null, "q\"q", "  blank  "], Enumerable.Range(0, 4).Select(rows["b"].Text));

        DatasetVersion one = await w.Datasets.CommitAsync("one", w.Write("one.csv", "only\n1\n\n3\n"));
        DerivedVersion kept = await w.Datasets.DeriveAsync("one-same", one, PrivacyPlan.Gdpr().Keep("only"), "r");
        Assert.Equal(one.Rows, kept.Version.Rows);
        Assert.Equal(["1", null, "3"], Enumerable.Range(0, 3).Select((await kept.Version.ReadAllAsync())["only"].Text));
    }

    [Fact]
    public async Task EmptyTable_HasNoRowsAndNoRisk()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("t", w.Write("t.csv", "a,b\n"));
        DerivedVersion safe = await w.Datasets.DeriveAsync("t-safe", v, PrivacyPlan.Gdpr().Keep("a", "b").Require(["a"], "b", k: 5, l: 2), "r");
        Assert.Equal("a,b\n", await TextAsync(safe));
        Assert.Equal(0, safe.Risk.After.MinimumClassSize);
    }
}
