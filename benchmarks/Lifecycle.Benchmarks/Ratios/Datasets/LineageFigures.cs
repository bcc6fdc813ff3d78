using System.Diagnostics;
using System.Globalization;
using Lifecycle.Data;

namespace Lifecycle.Benchmarks.Ratios.Datasets;

/// <summary>"Which runs and models saw this data, and what is this model made of", asked of ten thousand runs.</summary>
internal static class LineageFigures
{
    private const int Runs = 10_000;
    private const int Rounds = 9;

    public static async IAsyncEnumerable<Figure> MeasureAsync()
    {
        await using OpenCatalog catalog = new("lineage-store");
        string folder = Workload.Scratch("lineage");
        DatasetVersion data = await catalog.Datasets.CommitAsync("loans", WrittenTable.Write(Path.Combine(folder, "loans.csv"), 0, 100));
        LineageNode last = null!;
        for (int from = 0; from < Runs; from += 100)
        {
            int first = from;
            await catalog.Local.Database.WriteAsync(
                async (transaction, token) =>
                {
                    for (int run = first; run < first + 100; run++)
                    {
                        LineageNode by = new(LineageNode.Run, run.ToString("x32", CultureInfo.InvariantCulture));
                        last = new(LineageNode.Model, Digest.Of(BitConverter.GetBytes(run)).ToString());
                        LineageEdge[] edges =
                        [
                            new(by, LineageEdge.Used, data, DateTimeOffset.UnixEpoch, "figures"),
                            new(last, LineageEdge.WasGeneratedBy, by, DateTimeOffset.UnixEpoch, "figures"),
                        ];
                        await catalog.Local.Events.PublishAsync(transaction, "lifecycle.run.finished", "run/" + by.Id, "{}", edges, token);
                    }

                    return true;
                },
                CommitDurability.Flushed);
        }

        await catalog.Local.Events.DrainAsync();
        double best = double.MaxValue;
        for (int i = 0; i < Rounds; i++)
        {
            long started = Stopwatch.GetTimestamp();
            LineageGraph down = await catalog.Datasets.Lineage.DownstreamOfAsync(data);
            LineageGraph up = await catalog.Datasets.Lineage.UpstreamOfAsync(last);
            best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            if (down.Nodes.Count != 2 * Runs || up.Nodes.Count != 2)
            {
                throw new InvalidOperationException($"The lineage has {down.Nodes.Count} and {up.Nodes.Count} nodes.");
            }
        }

        yield return new Figure("data.lineage.both_ways_10k_runs", best, "ms", AtLeast: false, 50);
        Workload.Clear(folder);
    }
}
