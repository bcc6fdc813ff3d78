using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Lifecycle.Serving.TestModels;

namespace Lifecycle.Benchmarks.Ratios.Serving;

/// <summary>The Open Inference Protocol over Kestrel on a loopback port, the client on the same cores.</summary>
internal static class HttpFigures
{
    private const int WideRows = 32;
    private const int WideColumns = 256;

    private static readonly (string Name, int Width, double Goal)[] PeerModels = [("linear", 10, 6), ("trees", 10, 6), ("mlp", 64, 7)];

    public static async IAsyncEnumerable<Figure> MeasureAsync()
    {
        if (!Wrk.IsInstalled)
        {
            foreach (Figure figure in Skipped("wrk", Own().Concat(Peers())))
            {
                yield return figure;
            }

            yield break;
        }

        string folder = Workload.Scratch("served");
        (string Name, byte[] Model)[] models = [("linear", OnnxModels.Linear()), ("trees", OnnxTrees.Model()), ("mlp", OnnxModels.Mlp()), ("wide", OnnxModels.Wide())];
        foreach ((string name, byte[] model) in models)
        {
            await File.WriteAllBytesAsync(Path.Combine(folder, name + ".onnx"), model);
        }

        using ServingChild app = await ServingChild.StartAsync(folder);
        foreach (Figure figure in await OwnAsync(app))
        {
            yield return figure;
        }

        foreach (Figure figure in FastApiPeer.IsInstalled ? await PeersAsync(app) : Skipped(FastApiPeer.Packages, Peers()))
        {
            yield return figure;
        }

        yield return await BinaryAsync(app);
    }

    private static IEnumerable<Figure> Skipped(string packages, IEnumerable<Figure> figures) => figures.Select(f => f with { Value = null, Missing = packages });

    private static Figure[] Own() =>
    [
        new("serving.http.linear.vs_echo", null, "x", AtLeast: true, 0.90),
        new("serving.http.alloc", null, "B", AtLeast: false, 1_024),
        new("serving.http.binary.vs_json", null, "x", AtLeast: true, 4),
    ];

    private static Figure[] Peers() =>
    [
        .. PeerModels.Select(m => new Figure($"serving.http.{m.Name}.vs_fastapi", null, "x", AtLeast: true, m.Goal)),
        new("serving.http.linear.p99.vs_fastapi", null, "x", AtLeast: false, 0.33),
    ];

    private static async Task<List<Figure>> OwnAsync(ServingChild app)
    {
        WrkRequest request = WrkRequest.Json(Body(1, 10));
        Uri infer = Infer(app.Address, "linear"), echo = new(app.Address, "/echo");
        (WrkResult ours, WrkResult theirs) = await InterleavedAsync(() => Wrk.RunAsync(infer, request), () => Wrk.RunAsync(echo, request));
        using HttpClient client = new();
        Uri allocated = new(app.Address, "/allocated");
        long before = long.Parse(await client.GetStringAsync(allocated), CultureInfo.InvariantCulture);
        WrkResult counted = await Wrk.RunAsync(infer, request);
        long bytes = long.Parse(await client.GetStringAsync(allocated), CultureInfo.InvariantCulture) - before;
        ServingRounds.Note($"serving.http.linear: {ours.PerSecond:F0} requests/s, p99 {ours.P99:F0} us; echo {theirs.PerSecond:F0} requests/s, p99 {theirs.P99:F0} us");
        Figure[] own = Own();
        return [own[0] with { Value = ours.PerSecond / theirs.PerSecond }, own[1] with { Value = bytes / (double)counted.Requests }];
    }

    private static async Task<List<Figure>> PeersAsync(ServingChild app)
    {
        Dictionary<string, (WrkResult? Ours, WrkResult? Theirs)> best = PeerModels.ToDictionary(m => m.Name, _ => ((WrkResult?)null, (WrkResult?)null));
        foreach ((string handlers, int workers) in FastApiPeer.Ways)
        {
            using FastApiPeer peer = await FastApiPeer.StartAsync(handlers, workers);
            foreach ((string name, int width, _) in PeerModels)
            {
                WrkRequest request = WrkRequest.Json(Body(1, width));
                (WrkResult ours, WrkResult theirs) = await InterleavedAsync(
                    () => Wrk.RunAsync(Infer(app.Address, name), request), () => Wrk.RunAsync(Infer(peer.Address, name), request));
                ServingRounds.Note($"serving.http.{name}: {ours.PerSecond:F0} requests/s, FastAPI {handlers} x {workers} {theirs.PerSecond:F0} requests/s; p99 {ours.P99:F0} and {theirs.P99:F0} us");
                best[name] = (WrkResult.Best(best[name].Ours, ours), WrkResult.Best(best[name].Theirs, theirs));
            }
        }

        Figure[] figures = Peers();
        return
        [
            .. PeerModels.Select((m, i) => figures[i] with { Value = best[m.Name].Ours!.PerSecond / best[m.Name].Theirs!.PerSecond }),
            figures[^1] with { Value = best["linear"].Ours!.P99 / best["linear"].Theirs!.P99 },
        ];
    }

    private static async Task<Figure> BinaryAsync(ServingChild app)
    {
        Uri infer = Infer(app.Address, "wide");
        WrkRequest json = WrkRequest.Json(Body(WideRows, WideColumns)), binary = Binary(WideRows, WideColumns);
        (WrkResult ours, WrkResult theirs) = await InterleavedAsync(() => Wrk.RunAsync(infer, binary), () => Wrk.RunAsync(infer, json));
        ServingRounds.Note($"serving.http.wide: binary {ours.PerSecond:F0} requests/s, JSON {theirs.PerSecond:F0} requests/s");
        return Own()[2] with { Value = ours.PerSecond / theirs.PerSecond };
    }

    private static async Task<(WrkResult Ours, WrkResult Theirs)> InterleavedAsync(Func<Task<WrkResult>> ours, Func<Task<WrkResult>> theirs)
    {
        await ours();
        await theirs();
        WrkResult? best = null, peer = null;
        for (int round = 0; round < ServingRounds.Load; round++)
        {
            best = WrkResult.Best(best, await ours());
            peer = WrkResult.Best(peer, await theirs());
        }

        return (best!, peer!);
    }

    private static Uri Infer(Uri address, string model) => new(address, $"/v2/models/{model}/infer");

    private static float[] Values(int rows, int columns) => [.. Enumerable.Range(0, rows * columns).Select(i => (((i * 7919L) % 20_001) - 10_000) / 10_000f)];

    private static byte[] Body(int rows, int columns)
    {
        string data = string.Join(',', Values(rows, columns).Select(v => v.ToString("R", CultureInfo.InvariantCulture)));
        return Encoding.UTF8.GetBytes($$"""{"inputs":[{"name":"x","shape":[{{rows}},{{columns}}],"datatype":"FP32","data":[{{data}}]}]}""");
    }

    private static WrkRequest Binary(int rows, int columns)
    {
        byte[] data = MemoryMarshal.AsBytes(Values(rows, columns).AsSpan()).ToArray();
        byte[] header = Encoding.UTF8.GetBytes(
            $$$"""{"inputs":[{"name":"x","shape":[{{{rows}}},{{{columns}}}],"datatype":"FP32","parameters":{"binary_data_size":{{{data.Length}}}}}],"parameters":{"binary_data_output":true}}""");
        return new WrkRequest([.. header, .. data], new Dictionary<string, string>
        {
            ["Content-Type"] = "application/octet-stream",
            ["Inference-Header-Content-Length"] = header.Length.ToString(CultureInfo.InvariantCulture),
        });
    }
}
