using FsCheck.Xunit;

namespace Lifecycle.Tests;

public sealed class ResourceNameTests
{
    public static TheoryData<string> Hostile =>
    [
        "", " ", ".", "..", "../x", "..\\x", "/etc/passwd", "C:\\x", "C:x", "~", "~root", "-x", "_x", ".x", "x/y", "x\\y", "x y", " x", "x ", "x\n", "x\r", "x\t", "x\0", "\0",
        "x\u0000y", "x%2f..", "x;rm", "x'", "x\"", "x|y", "x?", "x*", "x:y", "x<y", "x>y", "$x", "x$", "x@1", "x#", "x&y", "x=y", "x+y", "x,y", "x!", "x(1)", "[x]", "{x}", "x^", "`x`",
        "žluť", "модель", "模型", "🐎", "x\u202Ey", "x\u200By", "ｘ", "Å", "ﬁ", "x\uD800", "٣", "é", new string('x', 129), new string('x', 100_000),
    ];

    [Theory, MemberData(nameof(Hostile))]
    public void WhatIsNoName_IsRefused(string name)
    {
        Assert.False(ResourceName.IsValid(name));
        InvalidNameException error = Assert.Throws<InvalidNameException>(() => ResourceName.Require(name, "model"));
        Assert.Contains("name of a model", error.Message, StringComparison.Ordinal);
        Assert.Contains("letters, digits", error.Message, StringComparison.Ordinal);
        Assert.True(error.Message.Length < 400);
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    [Fact]
    public void Null_IsRefused() => Assert.Contains("(null)", Assert.Throws<InvalidNameException>(() => ResourceName.Require(null, "run")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("x")]
    [InlineData("0")]
    [InlineData("mortgage")]
    [InlineData("Mortgage-2.0_final")]
    [InlineData("a..b")]
    [InlineData("a.")]
    [InlineData("CON")]
    public void AName_IsGivenBack(string name) => Assert.Same(name, ResourceName.Require(name, "model"));

    [Fact]
    public void TheLongestName_IsGivenBack() => Assert.True(ResourceName.IsValid(new string('x', ResourceName.MaximumLength)));

    [Property(MaxTest = 1000)]
    public void AnyText_KeepsTheRuleOrIsRefused(string? text)
    {
        bool expected = text is not null && System.Text.RegularExpressions.Regex.IsMatch(text, @"\A[A-Za-z0-9][A-Za-z0-9._-]{0,127}\z");
        Assert.Equal(expected, ResourceName.IsValid(text));
    }
}
