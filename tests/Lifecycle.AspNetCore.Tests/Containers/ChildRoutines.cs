namespace Lifecycle.AspNetCore.Tests;

/// <summary>What this test program does when it is started as a child process.</summary>
internal static class ChildRoutines
{
    public const string Allocate = "allocate";
    public const string Serve = "serve";

    public static Task<int> RunAsync(string routine, string[] arguments) => routine switch
    {
        Allocate => HttpAllocationTests.MeasureAsync(),
        Serve => ServeProcess.RunAsync(arguments),
        _ => throw new ArgumentOutOfRangeException(nameof(routine), routine, "No such routine."),
    };
}
