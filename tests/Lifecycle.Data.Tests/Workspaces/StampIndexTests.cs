using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Lifecycle.Data.Tests;

public sealed class StampIndexTests
{
    private static readonly DateTimeOffset Taken = DateTimeOffset.FromUnixTimeSeconds(1_000);

    private static StampedFile File(string path, int seed, bool executable = false) => new(
        path, new FileStamp(seed, 900_000_000_000 + seed, 901_000_000_000 - seed, (ulong)seed + 1, 77), Digest.Of([(byte)seed]), executable);

    private static ScannedFile Scanned(StampedFile file) => new("", file.Path, file.IsExecutable) { Stamp = file.Stamp };

    [Fact]
    public void Bytes_AreGolden()
    {
        byte[] bytes = StampIndex.Of([File("b", 2, executable: true), File("a", 1)], Taken, Digest.Of("t"u8)).ToBytes();
        Assert.Equal(
            "4c435354414d50310010a5d4e80000000200000000000000e3b98a4da31a127d4bde6e43033f66ba274cab0eb7eb1c70ec41402bf6273dd8"
            + "010000010000000000000001282e8cd1000000fff1c8c7d10000000200000000000000" + "4d00000000000000" + Digest.Of([1]).Hex + "61"
            + "010001020000000000000002282e8cd1000000fef1c8c7d10000000300000000000000" + "4d00000000000000" + Digest.Of([2]).Hex + "62",
            Convert.ToHexStringLower(bytes)[..^16]);
    }

    [Property(MaxTest = 100)]
    public Property WhatWasWritten_IsRead() => Prop.ForAll(
        Gen.Elements("a", "é", "😀", "/", " ", "\n").NonEmptyListOf().Select(string.Concat).ListOf().ToArbitrary(),
        paths =>
        {
            StampedFile[] files = [.. paths.Distinct().Select((p, i) => File(p, i, i % 3 == 0))];
            StampIndex read = StampIndex.Parse(StampIndex.Of(files, Taken, Digest.Of("t"u8)).ToBytes());
            Assert.Equal(files.OrderBy(f => f.Path, StringComparer.Ordinal), read.Files.OrderBy(f => f.Path, StringComparer.Ordinal));
            Assert.Equal((files.Length, Digest.Of("t"u8), 1_000_000_000_000), (read.Count, read.Tree, read.Taken));
        });

    [Fact]
    public void AnyChangedByte_AndAnyCut_KnowsNothing()
    {
        byte[] bytes = StampIndex.Of([File("a", 1), File("dir/b", 2)], Taken, default).ToBytes();
        for (int i = 0; i < bytes.Length; i++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                byte[] changed = [.. bytes];
                changed[i] ^= (byte)(1 << bit);
                Assert.Equal(0, StampIndex.Parse(changed).Count);
            }

            Assert.Equal(0, StampIndex.Parse(bytes.AsSpan(0, i)).Count);
        }
    }

    [Fact]
    public void OnlyTheSameStamp_OlderThanTheIndex_IsKnown()
    {
        StampedFile file = File("a", 1);
        StampIndex index = StampIndex.Of([file], Taken, default);
        Assert.True(index.TryKnow(Scanned(file), out StampedFile known));
        Assert.Equal(file, known);
        foreach (FileStamp other in new[]
        {
            file.Stamp with { Length = 9 }, file.Stamp with { Modified = 9 }, file.Stamp with { Changed = 9 }, file.Stamp with { Inode = 9 }, file.Stamp with { Device = 9 },
        })
        {
            Assert.False(index.TryKnow(Scanned(file) with { Stamp = other }, out _), other.ToString());
        }

        Assert.False(index.TryKnow(Scanned(file) with { IsExecutable = true }, out _));
        Assert.False(index.TryKnow(Scanned(File("b", 1)), out _));
    }

    // Two seconds: the coarsest clock of a file system in use (FAT).
    [Theory]
    [InlineData(2_000_000_001, true)]
    [InlineData(2_000_000_000, false)]
    [InlineData(0, false)]
    [InlineData(-1, false)]
    public void RacyFiles_AreNotKnown(long olderBy, bool isKnown)
    {
        long taken = Taken.ToUnixTimeMilliseconds() * 1_000_000;
        foreach (FileStamp stamp in new[] { new FileStamp(1, taken - olderBy, 5, 1, 1), new FileStamp(1, 5, taken - olderBy, 1, 1) })
        {
            StampedFile file = new("a", stamp, Digest.Of([1]), false);
            Assert.Equal(isKnown, StampIndex.Of([file], Taken, default).TryKnow(Scanned(file), out _));
        }
    }

    // Where the system gives no inode, a stamp proves nothing.
    [Fact]
    public void StampWithoutInode_IsNotKnown()
    {
        StampedFile file = new("a", new FileStamp(1, 5, 5, 0, 0), Digest.Of([1]), false);
        Assert.False(StampIndex.Of([file], Taken, default).TryKnow(Scanned(file), out _));
    }
}
