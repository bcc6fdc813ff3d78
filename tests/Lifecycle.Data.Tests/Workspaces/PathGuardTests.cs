namespace Lifecycle.Data.Tests;

public sealed class PathGuardTests
{
    public static TheoryData<string[]> Everywhere { get; } = new(
    [
        [""], ["."], [".."], ["../x"], ["a/../../x"], ["a/.."], ["./a"], ["a/./b"], ["/etc/passwd"], ["//server/share"], ["a//b"], ["a/"],
        ["a\0b"], ["\0"], [new string('x', 256)], [string.Concat(Enumerable.Repeat("abcdefgh/", 500)) + "x"], [new string('é', 128)],
        ["a", "a/b"], ["a/b/c", "a/b"], ["a", "a"], ["\ud800"], ["x/\udc00/y"],
        [".git/hooks/post-checkout"], ["sub/.git/config"], [".hg/hgrc"], [".dvc/config"], [".lifecycle/objects/x"],
    ]);

    /// <summary>Those that have bytes, so that a tree can hold them.</summary>
    public static TheoryData<string[]> Storable { get; } = new(Everywhere.Select(row => row.Data).Where(paths => !paths.Any(p => p.Any(char.IsSurrogate))));

    public static TheoryData<string[]> Portable { get; } = new(
    [
        ["C:/x"], ["C:"], ["a:stream"], ["a\\b"], ["..\\x"], ["a*"], ["a?"], ["a\"b"], ["a<b"], ["a>b"], ["a|b"], ["a\nb"], ["a\u0001"], ["a."], ["a "], ["x./y"],
        ["CON"], ["con.txt"], ["sub/NUL"], ["aux.tar.gz"], ["PRN"], ["COM1"], ["lpt9.log"], ["COM¹"], ["COM².txt"], ["com³"], ["CON .txt"],
        [".GIT/config"], ["a/.Dvc/config"], ["A", "a"], ["Dir/x", "dir/y"], ["É", "é"], ["\u00e9.csv", "e\u0301.csv"], ["\u00c9/x", "e\u0301/y"], ["\uac01", "\u1100\u1161\u11a8"],
    ]);

    public static TheoryData<string> Good { get; } = new(
    [
        ".git", ".gitignore", ".github/x", "git/x", "a", "a.b", ".hidden", "a b", "...", "..a", "a..", "sub/x", "tab\there", "CON", "a\\b", "C:/x", "日本/語.csv", "😀", new string('x', 255),
    ]);

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void HostileTree_IsRefusedEverywhere(string[] paths)
    {
        Assert.NotEmpty(PathGuard.Check(paths, portable: false, foldCase: false));
        Assert.NotEmpty(PathGuard.Check(paths, portable: true, foldCase: false));
    }

    [Theory]
    [MemberData(nameof(Portable))]
    public void NameThatWindowsCannotHold_IsRefusedWhenPortable(string[] paths)
    {
        Assert.NotEmpty(PathGuard.Check(paths, portable: true, foldCase: false));
        Assert.Empty(PathGuard.Check(paths, portable: false, foldCase: false));
    }

    [Theory]
    [MemberData(nameof(Good))]
    public void GoodName_Passes(string path) => Assert.Empty(PathGuard.Check([path], portable: false, foldCase: false));

    [Fact]
    public void NamesThatTheFolderCannotTellApart_AreRefused()
    {
        Assert.Single(PathGuard.Check(["Readme", "README"], portable: false, foldCase: true));
        Assert.Single(PathGuard.Check(["src/a", "SRC/b"], portable: false, foldCase: true));
        Assert.Single(PathGuard.Check(["src", "SRC/b"], portable: false, foldCase: true));
    }

    [Fact]
    public void AllRefusals_AreTold_AndAtMostTwentyShown()
    {
        UnsafePathException e = Assert.Throws<UnsafePathException>(
            () => PathGuard.Require([.. Enumerable.Range(0, 30).Select(i => $"../{i:00}"), "good"], portable: false, foldCase: false));
        Assert.Equal(30, e.Paths.Count);
        Assert.Contains("'../19'", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("'../20'", e.Message, StringComparison.Ordinal);
    }
}
