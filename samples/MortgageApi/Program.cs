using Lifecycle;
using MortgageApi;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddModelLifecycle(lifecycle => lifecycle
    .UseLocalStorage("./lifecycle")
    .UseMLNet()
    .Serve<Application, Decision>("mortgage", alias: "champion", model => model.MonitorDrift()));
builder.Services.AddOpenApi();
var app = builder.Build();
app.MapModelLifecycle();
app.MapPrediction<Application, Decision>("/mortgage", "mortgage");
app.MapOpenApi();                                 // GET /openapi/v1.json
await FirstChampion.TrainAsync(app.Services);     // only when the workspace has none
await app.RunAsync();
