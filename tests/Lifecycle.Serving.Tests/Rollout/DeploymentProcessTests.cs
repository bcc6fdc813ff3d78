using Lifecycle.Serving.TestModels;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Serving.Tests;

/// <summary>Two processes serve the same model out of one workspace.</summary>
public sealed class DeploymentProcessTests
{
    private const string Model = DeploymentWorld.Model;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The other process: says each version that answers, and each stop, and changes when it is told to.</summary>
    public static async Task<int> FollowAsync(string folder)
    {
        await using RegistryWorkspace world = new(folder, "child");
        await using ModelHost host = await DeploymentWorld.HostAsync(world);
        using CancellationTokenSource end = new();
        string told = host.Answer();
        await Console.Out.WriteLineAsync("ready");
        Task tell = Task.Run(async () =>
        {
            for (; !end.IsCancellationRequested; await Task.Delay(5))
            {
                string now = Says(host);
                if (now != told)
                {
                    told = now;
                    await Console.Out.WriteLineAsync(told);
                }
            }
        });
        while (await Console.In.ReadLineAsync() is { Length: > 0 } version)
        {
            await host.Deployments.ChangeAsync(Model, d => d.Split((version, 100)));
        }

        await end.CancelAsync();
        await tell;
        return 0;
    }

    private static string Says(ModelHost host)
    {
        try
        {
            return host.Answer();
        }
        catch (PredictionRejectedException) when (host.Model(Model).Deployment.StopReason is { } reason)
        {
            return reason;
        }
    }

    [Fact]
    public async Task Deployment_ChangedInOneProcess_IsFollowedByTheOther_AndAConflictNamesBothRevisions()
    {
        await using RegistryWorkspace world = new();
        await using ModelHost host = await DeploymentWorld.HostAsync(world, token: Token);
        using ChildProcess child = ChildProcess.Start(ChildRoutines.FollowDeployments, world.Folder);
        await child.ExpectAsync("ready");
        await host.Deployments.ChangeAsync(Model, d => d.Split(("2", 100)), Token);
        await child.ExpectAsync("2");
        await host.Deployments.StopAsync(Model, "complaint", Token);
        await child.ExpectAsync("complaint");
        await host.Deployments.ResumeAsync(Model, Token);
        await child.ExpectAsync("2");
        await child.SendAsync("3");
        await child.ExpectAsync("3");
        await Eventually.Holds(() => host.Model(Model).Deployment.Revision == 4 && host.Answer() == "3", "this process follows the other");
        Assert.Equal("child", host.Model(Model).Deployment.Actor);

        // While this process thinks about its change, the other one is faster.
        ConcurrencyConflictException conflict = await Assert.ThrowsAsync<ConcurrencyConflictException>(async () => await host.Deployments.ChangeAsync(
            Model,
            d =>
            {
                child.SendAsync("1").GetAwaiter().GetResult();
                child.ExpectAsync("1").GetAwaiter().GetResult();
                return d.Split(("2", 100));
            },
            Token));
        Assert.Contains("made from revision 4, revision 5 is there now", conflict.Message, StringComparison.Ordinal);
        await Eventually.Holds(() => host.Answer() == "1", "the faster change answers");
        await child.SendAsync(string.Empty);
        await child.EndAsync();
    }
}
