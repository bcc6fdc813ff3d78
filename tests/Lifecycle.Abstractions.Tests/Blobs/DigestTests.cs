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
