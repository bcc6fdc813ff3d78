using Lifecycle.Statistics;

namespace Lifecycle.Drift.Tests;

public sealed class OpenWindowFormatTests
{
    private static readonly OpenWindow Window = new(
        [
            new OpenWindowPart(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero), [0, 3, 0, 0, 4_000_000_000], [(1, "new", 2)]),
            new OpenWindowPart(new DateTimeOffset(2026, 6, 1, 1, 0, 0, TimeSpan.Zero), [1, 0, 0, 0, 0], []),
        ], 7, WindowGaps.Killed | WindowGaps.ClockJumped);

    [Fact]
    public void Bytes_of_version_1_stay_what_they_are()
    {
        byte[] bytes = OpenWindowFormat.Write(Window);
        Assert.Equal("01050703028080E1CA8BEEAFEF080202030380D0ACF30E0101036E65770280D0F2D891EFAFEF0801010100", Convert.ToHexString(bytes));
        OpenWindow read = OpenWindowFormat.TryRead(bytes, 5, 2)!;
        Assert.Equal((Window.Periods, Window.Gap, 2), (read.Periods, read.Gap, read.Parts.Count));
        Assert.All(Window.Parts.Zip(read.Parts), p => Assert.Equal((p.First.Opened, true, true), (p.Second.Opened, p.First.Counts.SequenceEqual(p.Second.Counts), p.First.Unseen.SequenceEqual(p.Second.Unseen))));
    }

    [Fact]
    public void Damaged_bytes_are_dropped_and_never_thrown()
    {
        byte[] whole = OpenWindowFormat.Write(Window);
        Assert.Null(OpenWindowFormat.TryRead(whole, 6, 2));
        Assert.Null(OpenWindowFormat.TryRead(whole, 5, 1));
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Null(OpenWindowFormat.TryRead(whole.AsSpan(0, length), 5, 2));
        }

        RandomStream random = new(3);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] bytes = [.. whole];
            bytes[random.NextBelow(bytes.Length)] = (byte)random.NextBelow(256);
            OpenWindow? read = OpenWindowFormat.TryRead(bytes, 5, 2);
            Assert.True(read is null || read.Parts.All(p => p.Counts.Length == 5));
        }
    }
}
