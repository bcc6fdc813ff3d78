using Lifecycle;
using MortgageApi;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddModelLifecycle(lifecycle => lifecycle
    .UseLocalStorage("./lifecycle")
    .UseMLNet()
    .Serve<Application, Decision>("mortgage", alias: "champion", model => model.MonitorDrift()));
var app = builder.Build();
app.MapModelLifecycle();
await FirstChampion.TrainAsync(app.Services);     // only when the workspace has none
await app.RunAsync();
