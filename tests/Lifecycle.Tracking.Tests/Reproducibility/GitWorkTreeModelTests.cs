using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Lifecycle.Tracking.Tests;

/// <summary>Random work trees, read by us and by the git program.</summary>
public sealed class GitWorkTreeModelTests
{
    private static readonly string[] Files = ["a.txt", "b.log", "src/a.cs", "src/deep/b.cs", "src/deep/c.log", "with space/d.txt", "build/out.bin", "src/build/e.txt"];
    private static readonly string[] Contents = ["one\n", "two\n", "one\r\n", "one\r\ntwo\n", "a\0b\r\n", "", "longer than the others\n"];

    private static readonly string[] Ignores =
    [
        "*.log\n", "build/\n!src/build/\n", "/a.txt\nsrc/**/c.*\n", "**/deep/\n", "# nothing\n\\#x\n[ab].txt\n", "src/*\n!src/deep\n", "*\n!*.cs\n!*/\n", "with\\ space  \n**/build/**\n", "de?p\n",
    ];

    [Property(MaxTest = 12, Replay = "(20240117,4242424243)")]
    public Property RandomWorkTree_IsWhatGitSays() => Prop.ForAll(
        Gen.Choose(0, 1_000_000).ArrayOf(14).ToArbitrary(), Gen.Choose(0, 3).ToArbitrary(), (seeds, kind) => Check(seeds, kind));

    private static bool Check(int[] seeds, int kind)
    {
        using GitProgram git = new(format: kind % 2 == 0 ? "sha1" : "sha256");
        List<string> done = [];
        for (int i = 0; i < seeds.Length; i++)
        {
            done.Add(Act(git, seeds[i]));
            if (i % 4 == 3 || i == seeds.Length - 1)
            {
                git.RequireSame(string.Join("; ", done) + "\n");
            }
        }

        return true;
    }

    private static string Act(GitProgram git, int seed)
    {
        string file = Files[seed / 20 % Files.Length];
        string content = Contents[seed / 200 % Contents.Length];
        bool exists = File.Exists(git[file]);
        switch (seed % 20)
        {
            case <= 5:
                git.Write(file, content);
                return $"write {file}";
            case 6:
                File.Delete(exists ? git[file] : git["a.txt"]);
                return $"delete {file}";
            case 7 or 8:
                git.TryGit("add", "--", file);
                return $"add {file}";
            case 9 or 10:
                git.Commit();
                return "commit";
            case 11:
                git.TryGit("rm", "-q", "--cached", "--", file);
                return $"unstage {file}";
            case 12:
                string folder = seed / 20 % 3 == 0 ? "src/" : "";
                git.Write(folder + ".gitignore", Ignores[seed / 200 % Ignores.Length]);
                return $"ignore {folder} {seed / 200 % Ignores.Length}";
            case 13 when exists && !OperatingSystem.IsWindows():
                File.SetUnixFileMode(git[file], File.GetUnixFileMode(git[file]) ^ UnixFileMode.UserExecute);
                return $"rights {file}";
            case 14:
                git.Git("config", "core.autocrlf", (seed / 20 % 3) switch { 0 => "true", 1 => "input", _ => "false" });
                return $"autocrlf {seed / 20 % 3}";
            case 15:
                git.TryGit("update-index", "--index-version", (2 + (seed / 20 % 3)).ToString(System.Globalization.CultureInfo.InvariantCulture), "--force-write-index");
                return "version";
            case 16:
                git.TryGit("gc", "-q");
                return "gc";
            case 17 when exists:
                File.SetLastWriteTimeUtc(git[file], File.GetLastWriteTimeUtc(git[file]).AddSeconds(-5));
                return $"touch {file}";
            case 18:
                git.TryGit("mv", "-k", file, "moved.txt");
                return $"move {file}";
            default:
                git.TryGit("reset", "-q");
                return "reset";
        }
    }
}
