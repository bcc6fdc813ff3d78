using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Lifecycle.Statistics;

namespace Lifecycle.Data.Tests;

public sealed class IgnoreRulesTests
{
    [Fact]
    public void EveryVectorOfTheOracle()
    {
        JsonElement oracle = DvcOracle.Root.GetProperty("dvcignore");
        string[] paths = [.. oracle.GetProperty("paths").EnumerateArray().Select(p => p.GetString()!)];
        int cases = 0;
        foreach (JsonElement one in oracle.GetProperty("cases").EnumerateArray())
        {
            string[] lines = [.. one.GetProperty("lines").EnumerateArray().Select(p => p.GetString()!)];
            string[] expected = [.. one.GetProperty("ignored").EnumerateArray().Select(p => p.GetString()!)];
            IgnoreRules rules = IgnoreRules.Empty.With("", lines, ".dvcignore");
            Assert.Equal(expected, paths.Where(p => rules.IsIgnored(p.TrimEnd('/'), p.EndsWith('/'))));
            cases++;
        }

        Assert.Equal(23, cases);
    }

    [Theory]
    [InlineData(".git", true, true)]
    [InlineData(".git", false, true)]
    [InlineData("a/.dvc", true, true)]
    [InlineData(".dvc", false, false)]
    [InlineData("x/.hg/y", false, true)]
    [InlineData(".gitignore", false, false)]
    public void WhatIsAlwaysIgnored(string path, bool isFolder, bool ignored) => Assert.Equal(ignored, IgnoreRules.BuiltIn.IsIgnored(path, isFolder));

    [Theory]
    [InlineData("*.tmp", "sub/a.tmp", true)]
    [InlineData("*.tmp", "sub/b/a.tmp", true)]
    [InlineData("*.tmp", "a.tmp", false)]
    [InlineData("/a", "sub/a", true)]
    [InlineData("/a", "sub/b/a", false)]
    [InlineData("b/a", "sub/b/a", true)]
    [InlineData("b/a", "sub/c/b/a", false)]
    [InlineData("b/", "sub/b/x", true)]
    [InlineData("b/", "sub/c/b/x", true)]
    [InlineData("**/z", "sub/q/z", true)]
    public void AFileOfASubFolder_HoldsThere(string line, string path, bool ignored) =>
        Assert.Equal(ignored, IgnoreRules.Empty.With("sub", [line], "sub/.dvcignore").IsIgnored(path, isFolder: false));

    [Fact]
    public void ASubFolder_AddsToItsParents_AndItsNameIsNoPattern()
    {
        IgnoreRules rules = IgnoreRules.Empty.With("", ["*.tmp"], ".dvcignore").With("s*b", ["!keep.tmp"], "s*b/.dvcignore");
        Assert.True(rules.IsIgnored("s*b/a.tmp", false));
        Assert.False(rules.IsIgnored("s*b/keep.tmp", false));
        Assert.True(rules.IsIgnored("sub/keep.tmp", false));
    }

    [Theory]
    [InlineData("a\n!\n", 2, 1)]
    [InlineData("x\\", 1, 2)]
    [InlineData("[z-a]", 1, 5)]
    public void ALineThatIsNoPattern_IsSaid(string text, int line, int column)
    {
        DvcFormatException error = Assert.Throws<DvcFormatException>(() => IgnoreRules.Empty.WithFile("", Encoding.UTF8.GetBytes(text), "d/.dvcignore"));
        Assert.Equal((line, column), ((int)error.Line, (int)error.Column));
        Assert.StartsWith($"d/.dvcignore:{line}:{column}: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TooMuch_AndWhatIsNotText_IsRefused()
    {
        Assert.Throws<DvcFormatException>(() => IgnoreRules.Empty.WithFile("", new byte[IgnoreRules.MaximumFileBytes + 1], "f"));
        Assert.Throws<DvcFormatException>(() => IgnoreRules.Empty.With("", [new string('a', IgnorePattern.MaximumBytes + 1)], "f"));
        Assert.Equal(2, Assert.Throws<DvcFormatException>(() => IgnoreRules.Empty.WithFile("", [(byte)'a', (byte)'\n', 0xFF], "f")).Line);
    }

    [Theory]
    [InlineData("train/**", "train/a/b", true)]
    [InlineData("train/**", "x/train/a", false)]
    [InlineData("train", "train/a", true)]
    [InlineData("*.csv", "a/b.csv", true)]
    [InlineData("?\\?", "😀?", true)]
    [InlineData("a[!b]c", "a/c", true)]
    [InlineData("[]-]x", "-x", true)]
    [InlineData("[]-]x", "]x", true)]
    [InlineData("[^b]x", "ax", true)]
    [InlineData("[ab", "[ab", true)]
    public void OnePattern(string pattern, string path, bool matches) => Assert.Equal(matches, IgnorePattern.Parse(pattern, "", out _)!.Matches(path));

    [Fact]
    public void APatternThatMakesOthersBacktrack_TakesOnePass()
    {
        string path = new('a', 4000);
        IgnorePattern pattern = IgnorePattern.Parse(string.Concat(Enumerable.Repeat("*a", 1000)) + "b", "", out _)!;
        IgnorePattern deep = IgnorePattern.Parse(string.Concat(Enumerable.Repeat("**/a/", 400)) + "b", "", out _)!;
        Assert.False(pattern.Matches(path));
        Assert.False(deep.Matches(string.Concat(Enumerable.Repeat("a/", 2000)) + "c"));
    }

    // The same meaning as a regular expression, written down a second time.
    [Fact]
    public void RandomPatterns_EqualARegularExpression()
    {
        RandomStream random = new(20261129);
        string[] pieces = ["a", "b", "*", "?", "**", "/", "/", "[ab]", "[!a]", "\\*", "é", "."];
        string[] names = ["a", "b", "ab", "é", "*", "a.b", "ba"];
        int compared = 0;
        for (int i = 0; i < 3000; i++)
        {
            string line = string.Concat(Enumerable.Range(0, 1 + random.NextBelow(6)).Select(_ => pieces[random.NextBelow(pieces.Length)]));
            IgnorePattern? pattern = IgnorePattern.Parse(line, "", out (int, string)? problem);
            Assert.Null(problem);
            if (pattern is null)
            {
                continue;
            }

            Regex regex = new(NaiveIgnore.Translate(line), RegexOptions.CultureInvariant | RegexOptions.Singleline);
            for (int j = 0; j < 20; j++)
            {
                string path = string.Join('/', Enumerable.Range(0, 1 + random.NextBelow(4)).Select(_ => names[random.NextBelow(names.Length)])) + (random.NextBelow(3) == 0 ? "/" : "");
                Assert.True(regex.IsMatch(path) == pattern.Matches(path), $"{line} against {path}");
                compared++;
            }
        }

        Assert.True(compared > 50_000);
    }
}
