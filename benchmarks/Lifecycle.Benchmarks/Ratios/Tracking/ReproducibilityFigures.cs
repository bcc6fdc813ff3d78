using System.Diagnostics;
using System.Globalization;
using Lifecycle.Storage.Local;
using Lifecycle.Tracking;

namespace Lifecycle.Benchmarks.Ratios.Tracking;

/// <summary>The time from the start of a run until what made it is stored, in a work tree of 5,000 files.</summary>
internal static class ReproducibilityFigures
{
    private const int Files = 5_000;
    private const int Rounds = 15;

    public static IEnumerable<Figure> Measure()
    {
        double? milliseconds = CanMakeWorkTree() ? MeasureAsync().GetAwaiter().GetResult() : null;
        yield return new Figure("tracking.reproducibility.capture", milliseconds, "ms", AtLeast: false, 150, "git");
    }

    /// <summary>
    /// Best of many runs that end at once, less the same without a capture. A run that ends waits for its capture, so the difference is the whole of it: reading,
    /// storing, and what the capture waits for.
    /// </summary>
    private static async Task<double> MeasureAsync()
    {
        string root = Path.Combine(Path.GetTempPath(), "lifecycle-figure-" + LifecycleId.New(TimeProvider.System).ToString("N"));
        try
        {
            MakeWorkTree(Path.Combine(root, "tree"));
            double with = await BestAsync(Path.Combine(root, "with"), new TrackingOptions { Capture = { WorkTree = Path.Combine(root, "tree") } });
            double without = await BestAsync(Path.Combine(root, "without"), new TrackingOptions { Capture = { IsEnabled = false } });
            return with - without;
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static async Task<double> BestAsync(string root, TrackingOptions options)
    {
        await using LocalWorkspace store = LocalWorkspace.Open(root);
        await using ExperimentCatalog experiments = new(
            store.Database, store.Blobs, store.Objects, store.Audit, store.Events, store.JournalFolder, options: options);
        double best = double.PositiveInfinity;
        for (int round = 0; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            Run run = await experiments.StartRunAsync("figure");
            await run.DisposeAsync();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            EnvironmentRecord? made = await experiments.EnvironmentAsync(run.Id);
            if (options.Capture.IsEnabled && made?.Code is not { IsDirty: true, Changed.Count: 3 })
            {
                throw new InvalidOperationException("The capture did not see the three changed files.");
            }
        }

        return best;
    }

    private static void MakeWorkTree(string tree)
    {
        for (int i = 0; i < Files; i++)
        {
            string folder = Path.Combine(tree, "src", (i / 50).ToString("000", CultureInfo.InvariantCulture));
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, $"file{i}.cs"), $"// file {i}\n" + new string('x', i % 3_000));
        }

        Git(tree, "init", "-q");
        Git(tree, "add", "-A");
        Git(tree, "-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false", "commit", "-q", "-m", "figure");
        for (int i = 0; i < 3; i++)
        {
            File.AppendAllText(Path.Combine(tree, "src", "001", $"file{50 + i}.cs"), "changed\n");
        }
    }

    private static bool CanMakeWorkTree()
    {
        try
        {
            Git(Path.GetTempPath(), "--version");
            return true;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static void Git(string folder, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"git {arguments[0]} ended with {process.ExitCode}.");
        }
    }
}
