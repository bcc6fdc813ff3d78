using System.Text;

namespace Lifecycle.Data.Tests;

/// <summary>The bytes of plans and reports: what an auditor keeps must not change with a build.</summary>
public sealed class PrivacyGoldenTests
{
    private static async Task<DerivedVersion> DeriveAsync(TestWorkspace w)
    {
        PseudonymKeys keys = PseudonymKeys.Of(new PseudonymKey("k1", [.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
        StringBuilder csv = new("id,name,age,zip,city,day,seen,balance,code,deny\n");
        for (int i = 0; i < 40; i++)
        {
            csv.Append(System.Globalization.CultureInfo.InvariantCulture, $"{i % 7},n{i},{20 + (i % 23)},0{2100 + (i % 4)},{(i % 2 == 0 ? "Boston" : "Salem")},2020-01-{1 + (i % 28):00},1990-05-06,{i * 1.5},c{i % 3},{(i % 5 == 0 ? "yes" : "no")}\n");
        }

        DatasetVersion loans = await w.Datasets.CommitAsync("loans", w.Write("loans.csv", csv.ToString()));
        PrivacyPlan plan = PrivacyPlan.Gdpr(keys)
            .Pseudonymize("id", domain: "applicant").Drop("name").Bin("age", width: 10).Zip3("zip").Map("city", Hierarchy.Parse("Boston,Suffolk\nSalem,Essex\n"), 1)
            .ShiftDates("day", 30, "id").YearOnly("seen").TopCode("balance", 50).Mask("code", 'x', 1).Keep("deny")
            .Require(["age", "zip"], "deny", k: 3, l: 2, t: .4, suppressAtMost: .2);
        return await w.Datasets.DeriveAsync("loans-safe", loans, plan, "golden");
    }

    [Fact]
    public async Task Plan_HasTheseBytes()
    {
        await using TestWorkspace w = new();
        Assert.Equal(
            Json("{'format':'lifecycle.privacy-plan/1','profile':'gdpr'," +
            "'columns':[{'column':'id','type':'Int64','operator':'pseudonymize','domain':'applicant','key':'k1'}," +
            "{'column':'name','type':'String','operator':'drop'}," +
            "{'column':'age','type':'Int64','operator':'bin','width':10}," +
            "{'column':'zip','type':'String','operator':'zip3','restricted':['036','059','063','102','203','556','692','790','821','823'," +
            "'830','831','878','879','884','890','893']}," +
            "{'column':'city','type':'String','operator':'map'," +
            "'hierarchy':'sha256:dfce96a60c07584f803279356cc7d9cf5a79f5257f28f897bde8bc99f6345002','level':1}," +
            "{'column':'day','type':'Date','operator':'shiftDates','days':30,'subject':'id','domain':'loans/id','key':'k1'}," +
            "{'column':'seen','type':'Date','operator':'yearOnly'}," +
            "{'column':'balance','type':'Double','operator':'topCode','max':50,'label':'\\u003E50'}," +
            "{'column':'code','type':'String','operator':'mask','mask':'x','keepLast':1}," +
            "{'column':'deny','type':'String','operator':'keep'}]," +
            "'require':{'quasiIdentifiers':['age','zip'],'sensitive':'deny','k':3,'l':2,'t':0.4,'suppressAtMost':0.2}}"),
            Encoding.UTF8.GetString((await DeriveAsync(w)).Plan.Span));
    }

    [Fact]
    public async Task Report_HasTheseBytes()
    {
        await using TestWorkspace w = new();
        Assert.Equal(
            Json("{'format':'lifecycle.risk/1','outcome':{'claim':'Pseudonymized'},'rowsRead':40,'rowsSuppressed':0,'rounds':0," +
            "'before':{'quasiIdentifiers':['age','zip'],'sensitive':'deny','rows':40,'classes':40,'k':1,'rowsAlone':40," +
            "'rowsInSmallClasses':40,'maximumRisk':1,'meanRisk':1,'shareAtRisk':1,'lDistinct':1,'lEntropy':1,'tCategories':0.8}," +
            "'after':{'quasiIdentifiers':['age','zip'],'sensitive':'deny','rows':40,'classes':3,'k':3,'rowsAlone':0," +
            "'rowsInSmallClasses':3,'maximumRisk':0.333333333333,'meanRisk':0.075,'shareAtRisk':0.075,'lDistinct':2," +
            "'lEntropy':1.593605815237,'tCategories':0.133333333333}," +
            "'columns':[{'column':'id','operator':'pseudonymize','cellsChanged':40,'cellsSuppressed':0}," +
            "{'column':'name','operator':'drop','cellsChanged':0,'cellsSuppressed':0}," +
            "{'column':'age','operator':'bin','cellsChanged':40,'cellsSuppressed':0}," +
            "{'column':'zip','operator':'zip3','cellsChanged':40,'cellsSuppressed':0}," +
            "{'column':'city','operator':'map','cellsChanged':40,'cellsSuppressed':0}," +
            "{'column':'day','operator':'shiftDates','cellsChanged':40,'cellsSuppressed':0}," +
            "{'column':'seen','operator':'yearOnly','cellsChanged':40,'cellsSuppressed':0}," +
            "{'column':'balance','operator':'topCode','cellsChanged':6,'cellsSuppressed':0}," +
            "{'column':'code','operator':'mask','cellsChanged':40,'cellsSuppressed':0}," +
            "{'column':'deny','operator':'keep','cellsChanged':0,'cellsSuppressed':0}]}"),
            Encoding.UTF8.GetString((await DeriveAsync(w)).Risk.ToBytes()));
    }

    private static string Json(string text) => text.Replace('\'', '"');

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{\"format\":\"lifecycle.risk/2\"}")]
    [InlineData("{\"format\":\"lifecycle.risk/1\",\"outcome\":{\"claim\":\"Perfect\"}}")]
    [InlineData("{\"format\":\"lifecycle.risk/1\",\"outcome\":7}")]
    public void DamagedReports_AreTold(string json) => Assert.Throws<DatasetException>(() => RiskReportJson.Read(Encoding.UTF8.GetBytes(json)));
}
