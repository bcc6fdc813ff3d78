// Compiled to native code in CI: the packages that carry no foreign runtime are trim- and AOT-clean, and this is the proof.
// Argument: a folder for the workspace.
using System.Net.Http.Json;
using System.Text.Json.Serialization;
using Lifecycle;
using Lifecycle.Data;
using Lifecycle.Drift;
using Lifecycle.Serving;
using Lifecycle.Tracking;
using Lifecycle.Validation;

string root = args.Length > 0 ? args[0] : "./lifecycle-native";
string csv = Path.Combine(Directory.CreateDirectory(root + "-input").FullName, "loans.csv");
await File.WriteAllLinesAsync(csv, Enumerable.Range(0, 2_000).Select(i => $"{i},{i % 97 / 100.0},{(i % 3 == 0 ? "north" : "south")}").Prepend("loan,ltv,region"));

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Services.ConfigureHttpJsonOptions(o => o.SerializerOptions.TypeInfoResolverChain.Insert(0, LoanJson.Default));
builder.Services.AddModelLifecycle(lifecycle => lifecycle
    .UseLocalStorage(root)
    .Serve<Loan, Answer>("loans", configure: model => model.FromFunction("v1", (Loan loan) => new Answer(loan.Ltv < 0.9f))));
await using WebApplication app = builder.Build();
app.MapModelLifecycle();
await app.StartAsync();

DatasetCatalog datasets = app.Services.GetRequiredService<DatasetCatalog>();
DatasetVersion data = await datasets.CommitAsync("loans", csv);
ColumnBatch rows = await data.ReadAllAsync();
DatasetProfile profile = await data.ProfileAsync();
PrivacyPlan plan = PrivacyPlan.Gdpr().Drop("loan").Bin("ltv", width: 0.1).Keep("region").Require(["ltv", "region"], k: 5, suppressAtMost: 0.05);
DerivedVersion safe = await datasets.DeriveAsync("loans-safe", data, plan, reason: "smoke");
int changes = 0;
await foreach (RowChange change in datasets.DiffRowsAsync(data, data, key: ["loan"]))
{
    changes++;
}

string vision = Directory.CreateDirectory(Path.Combine(root + "-input", "vision")).FullName;
Directory.CreateDirectory(Path.Combine(vision, ".dvc"));
await File.WriteAllTextAsync(Path.Combine(vision, ".dvc", "config"), "[core]\n    no_scm = True\n");
File.Copy(csv, Path.Combine(vision, "loans.csv"), overwrite: true);
DvcRepository dvc = await DvcRepository.OpenAsync(vision);
await dvc.AddAsync("loans.csv");
DvcStatus status = await (await DvcRepository.OpenAsync(vision)).StatusAsync();
DatasetVersion imported = await datasets.ImportAsync("loans-dvc", dvc, "loans.csv.dvc");
bool known = profile["ltv"].Maximum == 0.96 && safe.Risk.After.MinimumClassSize >= 5 && changes == 0 && status.IsClean && imported.Digest == data.Digest;

ExperimentCatalog experiments = app.Services.GetRequiredService<ExperimentCatalog>();
await using (Run run = await experiments.StartRunAsync("native", r => r.With(data)))
{
    run.LogParam("kind", "smoke");
    run.LogMetric("rows", rows.RowCount);
}

double[] ltv = rows["ltv"].ToDoubles();
bool[] labels = [.. ltv.Select((v, i) => v + (i % 7 * 0.02) < 0.8)];
EvaluationSet set = EvaluationSet.Of(labels, [.. ltv.Select(v => 1 - v)], threshold: 0.2).Attribute(rows["region"]);
GateReport gate = await Gate.For("native").Require(Metric.AreaUnderRoc, atLeast: 0.8)
    .RequireFair(by: "region", FairnessMetric.EqualOpportunityDifference, atMost: 0.2).Build().EvaluateAsync(set);

DriftReport drift = ReferenceProfile.From(rows.Select("ltv", "region")).Check(rows.Select("ltv", "region"));

using HttpClient client = new() { BaseAddress = new Uri(app.Urls.First()) };
HttpResponseMessage response = await client.PostAsJsonAsync("/lifecycle/models/loans/predict", new Loan(0.5f), LoanJson.Default.Loan);
Answer? answer = await response.Content.ReadFromJsonAsync(LoanJson.Default.Answer);
AuditVerification audit = await app.Services.GetRequiredService<IAuditLog>().VerifyAsync();
await app.StopAsync();

bool ok = known && data.Rows == 2_000 && gate.Verdict == Verdict.Pass && !drift.HasDrift && answer is { Approved: true } && audit.IsSound;
Console.WriteLine($"{data} {data.Digest}; gate {gate.Verdict}; drift {drift.HasDrift}; HTTP {(int)response.StatusCode}; audit {audit.Head.Count} entries");
Console.WriteLine(ok ? "native smoke: ok" : "native smoke: failed");
return ok ? ExitCode.Done : ExitCode.Transient;

internal sealed record Loan(float Ltv);

internal sealed record Answer(bool Approved);

[JsonSerializable(typeof(Loan))]
[JsonSerializable(typeof(Answer))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class LoanJson : JsonSerializerContext;
