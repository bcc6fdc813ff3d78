namespace Lifecycle.Serving.Tests;

/// <summary>What this test program does when it is started as a child process.</summary>
internal static class ChildRoutines
{
    public const string LogInferences = "log-inferences";

    public const string FollowDeployments = "follow-deployments";

    public static async Task<int> RunAsync(string routine, string[] arguments) => routine switch
    {
        "publish" => await PublishAsync(arguments[0]),
        LogInferences => await LogKillTests.LogUntilKilledAsync(arguments[0]),
        FollowDeployments => await DeploymentProcessTests.FollowAsync(arguments[0]),
        _ => throw new ArgumentOutOfRangeException(nameof(routine), routine, "No such routine."),
    };

    /// <summary>Publishes what the parent says, line by line: the way, a space, the content.</summary>
    private static async Task<int> PublishAsync(string folder)
    {
        while (await Console.In.ReadLineAsync() is { } line)
        {
            string[] words = line.Split(' ');
            Publisher.Publish(folder, words[0], words[1]);
            await Console.Out.WriteLineAsync("done");
        }

        return 0;
    }
}
