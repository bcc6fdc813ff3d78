using System.Diagnostics;
using System.Globalization;

namespace Lifecycle.Benchmarks.Ratios;

/// <summary>A peer that is a command: found on the path, run to its end, timed as a whole process.</summary>
/// <param name="Name">The command.</param>
/// <param name="Package">The package that has it, for the line of a figure that is skipped.</param>
internal sealed record Tool(string Name, string Package)
{
    public static Tool OpenSsl { get; } = new("openssl", "openssl");

    public static Tool Restic { get; } = new("restic", "restic");

    public static Tool Borg { get; } = new("borg", "borgbackup");

    public static Tool Git { get; } = new("git", "git");

    public static Tool GitLfs { get; } = new("git-lfs", "git-lfs");

    public static Tool Dvc { get; } = new("dvc", "none has dvc; install it from its project");

    public static Tool Copy { get; } = new("cp", "coreutils");

    public static Tool Sha256Sum { get; } = new("sha256sum", "coreutils");

    public static Tool Md5Sum { get; } = new("md5sum", "coreutils");

    public bool IsInstalled => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, Name)));

    /// <summary>Seconds of one run.</summary>
    /// <exception cref="InvalidOperationException">It failed: a peer that does not do its work is not a peer.</exception>
    public double Run(string folder, params string[] arguments)
    {
        ProcessStartInfo start = new(Name, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["RESTIC_PASSWORD"] = "figures", ["RESTIC_CACHE_DIR"] = Path.Combine(folder, ".restic-cache"), ["BORG_BASE_DIR"] = Path.Combine(folder, ".borg"),
                ["BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK"] = "yes", ["GIT_CONFIG_GLOBAL"] = "/dev/null", ["DVC_NO_ANALYTICS"] = "1",
            },
        };
        return RatioRunner.Time(() =>
        {
            using Process process = Process.Start(start)!;
            process.OutputDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            string errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"{Name} {string.Join(' ', arguments)} ended with {process.ExitCode}: {errors}");
            }
        });
    }

    /// <summary>Peer time over ours, best of the rounds taken in turn; skipped when the peer is not there.</summary>
    public async Task<Figure> CompareAsync(string figure, double goal, int rounds, Func<Task<double>> ours, Func<double> theirs)
    {
        if (!IsInstalled)
        {
            return new Figure(figure, null, "x", AtLeast: true, goal, Package);
        }

        (double best, double peer) = (double.MaxValue, double.MaxValue);
        for (int i = 0; i < rounds; i++)
        {
            best = Math.Min(best, await ours());
            peer = Math.Min(peer, theirs());
        }

        await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{figure}: ours {best:G4} s, {Name} {peer:G4} s"));
        return new Figure(figure, peer / best, "x", AtLeast: true, goal);
    }
}
