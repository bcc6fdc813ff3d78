using System.Buffers.Binary;

namespace Lifecycle.Tracking.Tests;

/// <summary>Patterns, configuration and index of git, one by one.</summary>
public sealed class GitFormatTests
{
    [Theory]
    [InlineData("*.log", "a.log", true)]
    [InlineData("*.log", "d/a.log", true)]
    [InlineData("/*.log", "d/a.log", false)]
    [InlineData("d/*.log", "d/a.log", true)]
    [InlineData("d/*.log", "d/e/a.log", false)]
    [InlineData("d/**/a.log", "d/a.log", true)]
    [InlineData("d/**/a.log", "d/e/f/a.log", true)]
    [InlineData("d/**/a.log", "dx/a.log", false)]
    [InlineData("**/a.log", "a.log", true)]
    [InlineData("**/a.log", "x/y/a.log", true)]
    [InlineData("**/a.log", "x/ba.log", false)]
    [InlineData("d/**", "d/e/f", true)]
    [InlineData("d/**", "d", false)]
    [InlineData("d**f/x", "d/e/f/x", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("/a?c", "a/c", false)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[!a-c]x", "bx", false)]
    [InlineData("[^a-c]x", "dx", true)]
    [InlineData("[]-]x", "]x", true)]
    [InlineData("[[:digit:]]x", "7x", true)]
    [InlineData("[[:digit:]]x", "dx", false)]
    [InlineData("[[:nonsense:]]x", "7x", false)]
    [InlineData("[ab", "a", false)]
    [InlineData("\\*x", "*x", true)]
    [InlineData("\\*x", "ax", false)]
    [InlineData("a\\", "a", false)]
    [InlineData("only/", "only", false)]
    public void Pattern(string pattern, string path, bool matches) => Assert.Equal(matches, new GitPattern(pattern, ignoreCase: false).IsMatch(path, isFolder: false));

    [Fact]
    public void Pattern_IgnoresCase_WhenConfigured()
    {
        Assert.True(new GitPattern("*.LOG", ignoreCase: true).IsMatch("a.log", isFolder: false));
        Assert.True(new GitPattern("[A]b", ignoreCase: true).IsMatch("aB", isFolder: false));
        Assert.True(new GitPattern("only/", ignoreCase: true).IsMatch("ONLY", isFolder: true));
    }

    [Fact]
    public void HostilePattern_EndsAtOnce() =>
        Assert.False(new GitPattern(string.Concat(Enumerable.Repeat("*a", 200)) + "b", ignoreCase: false).IsMatch(new string('a', 2_000), isFolder: false));

    [Fact]
    public void Configuration_IsReadAsGitDoes()
    {
        using GitProgram git = new();
        string text = """
            [core] bare = false ; comment
            [Remote "Ori.gin"]
              URL = "https://example.org/a b.git" # comment
              fetch = +refs/heads/*:\
            refs/remotes/x/*
            [filter "lfs"] clean = "a \"quoted\" \\ word"   end
            [flags]
              on
              off = no
            """;
        File.AppendAllText(git[".git/config"], text);
        GitConfig config = GitConfig.Of(git[".git"], git[".git"]);
        foreach (string name in (string[])["core.bare", "remote.Ori.gin.url", "remote.Ori.gin.fetch", "filter.lfs.clean", "flags.off", "user.name"])
        {
            Assert.Equal(git.Git("config", name).TrimEnd('\n'), config.Get(name));
        }

        Assert.True(config.IsTrue("flags.on", otherwise: false));
        Assert.False(config.IsTrue("flags.off", otherwise: true));
        Assert.Equal(["Ori.gin"], config.Subsections("remote"));
    }

    [Theory]
    [InlineData("sdir")]
    [InlineData("link")]
    [InlineData("zzzz")]
    public void RequiredExtension_MakesDirtyUnknown(string extension)
    {
        using GitProgram git = new();
        git.Write("a.txt", "one");
        git.Commit();
        byte[] index = File.ReadAllBytes(git[".git/index"]);
        byte[] added = [.. index[..^20], .. System.Text.Encoding.ASCII.GetBytes(extension), 0, 0, 0, 0, .. index[^20..]];
        File.WriteAllBytes(git[".git/index"], added);
        GitState state = GitWorkTree.Read(git.Root)!;
        Assert.Null(state.IsDirty);
        Assert.Contains(extension, state.Unknown, StringComparison.Ordinal);
        Assert.Equal("main", state.Branch);
        Assert.NotNull(state.Commit);
    }

    [Fact]
    public void SparseIndex_MakesDirtyUnknown()
    {
        using GitProgram git = new();
        git.Write("a/x.txt", "one");
        git.Write("b/x.txt", "one");
        git.Commit();
        git.Git("sparse-checkout", "init", "--cone", "--sparse-index");
        git.Git("sparse-checkout", "set", "a");
        Assert.Null(GitWorkTree.Read(git.Root)!.IsDirty);
    }

    [Fact]
    public void TooManyEntries_OtherVersions_AndGarbage_AreRefused()
    {
        byte[] index = new byte[200];
        "DIRC"u8.CopyTo(index);
        BinaryPrimitives.WriteUInt32BigEndian(index.AsSpan(4), 2);
        BinaryPrimitives.WriteUInt32BigEndian(index.AsSpan(8), 50_001);
        Assert.Contains("50000", Assert.Throws<InvalidDataException>(() => GitIndex.Parse(index, 20)).Message, StringComparison.Ordinal);
        BinaryPrimitives.WriteUInt32BigEndian(index.AsSpan(4), 5);
        Assert.Contains("version 5", Assert.Throws<InvalidDataException>(() => GitIndex.Parse(index, 20)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => GitIndex.Parse(new byte[3], 20));
    }

    [Fact]
    public void DamagedIndex_ThrowsNothingElse()
    {
        using GitProgram git = new();
        git.Write("src/a.txt", "one");
        git.Write("src/b/c.txt", "one");
        git.Commit();
        git.Git("update-index", "--index-version", "4", "--force-write-index");
        byte[] index = File.ReadAllBytes(git[".git/index"]);
        for (int at = 0; at < index.Length; at++)
        {
            foreach (byte bit in (byte[])[0x01, 0x80, 0xFF])
            {
                byte[] broken = [.. index];
                broken[at] ^= bit;
                TryParse(broken);
            }

            TryParse(index[..at]);
        }
    }

    private static void TryParse(byte[] index)
    {
        try
        {
            Assert.NotNull(GitIndex.Parse(index, 20));
        }
        catch (InvalidDataException)
        {
            // The only answer to damage.
        }
    }
}
