using System.Security.Cryptography;
using FsCheck.Xunit;

namespace Lifecycle.Tests;

public sealed class DigestTests
{
    private const string Empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Fact]
    public void TheDigestOfNothing_IsThatOfTheStandard()
    {
        Digest digest = Digest.Of([]);
        Assert.Equal(Empty, digest.Hex);
        Assert.Equal("sha256:" + Empty, digest.ToString());
        Assert.False(digest.IsEmpty);
        Assert.True(default(Digest).IsEmpty);
    }

    [Property]
    public void ADigest_IsTheHashOfTheBytes(byte[] bytes)
    {
        byte[] hash = SHA256.HashData(bytes);
        Digest digest = Digest.Of(bytes);
        Assert.Equal(hash, digest.ToByteArray());
        Assert.Equal(new Digest(hash), digest);
        Assert.Equal(Convert.ToHexStringLower(hash), digest.Hex);
        Assert.Equal(digest, Digest.OfAsync(new MemoryStream(bytes), CancellationToken.None).AsTask().GetAwaiter().GetResult());
    }

    private const int Block = 1 << 18; // what is read ahead while the block before is hashed

    [Theory]
    [InlineData(Block - 1, 1000)]
    [InlineData(Block, 1000)]
    [InlineData(Block + 1, 1000)]
    [InlineData(2 * Block, 1000)]
    [InlineData(2 * Block, 3 * Block)]
    [InlineData((3 * Block) + 7, Block - 1)]
    public async Task AStreamThatGivesLittleAtATime_HasTheSameDigest(int length, int most)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        await using ShortReads stream = new(bytes, most);
        Assert.Equal(new Digest(SHA256.HashData(bytes)), await Digest.OfAsync(stream, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(Block)]
    [InlineData(Block + 100)]
    [InlineData((2 * Block) + 100)]
    public async Task AStreamThatFails_HasNone(int at)
    {
        await using ShortReads failing = new(new byte[3 * Block], 1000) { At = at, Then = () => throw new IOException("gone") };
        Assert.Equal("gone", (await Assert.ThrowsAsync<IOException>(async () => await Digest.OfAsync(failing, TestContext.Current.CancellationToken))).Message);
        using CancellationTokenSource stop = new();
        await using ShortReads cancelled = new(new byte[3 * Block], 1000) { At = at, Then = stop.Cancel };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Digest.OfAsync(cancelled, stop.Token));
    }

    /// <summary>Gives at most so many bytes at once, each time on another thread, and does something when it has come so far.</summary>
    private sealed class ShortReads(byte[] bytes, int most) : MemoryStream(bytes, writable: false)
    {
        public int At { get; init; } = int.MaxValue;

        public Action? Then { get; init; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            if (Position >= At)
            {
                Then!();
            }

            cancellationToken.ThrowIfCancellationRequested();
            return Read(buffer.Span[..Math.Min(buffer.Length, most)]);
        }
    }

    [Property]
    public void Text_GoesThereAndBack(byte[] bytes)
    {
        Digest digest = Digest.Of(bytes);
        foreach (string text in new[] { digest.ToString(), digest.Hex, digest.Hex.ToUpperInvariant(), "sha256:" + digest.Hex.ToUpperInvariant() })
        {
            Assert.Equal(digest, Digest.Parse(text));
            Assert.True(Digest.TryParse(text, out Digest parsed));
            Assert.Equal(digest, parsed);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("sha256:")]
    [InlineData("sha256:e3b0")]
    [InlineData("md5:" + Empty)]
    [InlineData("SHA256:" + Empty)]
    [InlineData("sha256:sha256:" + Empty)]
    [InlineData(Empty + "0")]
    [InlineData(" " + Empty)]
    [InlineData(Empty + "\n")]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85g")]
    [InlineData("е3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    public void WhatIsNoDigest_IsNotParsed(string? text)
    {
        Assert.False(Digest.TryParse(text, out Digest digest));
        Assert.True(digest.IsEmpty);
        FormatException error = Assert.Throws<FormatException>(() => Digest.Parse(text!));
        Assert.Contains("64 hex digits", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALongText_IsNotRepeatedWhole() =>
        Assert.True(Assert.Throws<FormatException>(() => Digest.Parse(new string('x', 100_000))).Message.Length < 200);

    [Property]
    public void TheOrder_IsThatOfTheHexDigits(byte[] left, byte[] right)
    {
        (Digest a, Digest b) = (Digest.Of(left), Digest.Of(right));
        int expected = string.CompareOrdinal(a.Hex, b.Hex);
        Assert.Equal(Math.Sign(expected), Math.Sign(a.CompareTo(b)));
        Assert.Equal(expected < 0, a < b);
        Assert.Equal(expected <= 0, a <= b);
        Assert.Equal(expected > 0, a > b);
        Assert.Equal(expected >= 0, a >= b);
        Assert.Equal(expected == 0, a == b);
        Assert.Equal(expected != 0, a != b);
        Assert.Equal(expected == 0, a.Equals((object)b));
        Assert.True(expected != 0 || a.GetHashCode() == b.GetHashCode());
    }

    [Fact]
    public void EveryByteCounts()
    {
        byte[] hash = new byte[Digest.Size];
        Digest zero = new(hash);
        for (int i = 0; i < Digest.Size; i++)
        {
            hash[i] = 1;
            Assert.NotEqual(zero, new Digest(hash));
            Assert.Equal(1, new Digest(hash).CompareTo(zero));
            hash[i] = 0;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void AHashOfAnotherLength_IsRefused(int length) => Assert.Throws<ArgumentException>(() => new Digest(new byte[length]));
}
