using System.Globalization;
using Lifecycle.Storage.Specification;

namespace Lifecycle.OnnxRuntime.Tests;

/// <summary>What can only be seen from outside of a process.</summary>
public sealed class OnnxProcessTests
{
    [Fact]
    public async Task Dispose_WaitsForRunningSession()
    {
        using ChildProcess child = ChildProcess.Start(ChildRoutines.Race);
        await child.ExpectAsync("raced 1000");
        await child.EndAsync();
    }

    /// <summary>A session with one thread has none of its own: nothing can spin.</summary>
    [Fact]
    public async Task OnnxDefaults_OneThreadPerRun_NoSpinning()
    {
        using ChildProcess child = ChildProcess.Start(ChildRoutines.Threads);
        await child.ExpectAsync("one 0");
        string? four = await child.Output.ReadLineAsync(TestContext.Current.CancellationToken);
        Assert.InRange(int.Parse(four!["four ".Length..], CultureInfo.InvariantCulture), 3, 4);
        await child.EndAsync();
        Assert.Contains(("session.intra_op.allow_spinning", "0"), OnnxOptions.Entries);
        Assert.Contains(("session.inter_op.allow_spinning", "0"), OnnxOptions.Entries);
    }
}
