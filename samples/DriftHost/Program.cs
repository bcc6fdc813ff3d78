using System.Diagnostics;
using System.Globalization;
using DriftHost;
using Lifecycle.Drift;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

// What the model was trained on: 5,000 readings of 50 sensors. Only the profile stays.
ReferenceProfile reference = ReferenceProfile.From(Reading.Draw(5_000, seed: 1), Reading.Columns);

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.WebHost.UseUrls("http://127.0.0.1:0");
await using WebApplication app = builder.Build();
await using DriftMonitor<Reading> monitor = reference.Monitor<Reading>(m => m.EveryRows(Traffic.Requests / 2).Raise(1, outOf: 1));
monitor.Alerts.Raised += alert => Console.WriteLine($"alert: {alert.Summary}");

app.MapPost("/score", (Reading reading) =>
{
    monitor.Record(in reading);                     // 50 columns, no lock, no allocation
    return Results.Ok(reading.Values.Average());    // here a model would answer
});
await app.StartAsync();

// The host asks itself: half of the requests are as in training, in the other half the sensors s7 and s31 have drifted.
DriftReport[] windows = new DriftReport[2];
for (int half = 0; half < windows.Length; half++)
{
    await Traffic.SendAsync(app.Urls.Single(), Reading.Draw(Traffic.Requests / 2, seed: 100 + half, drift: half * 0.8));
    await monitor.CheckNowAsync();                  // the window that is due is closed before
    windows[half] = monitor.Latest!;
}

Console.WriteLine($"{Traffic.Requests} requests by {Traffic.Clients} clients, {windows.Sum(w => w.Rows)} rows counted, {windows.Sum(w => w.Columns.Sum(c => c.Current.Count))} values");
Console.WriteLine($"first half: {windows[0].Summary}");
Console.WriteLine($"second half: {windows[1].Summary}");
Console.WriteLine(string.Join(Environment.NewLine, windows[1].Columns.Take(4)));

Reading[] many = Reading.Draw(2_000, seed: 500);
await using DriftMonitor<Reading> clocked = reference.Monitor<Reading>();
double best = double.MaxValue;
for (int round = 0; round < 500; round++)
{
    long started = Stopwatch.GetTimestamp();
    clocked.RecordRange(many);
    best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalNanoseconds / many.Length);
}

Console.WriteLine($"{best:N0} ns a row of {Reading.Width} columns");
await app.StopAsync();
