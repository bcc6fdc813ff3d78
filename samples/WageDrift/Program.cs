// What changed between the workers of 1992 and those of 2004? A profile of 1992 is all that is kept; 2004 is checked against it.
// Nominal hourly earnings rose for twelve years: real drift. The share of women did not move: no drift.
using Lifecycle;
using Lifecycle.Data;
using Lifecycle.Drift;

using CancellationTokenSource stop = new();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};

await using ModelLifecycle lifecycle = await ModelLifecycle.OpenAsync("./lifecycle-wages", cancellationToken: stop.Token);
DatasetVersion data = await lifecycle.Datasets.CommitAsync("wages", Path.Combine(AppContext.BaseDirectory, "data", "cps-1992-2004.csv"), cancellationToken: stop.Token);
Console.WriteLine($"{data}: {data.Rows:N0} workers, {data.Digest}");

ColumnBatch rows = await data.ReadAllAsync(cancellationToken: stop.Token);
ColumnBatch year1992 = Year(rows, "1992").Select("earnings", "degree", "gender", "age");
ColumnBatch year2004 = Year(rows, "2004").Select("earnings", "degree", "gender", "age");

ReferenceProfile reference = ReferenceProfile.From(year1992);
await lifecycle.Drift.RegisterReferenceAsync("wages", "1992", reference, stop.Token);
Console.WriteLine($"reference 1992: {reference.Rows:N0} rows in {reference.ToBytes().Length:N0} bytes, no row of it is kept");
Console.WriteLine();

DriftReport drift = reference.Check(year2004);
Console.WriteLine(drift);
Console.WriteLine();
foreach (ColumnFinding column in drift.Columns)
{
    Console.WriteLine($"{column.Column}: {column.Verdict}. {Meaning(column)}");
}

await drift.SaveHtmlAsync("wage-drift.html", stop.Token);
Console.WriteLine();
Console.WriteLine("report: wage-drift.html");
return ExitCode.Done;

static ColumnBatch Year(ColumnBatch rows, string year) =>
    rows.Rows([.. Enumerable.Range(0, rows.RowCount).Where(i => rows["year"].Text(i) == year)]);

static string Meaning(ColumnFinding column) => column.Verdict switch
{
    DriftVerdict.Drift => $"A model trained on 1992 sees another world: PSI {column.PopulationStabilityIndexCorrected:0.00}, far above the floor of 0.10.",
    DriftVerdict.Slight => $"Certainly not the same, and too little to matter: PSI {column.PopulationStabilityIndexCorrected:0.000}.",
    DriftVerdict.Stable => "Nothing that chance would not do.",
    _ => "Not tested.",
};
