using Lifecycle.Storage.Specification;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Lifecycle.Tests;

/// <summary>Runs the tests, or one routine of a child process: the project's own <c>ChildRoutines</c>.</summary>
internal static class Entry
{
    public static async Task<int> Main(string[] args) => ChildProcess.Routine is { } routine
        ? await ChildRoutines.RunAsync(routine, args)
        : args.Any(a => a is "-automated" or "@@")
            ? await ConsoleRunner.Run(args)
            : await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
}
