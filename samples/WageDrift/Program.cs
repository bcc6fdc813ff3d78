// What changed between the workers of 1992 and those of 2004? A profile of 1992 is all that is kept; 2004 is checked against it.
// Then the same without inflation, by degree, and for two halves of 1992 that should not differ; last, a model of 1992 at work in 2004.
using Lifecycle;
using Lifecycle.Data;
using Lifecycle.Drift;
using WageDrift;

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
ColumnBatch then = Wages.Year(rows, "1992"), now = Wages.Year(rows, "2004");
ReferenceProfile reference = Wages.Profile(then);
await lifecycle.Drift.RegisterReferenceAsync("wages", "1992", reference, stop.Token);
Console.WriteLine($"reference 1992: {reference.Rows:N0} rows in {reference.ToBytes().Length:N0} bytes, no row of it is kept");

DriftReport nominal = reference.Check(now);
await lifecycle.Drift.SaveAsync("wages", "1992", nominal, stop.Token);
string[] changes = [.. nominal.Columns.Select(Words.Change)];
Tell("1992 against 2004", nominal.ToString().Split(Environment.NewLine), changes);

DriftReport real = Wages.Profile(Wages.InDollarsOf2004(then).Select("earnings")).Check(now.Select("earnings"));
string[] inflation = Words.Inflation(nominal["earnings"], real["earnings"]);
Tell("The same without inflation", [Words.Line("earnings in dollars of 2004", real["earnings"])], inflation);

List<(string Degree, DriftReport Report, string[] Words)> groups = [];
foreach (string degree in Wages.Labels(then, "degree"))
{
    ColumnBatch before = Wages.Where(then, "degree", degree), after = Wages.Where(now, "degree", degree);
    DriftReport report = Wages.Profile(Wages.BothWays(before, Wages.Inflation)).Check(Wages.BothWays(after, 1));
    groups.Add((degree, report, Words.Group(degree, report)));
    Tell($"Degree: {degree}", [.. report.Columns.Select(c => Words.Line(c.Column, c))], groups[^1].Words);
}

DriftReport even = Wages.Profile(Wages.EveryOther(then, 0)).Check(Wages.EveryOther(then, 1));
string[] control = Words.Control("the even and the odd rows of 1992", even);
Tell("Control: even against odd rows of 1992", [.. even.Columns.Select(c => Words.Line(c.Column, c))], control);

DriftReport halves = Wages.Profile(Wages.Half(then, 0)).Check(Wages.Half(then, 1));
string[] order = Words.Control("the first and the second half of the rows of 1992", halves);
Tell("First against second half of 1992", [.. halves.Columns.Select(c => Words.Line(c.Column, c))], order);

WageModel model = WageModel.Train(Wages.EveryOther(then, 0));
string[] judged = Words.Model(model, Wages.EveryOther(then, 1), now);
Tell("A model of 1992 in 2004", [], judged);

DriftReportPage page = nominal.Page().Titled("Wages of 1992 and 2004")
    .Note("What changed", [$"{data.Rows:N0} workers of the US Current Population Survey: {then.RowCount:N0} of 1992 are the reference, {now.RowCount:N0} of 2004 are new.", .. changes])
    .Note("How much of it is inflation", inflation)
    .Note("What it does to a model", judged)
    .Also("Without inflation", real, Words.Prices);
foreach ((string degree, DriftReport report, string[] words) in groups)
{
    page.Also($"Degree: {degree}", report, words);
}

page.Also("Control: even against odd rows of 1992", even, control).Also("First against second half of 1992", halves, order);
await page.SaveHtmlAsync("wage-drift.html", stop.Token);
Console.WriteLine();
Console.WriteLine($"report: wage-drift.html, {new FileInfo("wage-drift.html").Length / 1024:N0} KB");
return ExitCode.Done;

static void Tell(string heading, IEnumerable<string> lines, IEnumerable<string> words)
{
    Console.WriteLine();
    Console.WriteLine($"== {heading}");
    foreach (string line in lines)
    {
        Console.WriteLine($"   {line}");
    }

    foreach (string word in words)
    {
        Console.WriteLine($"   - {word}");
    }
}
