using System.Security.Cryptography;
using System.Text;

namespace Lifecycle.Tests;

/// <summary>The digests are those of Python's unicodedata 14.0 over the same texts, each followed by LF.</summary>
public sealed class CanonicalTextTests
{
    private static readonly int[] Marks = [0x300, 0x301, 0x323, 0x327, 0x345, 0x3099, 0x5b0, 0x1d165, 0x11a8, 0x1161, 0x93c, 0xfb1e];

    [Fact]
    public void Compose_EveryCodePoint_IsThatOfUnicode() => Assert.Equal(
        "9cc65524a9d8082bf10840c616cd199bd2ac12ee49a3381bd6fb7957711f342b",
        Hash(Enumerable.Range(0, 0x110000).Where(Rune.IsValid).Select(char.ConvertFromUtf32)));

    [Fact]
    public void Compose_WithTwoMarks_IsThatOfUnicode() => Assert.Equal(
        "72f06cee86d2c170ec60c6fd065c5f483ebd579a3103c8e4b5de8e46bc287005",
        Hash(Enumerable.Range(0, 0x30000).Where(Rune.IsValid).Select(c => string.Concat(
            char.ConvertFromUtf32(c), char.ConvertFromUtf32(Marks[c % 12]), char.ConvertFromUtf32(Marks[c / 12 % 12])))));

    [Fact]
    public void Compose_Twice_IsOnce()
    {
        foreach (int c in Enumerable.Range(0, 0x30000).Where(Rune.IsValid))
        {
            string once = CanonicalText.Compose(char.ConvertFromUtf32(c) + "\u0323\u0301");
            Assert.Equal(once, CanonicalText.Compose(once));
        }
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("plain", "plain")]
    [InlineData("Jose\u0301", "Jos\u00e9")]
    [InlineData("\u1112\u1161\u11ab", "\ud55c")]
    [InlineData("a\u0323\u0307", "\u1ea1\u0307")]
    [InlineData("a\u0307\u0323", "\u1ea1\u0307")]
    [InlineData("\u212b", "\u00c5")]
    [InlineData("\ufb1d", "\u05d9\u05b4")]
    public void Compose_Examples(string text, string expected) => Assert.Equal(expected, CanonicalText.Compose(text));

    // an attribute cannot hold a lone surrogate
    [Fact]
    public void IsUnicode_FindsLoneSurrogates()
    {
        Assert.All(new[] { "", "plain", "\ud83d\ude00", "\ud83d\ude00\ud83d\ude00" }, text => Assert.True(CanonicalText.IsUnicode(text)));
        Assert.All(
            new[] { "\ud83d", "a\ude00b", "\ud83d\ude00\ud83d", "\ud83dx", "\ud83d\ud83d\ude00", "\ud83d\ude00x\ude00" },
            text => Assert.False(CanonicalText.IsUnicode(text)));
    }

    private static string Hash(IEnumerable<string> texts)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string text in texts)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(CanonicalText.Compose(text) + "\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    [Fact]
    public void ARunOfAMillionMarks_IsOrderedStably()
    {
        // 220 stands before 230, and marks of one class keep their order
        string marks = string.Concat(Enumerable.Repeat("\u0308\u0323\u0304\u0331", 250_000));
        string composed = CanonicalText.Compose("q" + marks);
        Assert.Equal("q" + string.Concat(Enumerable.Repeat("\u0323\u0331", 250_000)), composed[..500_001]);
        Assert.Equal(string.Concat(Enumerable.Repeat("\u0308\u0304", 250_000)), composed[500_001..]);
    }
}
