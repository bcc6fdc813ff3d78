using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Tracking.Tests;

/// <summary>The history of an alias against a list of moves, on random sequences with a clock that also stands still and goes back.</summary>
public sealed class AliasHistoryTests
{
    [Property(MaxTest = 30)]
    public Property WhoWas_EqualsNaiveList() => Prop.ForAll(
        Gen.Choose(0, 10_000).ArrayOf().Resize(30).ToArbitrary(), moves => CheckAsync(moves).GetAwaiter().GetResult());

    [Fact]
    public void EarlierVersion_TakesFromThePile()
    {
        HashSet<int> living = [1, 2, 3];
        Assert.Null(ModelRegistry.EarlierVersion([], living));
        Assert.Equal(2, ModelRegistry.EarlierVersion([Move(1), Move(2), Move(3)], living));
        Assert.Equal(1, ModelRegistry.EarlierVersion([Move(1), Move(2), Move(3), Move(2, AliasMove.Rollback)], living));
        Assert.Equal(1, ModelRegistry.EarlierVersion([Move(1), Move(2), Move(3)], new HashSet<int> { 1, 3 }));
        Assert.Equal(3, ModelRegistry.EarlierVersion([Move(3), Move(null, AliasMove.Removal)], living));
        Assert.Null(ModelRegistry.EarlierVersion([Move(1), Move(2), Move(1, AliasMove.Rollback)], living));
        Assert.Equal(1, ModelRegistry.EarlierVersion([Move(1), Move(2), Move(1, AliasMove.Rollback), Move(3)], living));
    }

    private static AliasPeriod Move(int? version, AliasMove move = AliasMove.Promotion) => new()
    {
        Model = "m", Alias = "a", Version = version, From = DateTimeOffset.UnixEpoch, RecordedAt = DateTimeOffset.UnixEpoch, Move = move, Actor = "ada", AuditSequence = 1,
    };

    private static async Task<bool> CheckAsync(int[] moves)
    {
        FakeTimeProvider clock = TrackingWorkspace.Clock();
        clock.AutoAdvanceAmount = TimeSpan.Zero;
        await using TrackingWorkspace workspace = TrackingWorkspace.New(clock);
        ModelArtifact model = await workspace.LogModelAsync("m");
        List<ModelVersion> versions = [];
        for (int i = 0; i < 3; i++)
        {
            versions.Add(await workspace.Registry.RegisterAsync("m", model));
        }

        List<(long At, int? Version)> naive = [];
        foreach (int move in moves)
        {
            clock.AdjustTime(clock.GetUtcNow().AddMilliseconds((move / 4 % 7) - 2));
            long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
            int? target = move % 4 == 3 ? null : (move % 4) + 1;
            if (target is { } number)
            {
                await workspace.Registry.PromoteAsync(versions[number - 1], "champion");
            }
            else
            {
                await workspace.Registry.RemoveAliasAsync("m", "champion");
            }

            if (target != (naive.Count == 0 ? null : naive[^1].Version))
            {
                naive.Add((naive.Count == 0 ? now : Math.Max(now, naive[^1].At + 1), target));
            }
        }

        long from = naive.Count == 0 ? 0 : naive[0].At - 2;
        long to = naive.Count == 0 ? 2 : naive[^1].At + 2;
        for (long at = from; at <= to; at++)
        {
            for (long known = from; known <= to; known += 3)
            {
                Assert.Equal(Naive(naive.Where(m => m.At <= known), at), await AskAsync(workspace, at, known));
            }

            Assert.Equal(Naive(naive, at), await AskAsync(workspace, at, null));
        }

        return true;
    }

    private static int? Naive(IEnumerable<(long At, int? Version)> moves, long at) => moves.LastOrDefault(m => m.At <= at).Version;

    private static async Task<int?> AskAsync(TrackingWorkspace workspace, long at, long? known) => (await workspace.Registry.WhoWasAsync(
        "m", "champion", DateTimeOffset.FromUnixTimeMilliseconds(at), known is { } k ? DateTimeOffset.FromUnixTimeMilliseconds(k) : null))?.Version;
}
