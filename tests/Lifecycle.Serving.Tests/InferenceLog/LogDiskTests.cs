using System.Text;
using Lifecycle.Sdk.Tests;

namespace Lifecycle.Serving.Tests;

public sealed class LogDiskTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Writer_JournalDiskFull_KeepsWholeLines_DropsTheNewest_AndGoesOnWhenThereIsRoom()
    {
        await using LogWorkspace world = LogWorkspace.New();
        using SmallDisk? disk = SmallDisk.TryMount(world.Journal, 256);
        Assert.SkipWhen(disk is null, "mounting a small disk needs root");
        LogRing ring = await world.OpenAsync(l => l.RingRecords = 64);
        for (int i = 0; ring.DroppedFull < 10 && i < 10_000; i++)
        {
            world.Record(ring, i);
            if (i % 50 == 49)
            {
                await world.Log.WrittenAsync(LogWorkspace.Model);
            }
        }

        await world.Log.WrittenAsync(LogWorkspace.Model);
        Assert.True(ring.DroppedFull >= 10, "the disk is not full");
        string[] lines = world.Lines();
        Assert.True(lines.Length > 500, $"only {lines.Length} lines fit");
        Assert.All(lines, l => Assert.True(RecordReader.TryHead(Encoding.UTF8.GetBytes(l), whole: true, out _)));
        long taken = ring.Recorded;
        Assert.True(lines.Length < taken);

        // the spool goes into the object store, which lies on another disk: there is room again
        int read = 0;
        for (int i = 0; read < taken && i < 3_000; i++)
        {
            world.Clock.Advance(TimeSpan.FromMinutes(5));
            await Task.Delay(10, Token);
            read = (await world.ReadAsync()).Count;
        }

        Assert.Equal(taken, read);
        await world.RestartAsync();
        Assert.Equal(taken, (await world.ReadAsync()).Count);
    }
}
