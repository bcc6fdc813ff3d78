using BenchmarkDotNet.Running;
using Lifecycle.Benchmarks.Ratios;
using Lifecycle.Benchmarks.Ratios.Serving;
using Lifecycle.Benchmarks.Ratios.Tracking;

return args switch
{
    ["ratios", .. var suites] => await RatioRunner.RunAsync(suites),
    [TrackingChild.Verb, .. var what] => await TrackingChild.RunAsync(what),
    [ServingChild.Verb, .. var what] => await ServingChild.RunAsync(what),
    _ => Micro(args),
};

static int Micro(string[] args)
{
    BenchmarkSwitcher.FromAssembly(typeof(RatioRunner).Assembly).Run(args);
    return 0;
}
