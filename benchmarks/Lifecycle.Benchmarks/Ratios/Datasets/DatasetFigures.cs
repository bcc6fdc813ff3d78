using System.Diagnostics;
using Lifecycle.Data;

namespace Lifecycle.Benchmarks.Ratios.Datasets;

/// <summary>Commit, status and checkout of a dataset against tools that do the same for folders.</summary>
internal static class DatasetFigures
{
    private const int Rounds = 5;

    public static async IAsyncEnumerable<Figure> MeasureCommitAsync()
    {
        (Workload Workload, double Goal)[] sizes = [(Workload.W1, 3), (Workload.W2, 2), (Workload.W3, 6.7)];
        foreach ((Workload workload, double goal) in sizes)
        {
            yield return await Tool.Dvc.CompareAsync(
                $"data.commit.{workload.Name}.vs_dvc", goal, Rounds, () => CommitAsync(workload), () => DvcPeer.Add(workload));
        }

        yield return await Tool.GitLfs.CompareAsync("data.commit.w3.vs_git_lfs", 8, Rounds, () => CommitAsync(Workload.W3), GitLfsAdd);
    }

    public static async IAsyncEnumerable<Figure> MeasureStatusAsync()
    {
        string folder = Path.Combine(Workload.Scratch("status"), "w3");
        CopyTree(Workload.W3.Folder, folder);
        string git = Workload.Scratch("git");
        CopyTree(Workload.W3.Folder, Path.Combine(git, "w3"));
        Tool.Git.Run(git, "init", "-q");
        Tool.Git.Run(git, "config", "gc.auto", "0");
        Tool.Git.Run(git, "add", ".");
        Tool.Git.Run(git, "-c", "user.name=figures", "-c", "user.email=figures@localhost", "commit", "-q", "-m", "all");
        await using OpenCatalog catalog = new("status-store");
        Workspace workspace = await catalog.Datasets.OpenWorkspaceAsync("images", folder);
        await workspace.CommitAsync("all");

        // files are racy for two seconds after the index was taken; from then on nothing is read
        await Task.Delay(2_500);
        await StatusAsync(workspace);
        double best = double.MaxValue;
        for (int i = 0; i < Rounds; i++)
        {
            best = Math.Min(best, await StatusAsync(workspace));
        }

        yield return await Tool.Dvc.CompareAsync("data.status.w3.vs_dvc", 6.7, Rounds, () => StatusAsync(workspace), () => DvcPeer.Status(Workload.W3));
        yield return await Tool.Git.CompareAsync("data.status.w3.vs_git", 1, Rounds, () => StatusAsync(workspace), () => Tool.Git.Run(git, "status", "--porcelain"));
        yield return new Figure("data.status.w3", best * 1000, "ms", AtLeast: false, 350);

        string one = Workload.Scratch("one-file");
        await File.WriteAllTextAsync(Path.Combine(one, "a.csv"), "n\n1\n");
        Workspace small = await catalog.Datasets.OpenWorkspaceAsync("one", one);
        await small.CommitAsync("one");
        await Task.Delay(2_500);
        await StatusAsync(small);
        double single = double.MaxValue;
        for (int i = 0; i < 20; i++)
        {
            single = Math.Min(single, await StatusAsync(small));
        }

        yield return new Figure("data.status.one_file", single * 1000, "ms", AtLeast: false, 5);
        Workload.Clear(folder);
        Workload.Clear(git);
    }

    public static async IAsyncEnumerable<Figure> MeasureCheckoutAsync()
    {
        await using OpenCatalog catalog = new("checkout-store");
        DatasetVersion version = await catalog.Datasets.CommitAsync("w3", Workload.W3.Folder);
        yield return await Tool.Dvc.CompareAsync(
            "data.checkout.w3.copy.vs_dvc", 2.5, Rounds, () => CheckoutAsync(version, LinkKind.Copy), () => DvcPeer.Checkout(Workload.W3, "copy"));
        yield return await Tool.Dvc.CompareAsync(
            "data.checkout.w3.hardlink.vs_dvc", 5, Rounds, () => CheckoutAsync(version, LinkKind.Hardlink), () => DvcPeer.Checkout(Workload.W3, "hardlink"));
        yield return await Tool.Copy.CompareAsync("data.checkout.w3.copy.vs_cp", 0.7, Rounds, () => CheckoutAsync(version, LinkKind.Copy), () =>
        {
            string target = Workload.Scratch("cp");
            double seconds = Tool.Copy.Run(target, "-r", Workload.W3.Folder, "copy");
            Workload.Clear(target);
            return seconds;
        });
    }

    internal static void CopyTree(string from, string to) => Tool.Copy.Run(Path.GetDirectoryName(from)!, "-r", from, to);

    private static async Task<double> CommitAsync(Workload workload)
    {
        string source = workload.Folder;
        await using OpenCatalog catalog = new("commit-store");
        long started = Stopwatch.GetTimestamp();
        DatasetVersion version = await catalog.Datasets.CommitAsync(workload.Name, source);
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return version.Files == workload.Files ? seconds : throw new InvalidOperationException($"The version has {version.Files} files.");
    }

    private static async Task<double> StatusAsync(Workspace workspace)
    {
        long started = Stopwatch.GetTimestamp();
        WorkspaceStatus status = await workspace.StatusAsync();
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return status.IsClean ? seconds : throw new InvalidOperationException("The workspace is not clean.");
    }

    private static async Task<double> CheckoutAsync(DatasetVersion version, LinkKind link)
    {
        string folder = Path.Combine(Workload.Scratch("checkout"), "tree");
        long started = Stopwatch.GetTimestamp();
        await version.CheckoutAsync(folder, o => o.Link(link));
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Workload.Clear(folder);
        return seconds;
    }

    private static double GitLfsAdd()
    {
        string folder = Workload.Scratch("git-lfs");
        CopyTree(Workload.W3.Folder, Path.Combine(folder, "w3"));
        Tool.Git.Run(folder, "init", "-q");
        Tool.Git.Run(folder, "config", "gc.auto", "0");
        Tool.Git.Run(folder, "lfs", "install", "--local");
        double seconds = Tool.Git.Run(folder, "lfs", "track", "*.bin") + Tool.Git.Run(folder, "add", ".");
        Workload.Clear(folder);
        return seconds;
    }
}
