using Lifecycle.Storage.Specification;

namespace Lifecycle.Tracking.Tests;

/// <summary>Work trees of every kind, read by us and by the git program.</summary>
public sealed class GitWorkTreeTests
{
    public static TheoryData<string, string> Kinds => new()
    {
        { "sha1", "2" }, { "sha1", "3" }, { "sha1", "4" }, { "sha256", "2" }, { "sha256", "4" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EveryKindOfChange_IsWhatGitSays(string format, string version)
    {
        using GitProgram git = new(format: format);
        Assert.Equal(("main", null), (git.RequireSame("empty ").Branch, git.RequireSame().Commit));
        foreach (string path in (string[])["a.txt", "b.txt", "gone.txt", "kept.txt", "moved.txt", "src/deep/x.cs", "src/deep/y.cs", "src/z.cs", "ünï cöde.txt"])
        {
            git.Write(path, $"content of {path}\n");
        }

        git.RequireSame("untracked ");
        git.Git("add", "-A");
        git.RequireSame("added before the first commit ");
        git.Commit();
        git.Git("update-index", "--index-version", version, "--force-write-index");
        Assert.Empty(git.RequireSame("clean ").Changes);

        git.Write("a.txt", "content of A.txt\n");
        git.Write("b.txt", "staged\n");
        git.Git("add", "b.txt");
        git.Write("src/z.cs", "staged\n");
        git.Git("add", "src/z.cs");
        git.Write("src/z.cs", "staged, then changed\n");
        File.Delete(git["gone.txt"]);
        git.Git("rm", "-q", "src/deep/y.cs");
        git.Git("mv", "moved.txt", "src/moved.txt");
        git.Git("rm", "-q", "--cached", "kept.txt");
        git.Write("new.txt", "new");
        git.Git("add", "new.txt");
        git.Write("announced.txt", "new");
        git.Git("add", "-N", "announced.txt");
        git.Write("src/stray.txt", "stray");
        GitState state = git.RequireSame("all ");
        Assert.Equal(
            ["announced.txt A", "a.txt M", "gone.txt D"],
            state.Changes.Where(c => c.Status[0] == ' ').Select(c => c.Path + c.Status).OrderBy(c => c[1] != 'n'));
        Assert.Equal(10, state.Changes.Count);

        git.Commit();
        git.RequireSame("committed ");
        git.Git("gc", "-q");
        git.Git("pack-refs", "--all");
        git.RequireSame("packed ");
        git.Write("a.txt", "after packing\n");
        git.Git("add", "a.txt");
        git.RequireSame("staged against a pack ");
        git.Git("checkout", "-q", "--detach");
        Assert.Null(git.RequireSame("detached ").Branch);
        git.Git("checkout", "-q", "-b", "feature/one");
        Assert.Equal("feature/one", git.RequireSame("branch ").Branch);
    }

    [Fact]
    public void SameSizeInTheSameInstant_IsSeen()
    {
        using GitProgram git = new();
        for (int i = 0; i < 8; i++)
        {
            git.Write("racy.txt", "one" + i);
            git.Git("add", "-A");
            git.Write("racy.txt", "two" + i);
            git.RequireSame("racy ");
        }
    }

    [Fact]
    public void TouchedFile_IsClean_ChangedBackInTime_IsNot()
    {
        using GitProgram git = new();
        git.Write("a.txt", "one");
        git.Write("b.txt", "one");
        git.Commit();
        File.SetLastWriteTimeUtc(git["a.txt"], new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        DateTime before = File.GetLastWriteTimeUtc(git["b.txt"]);
        git.Write("b.txt", "two");
        File.SetLastWriteTimeUtc(git["b.txt"], before);
        Assert.Equal(["b.txt"], git.RequireSame().Changes.Select(c => c.Path));
    }

    [Fact]
    public void LinksRightsAndTypes_AreWhatGitSays()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links and the right to execute are those of Unix.");
        using GitProgram git = new();
        git.Write("tool.sh", "#!/bin/sh\n");
        git.Write("plain.txt", "plain.txt");
        git.Write("folder/inside.txt", "x");
        File.CreateSymbolicLink(git["link"], "plain.txt");
        File.CreateSymbolicLink(git["dangling"], "nowhere");
        File.CreateSymbolicLink(git["tofolder"], "folder");
        git.Commit();
        Assert.Empty(git.RequireSame("clean ").Changes);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(git["tool.sh"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        File.Delete(git["link"]);
        git.Write("link", "plain.txt");
        File.Delete(git["plain.txt"]);
        File.CreateSymbolicLink(git["plain.txt"], "tool.sh");
        File.Delete(git["dangling"]);
        File.CreateSymbolicLink(git["dangling"], "nowherf");
        git.RequireSame("changed ");
        git.Git("config", "core.fileMode", "false");
        git.RequireSame("rights off ");
        git.Git("add", "-A");
        git.RequireSame("staged types ");
    }

    [Fact]
    public void FileBecomesFolder_AndBack()
    {
        using GitProgram git = new();
        git.Write("x", "file");
        git.Write("y/inside", "file");
        git.Commit();
        File.Delete(git["x"]);
        git.Write("x/inside", "file");
        Directory.Delete(git["y"], recursive: true);
        git.Write("y", "file");
        git.RequireSame("work tree ");
        git.Git("add", "-A");
        git.RequireSame("staged ");
    }

    [Theory]
    [InlineData("true", "")]
    [InlineData("input", "")]
    [InlineData("false", "")]
    [InlineData("false", "* text=auto\n")]
    [InlineData("false", "*.txt text\n*.bin -text\n")]
    [InlineData("true", "*.txt -text\nsub/*.txt eol=crlf\n")]
    [InlineData("true", "* binary\nmixed.txt !text\n")]
    [InlineData("input", "*.txt text eol=lf\n/crlf.txt -crlf\n")]
    public void LineEnds_AreTakenAsConfigured(string autocrlf, string attributes)
    {
        using GitProgram git = new();
        git.Write("crlf.txt", "one\r\ntwo\r\n");
        git.Write("sub/crlf.txt", "one\r\ntwo\r\n");
        git.Write("lf.txt", "one\ntwo\n");
        git.Write("mixed.txt", "one\r\ntwo\n");
        git.Write("lone.txt", "one\rtwo\r\n");
        git.Write("zero.bin", "a\0b\r\n");
        git.Write("strange.txt", new string('\u0001', 20) + "\r\n");
        git.Commit();
        git.Git("config", "core.autocrlf", autocrlf);
        if (attributes.Length > 0)
        {
            git.Write(".gitattributes", attributes);
            git.Write("sub/.gitattributes", "# nothing\n");
        }

        git.Write("new.txt", "x\r\ny\r\n");
        git.Git("add", "-A");
        git.RequireSame("added ");
        Age(git);
        git.RequireSame("aged ");
        git.Commit();
        Age(git);
        git.RequireSame("committed ");
        git.Git("rm", "-q", "-r", "--cached", ".");
        git.Git("add", "-A");
        git.RequireSame("renormalized ");
        Age(git);
        git.RequireSame("renormalized, aged ");
    }

    [Fact]
    public void LargeFilePointers_AreKnown()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The filters of this test are programs of Unix.");
        using GitProgram git = new();
        const string content = "a large model\n";
        string pointer = $"version https://git-lfs.github.com/spec/v1\noid sha256:{Digest.Of(System.Text.Encoding.UTF8.GetBytes(content)).Hex}\nsize {content.Length}\n";
        git.Write(".git/pointer", pointer);
        git.Git("config", "filter.lfs.clean", $"cat '{git[".git/pointer"]}'");
        git.Git("config", "filter.own.clean", "tr a b");
        git.Write(".gitattributes", "*.bin filter=lfs\nother.txt filter=own\nthird.txt filter=nobody\n");
        git.Write("model.bin", content);
        git.Write("third.txt", content);
        git.Commit();
        Assert.Equal(pointer, git.Git("show", "HEAD:model.bin"));
        Age(git);
        git.RequireSame("touched ");
        git.Write("model.bin", "a Large model\n");
        Assert.Equal([("model.bin", " M")], GitWorkTree.Read(git.Root)!.Changes);
        git.Write("model.bin", content);

        git.Write("other.txt", content);
        git.Commit();
        Age(git);
        GitState state = GitWorkTree.Read(git.Root)!;
        Assert.Null(state.IsDirty);
        Assert.Contains("other.txt", state.Unknown, StringComparison.Ordinal);
    }

    [Fact]
    public void WorkTreesAndSubmodules_AreFollowed()
    {
        using GitProgram inner = new();
        inner.Write("lib.txt", "one");
        inner.Commit();
        using GitProgram git = new();
        git.Write("a.txt", "one");
        git.Commit();
        git.Git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.Root, "deps/lib");
        git.RequireSame("added submodule ");
        git.Commit();
        Assert.Empty(git.RequireSame("submodule ").Changes);
        git.Write("deps/lib/stray.txt", "x");
        git.RequireSame("stray file in the submodule ");
        File.Delete(git["deps/lib/stray.txt"]);
        git.Write("deps/lib/lib.txt", "two");
        git.RequireSame("changed submodule ");
        GitProgram sub = new(git["deps/lib"]);
        sub.Git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-a", "-m", "moved");
        git.RequireSame("moved submodule ");
        git.Commit();
        git.RequireSame("recorded submodule ");

        using TemporaryFolder beside = new();
        git.Git("branch", "other");
        git.Git("worktree", "add", "-q", beside["second"], "other");
        GitProgram second = new(beside["second"]);
        second.Write("a.txt", "two");
        second.Write("below/here.txt", "two");
        GitState state = second.RequireSame("second work tree ");
        Assert.Equal("other", state.Branch);
        Assert.Equal(beside["second"], GitWorkTree.Read(beside["second", "below"])!.Root);
        git.RequireSame("first work tree ");

        git.Write("nested/one.txt", "x");
        GitProgram nested = new(git["nested/repo"]);
        nested.Write("two.txt", "x");
        nested.Commit();
        Assert.Equal(["nested/one.txt", "nested/repo/"], git.RequireSame("repository inside ").Untracked);
    }

    [Fact]
    public void Conflict_IsDirty()
    {
        using GitProgram git = new();
        git.Write("a.txt", "one\n");
        git.Commit();
        git.Git("checkout", "-q", "-b", "left");
        git.Write("a.txt", "left\n");
        git.Commit();
        git.Git("checkout", "-q", "main");
        git.Write("a.txt", "right\n");
        git.Commit();
        Assert.NotEqual(0, git.TryGit("merge", "left").Code);
        Assert.Equal([("a.txt", "UU")], git.RequireSame().Changes);
    }

    [Fact]
    public void Remote_IsThatOfTheBranch_WithoutUser()
    {
        using GitProgram git = new();
        git.Git("remote", "add", "upstream", "https://ada:secret@example.org/a/b.git");
        Assert.Equal("https://ada:secret@example.org/a/b.git", GitWorkTree.Read(git.Root)!.Remote);
        git.Git("remote", "add", "origin", "git@example.org:a/b.git");
        Assert.Equal("git@example.org:a/b.git", GitWorkTree.Read(git.Root)!.Remote);
        git.Git("config", "branch.main.remote", "upstream");
        Assert.Equal("https://example.org/a/b.git", CodeCapture.WithoutUser(GitWorkTree.Read(git.Root)!.Remote!));
        Assert.Equal("example.org:a/b.git", CodeCapture.WithoutUser("git@example.org:a/b.git"));
        Assert.Equal("ssh://example.org:22/a.git", CodeCapture.WithoutUser("ssh://git@example.org:22/a.git"));
        Assert.Equal("/srv/git/a@b.git", CodeCapture.WithoutUser("/srv/git/a@b.git"));
    }

    [Fact]
    public void AssumedUnchanged_AndMissingObjects()
    {
        using GitProgram git = new();
        git.Write("a.txt", "one");
        git.Write("b.txt", "one");
        git.Commit();
        git.Git("update-index", "--assume-unchanged", "a.txt");
        git.Git("update-index", "--skip-worktree", "b.txt");
        git.Write("a.txt", "two");
        File.Delete(git["b.txt"]);
        Assert.Empty(git.RequireSame().Changes);
        Directory.Delete(git[".git/objects"], recursive: true);
        Directory.CreateDirectory(git[".git/objects"]);
        GitState state = GitWorkTree.Read(git.Root)!;
        Assert.Null(state.IsDirty);
        Assert.NotNull(state.Commit);
        Assert.Contains("is not in this clone", state.Unknown, StringComparison.Ordinal);
    }

    [Fact]
    public void NoWorkTree_IsNull()
    {
        using TemporaryFolder folder = new();
        Assert.Null(GitWorkTree.Read(folder.Path));
        File.WriteAllText(folder[".git"], "nonsense");
        Assert.Null(GitWorkTree.Read(folder.Path));
    }

    // Older than the index, so that times are believed.
    private static void Age(GitProgram git)
    {
        foreach (string file in Directory.EnumerateFiles(git.Root, "*", SearchOption.AllDirectories).Where(f => !f.Contains("/.git/", StringComparison.Ordinal)))
        {
            File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file).AddSeconds(-10));
        }
    }
}
