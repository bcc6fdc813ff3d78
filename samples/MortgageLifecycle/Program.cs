using Lifecycle;
using MortgageLifecycle;

// The whole life of one model on real data: version, train, gate, mitigate, promote, serve, drift, retrain, swap, account for it.
using CancellationTokenSource stop = new();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};
try
{
    await using Road road = await Road.OpenAsync("./lifecycle", stop.Token);
    await road.CommitAsync();
    await road.TrainAndGateAsync();
    await road.PromoteAsync();
    await road.ServeAsync();
    await road.MeetAnotherMarketAsync();
    await road.RetrainAsync();
    await road.ShareAsync();
    await road.AnswerAsync();
    await road.WriteReportAsync("report.html");
    return ExitCode.Done;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.WriteLine();
    Console.WriteLine("Stopped. What was done so far is in ./lifecycle; start again to go on.");
    return ExitCode.Transient;
}
catch (ConcurrencyConflictException error)
{
    Console.Error.WriteLine($"{error.Message} Start again.");
    return ExitCode.Transient;
}
catch (LifecycleException error)
{
    Console.Error.WriteLine(error.Message);
    return ExitCode.Usage;
}
