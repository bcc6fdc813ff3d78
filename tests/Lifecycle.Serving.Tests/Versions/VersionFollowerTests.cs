using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lifecycle.Serving.Tests;

/// <summary>Nothing that a source, a pass or whoever is told of them throws ends the following.</summary>
public sealed class VersionFollowerTests
{
    private static readonly HostContext Context = HostContext.Of(
        new Nothing(), [], new ServingOptions { RetryFirst = TimeSpan.FromMilliseconds(10), RetryLongest = TimeSpan.FromMilliseconds(20) }, TimeProvider.System, NullLogger.Instance);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pass_Throws_IsToldAndTriedAgain()
    {
        OfferSource source = new();
        List<string> told = [];
        int passes = 0;
        await using VersionFollower follower = new(
            source,
            (_, _, _) => Interlocked.Increment(ref passes) < 3 ? throw new InvalidOperationException($"pass {passes}") : new ValueTask<TimeSpan?>((TimeSpan?)null),
            error => told.Add(error.Message), Context);
        source.Offer(StampSource.Files("1", "1"));
        follower.Start();
        await follower.First.WaitAsync(TimeSpan.FromMinutes(1), Token);
        await Eventually.Holds(() => Volatile.Read(ref passes) == 3, "the pass is tried again");
        Assert.Equal(["pass 1", "pass 2"], told);
        source.Offer(StampSource.Files("2", "2"));
        await Eventually.Holds(() => Volatile.Read(ref passes) == 4, "the next offer is followed");
    }

    [Fact]
    public async Task Told_Throws_SourceAndPassesGoOn()
    {
        FailingSource source = new();
        int passes = 0;
        await using VersionFollower follower = new(
            source, (_, _, _) => Interlocked.Increment(ref passes) == 1 ? throw new IOException("first") : new ValueTask<TimeSpan?>((TimeSpan?)null),
            _ => throw new InvalidOperationException("nobody listens"), Context);
        follower.Start();
        await follower.First.WaitAsync(TimeSpan.FromMinutes(1), Token);
        await Eventually.Holds(() => Volatile.Read(ref passes) > 2, "passes go on");
        await Eventually.Holds(() => source.Watches > 2, "the source is watched again");
    }

    [Fact]
    public async Task Source_OffersNull_IsToldAndAskedAgain()
    {
        OfferSource source = new();
        List<string> told = [];
        int passes = 0;
        await using VersionFollower follower = new(
            source,
            (_, _, _) =>
            {
                Interlocked.Increment(ref passes);
                return new ValueTask<TimeSpan?>((TimeSpan?)null);
            },
            error => told.Add(error.Message), Context);
        follower.Start();
        source.Offer((ModelOffer)null!);
        source.Offer(StampSource.Files("1", "1"));
        await Eventually.Holds(() => Volatile.Read(ref passes) == 1, "the next offer is followed");
        Assert.StartsWith("The source offered null", Assert.Single(told), StringComparison.Ordinal);
        Assert.Contains("null", Assert.Throws<ArgumentException>(() => new ModelOffer([null!], new Dictionary<string, string>())).Message, StringComparison.Ordinal);
    }

    /// <summary>Offers once, then throws, each time it is asked.</summary>
    private sealed class FailingSource : IModelSource
    {
        private int _watches;

        public int Watches => Volatile.Read(ref _watches);

        public async IAsyncEnumerable<ModelOffer> WatchAsync(ModelDemand demand, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _watches);
            yield return ModelOffer.Of(StampSource.Files("1", "1"));
            await Task.Yield();
            throw new IOException("the source is away");
        }
    }

    private sealed class Nothing : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}
