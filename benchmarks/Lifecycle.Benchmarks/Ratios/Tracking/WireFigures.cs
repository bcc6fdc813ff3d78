using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Lifecycle.Tracking;

namespace Lifecycle.Benchmarks.Ratios.Tracking;

/// <summary>MLflow's REST surface over Kestrel on a loopback port: logging, artifacts of 1 GB, search.</summary>
internal static class WireFigures
{
    private const int Calls = 2_000;
    private const int Batches = 50;
    private const int BatchRows = 1_000;
    private const long ArtifactBytes = 1L << 30;
    private const int SearchRuns = 100_000;
    private const int Searches = 40;

    public static async IAsyncEnumerable<Figure> MeasureAsync()
    {
        await using WireHost host = await WireHost.StartAsync();
        yield return new Figure("tracking.http.log_metric.p50", await LogMetricAsync(host), "ms", AtLeast: false, 1);
        yield return new Figure("tracking.http.log_batch_1000", await LogBatchAsync(host), "rows/s", AtLeast: true, 100_000);
        foreach (Figure figure in await ArtifactAsync(host))
        {
            yield return figure;
        }

        yield return new Figure("tracking.search.100k.single_clause.http_p95", await SearchAsync(), "ms", AtLeast: false, 30);
    }

    private static async Task<double> LogMetricAsync(WireHost host)
    {
        string run = await host.NewRunAsync();
        double[] ms = new double[Calls];
        for (int i = 0; i < Calls + 500; i++)
        {
            long began = Stopwatch.GetTimestamp();
            await host.SendAsync("/runs/log-metric", string.Create(CultureInfo.InvariantCulture, $$"""{"run_id":"{{run}}","key":"loss","value":0.5,"timestamp":{{i}},"step":{{i}}}"""));
            if (i >= 500)
            {
                ms[i - 500] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            }
        }

        return At(ms, 0.5);
    }

    private static async Task<double> LogBatchAsync(WireHost host)
    {
        string run = await host.NewRunAsync();
        string[] bodies = new string[Batches];
        for (int b = 0; b < Batches; b++)
        {
            StringBuilder body = new($$"""{"run_id":"{{run}}","metrics":[""");
            for (int i = 0; i < BatchRows; i++)
            {
                body.Append(CultureInfo.InvariantCulture, $$"""{{(i == 0 ? "" : ",")}}{"key":"m{{i % 10}}","value":{{i}}.5,"timestamp":{{b}},"step":{{b * BatchRows + i}}}""");
            }

            bodies[b] = body.Append("]}").ToString();
        }

        double best = 0;
        await host.PostAsync("/runs/log-batch", bodies[0]);
        for (int part = 0; part < 5; part++)
        {
            long began = Stopwatch.GetTimestamp();
            foreach (string body in bodies.Skip(part * Batches / 5).Take(Batches / 5))
            {
                await host.SendAsync("/runs/log-batch", body);
            }

            best = Math.Max(best, Batches / 5 * BatchRows / Stopwatch.GetElapsedTime(began).TotalSeconds);
        }

        return best;
    }

    private static async Task<List<Figure>> ArtifactAsync(WireHost host)
    {
        string folder = Directory.CreateTempSubdirectory("lifecycle-artifact-").FullName;
        try
        {
            string file = Path.Combine(folder, "input");
            await WriteAsync(file);
            using Peer? peer = Peer.Start("hash_write.py", file, Path.Combine(folder, "copy"));
            Uri url = new($"/api/2.0/mlflow-artifacts/artifacts/0/{await host.NewRunAsync()}/artifacts/big.bin", UriKind.Relative);
            long before = Peak(), most = before;
            using CancellationTokenSource done = new();
            Task watching = WatchAsync(p => most = Math.Max(most, p), done.Token);
            double theirs = peer?.Seconds() ?? 0;
            double upload = await UploadAsync(host, url, file), download = await DownloadAsync(host, url);
            await done.CancelAsync();
            await watching;
            double megabytes = ArtifactBytes / 1e6;
            return
            [
                new Figure("tracking.artifact.upload", megabytes / upload, "MB/s", AtLeast: true, 300),
                new Figure("tracking.artifact.download", megabytes / download, "MB/s", AtLeast: true, 300),
                new Figure("tracking.artifact.memory_growth", (most - before) / 1e6, "MB", AtLeast: false, 50),
                new Figure("tracking.artifact.upload.vs_python_hash_write", peer is null ? null : theirs / upload, "x", AtLeast: true, 0.8, "python3"),
            ];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> UploadAsync(WireHost host, Uri url, string file)
    {
        await using FileStream content = new(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        using StreamContent body = new(content, 1 << 17);
        long began = Stopwatch.GetTimestamp();
        using HttpResponseMessage response = await host.Client.PutAsync(url, body);
        response.EnsureSuccessStatusCode();
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static async Task<double> DownloadAsync(WireHost host, Uri url)
    {
        long began = Stopwatch.GetTimestamp();
        using HttpResponseMessage response = await host.Client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        await using Stream content = await response.Content.ReadAsStreamAsync();
        await content.CopyToAsync(Stream.Null, 1 << 17);
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static async Task<double> SearchAsync()
    {
        await using SearchStore store = await SearchStore.MakeAsync(SearchRuns);
        await using WireHost host = await WireHost.StartAsync(store.Root);
        string experiment = (await host.Experiments.GetAsync(SearchStore.Experiment))!.Id;
        double worst = 0;
        foreach (RunSearch search in SearchFigures.SingleClauses)
        {
            JsonObject body = new()
            {
                ["experiment_ids"] = new JsonArray(experiment), ["filter"] = search.Filter, ["max_results"] = 100,
                ["order_by"] = new JsonArray([.. search.OrderBy.Select(o => JsonValue.Create(o))]),
            };
            string text = body.ToJsonString();
            double[] ms = new double[Searches];
            for (int i = -3; i < ms.Length; i++)
            {
                long began = Stopwatch.GetTimestamp();
                await host.SendAsync("/runs/search", text);
                if (i >= 0)
                {
                    ms[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
                }
            }

            worst = Math.Max(worst, At(ms, 0.95));
        }

        return worst;
    }

    private static double At(double[] values, double part)
    {
        Array.Sort(values);
        return values[(int)(part * (values.Length - 1))];
    }

    private static async Task WriteAsync(string file)
    {
        byte[] block = new byte[1 << 20];
        Random random = new(7);
        await using FileStream stream = File.Create(file);
        for (long at = 0; at < ArtifactBytes; at += block.Length)
        {
            random.NextBytes(block);
            await stream.WriteAsync(block);
        }
    }

    private static long Peak()
    {
        using Process self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }

    private static async Task WatchAsync(Action<long> seen, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            seen(Peak());
            await Task.Delay(20, CancellationToken.None);
        }
    }
}
