using BenchmarkDotNet.Running;
using Lifecycle.Benchmarks.Ratios;

return args switch
{
    ["ratios", .. var suites] => await RatioRunner.RunAsync(suites),
    _ => Micro(args),
};

static int Micro(string[] args)
{
    BenchmarkSwitcher.FromAssembly(typeof(RatioRunner).Assembly).Run(args);
    return 0;
}
