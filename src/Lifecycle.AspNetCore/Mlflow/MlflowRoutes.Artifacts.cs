using Lifecycle.Tracking;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace Lifecycle.AspNetCore;

internal static partial class MlflowRoutes
{
    private const string Proxy = "/api/2.0/mlflow-artifacts/artifacts";
    private const int CopyBuffer = 1 << 17;

    private static readonly FileExtensionContentTypeProvider Types = new();
    private static readonly string[] PlainText =
        [".txt", ".log", ".yaml", ".yml", ".md", ".csv", ".tsv", ".json", ".py", ".cs", ".js", ".css", ".html", ".xml", ".toml", ".ini", ".cfg", ".sh", ".sql"];

    private static void MapArtifacts(MlflowMap map)
    {
        MlflowJson json = MlflowJson.Default;
        map.Get("/artifacts/list", json.ListArtifactsRequest, json.ListArtifactsAnswer, async (asked, token) =>
        {
            RunRecord run = await RequireRunAsync(map.Server.Experiments, MlflowRequire.Run(asked.RunId, asked.RunUuid), token).ConfigureAwait(false);
            IReadOnlyList<ArtifactItem> items = await map.Server.Experiments.ArtifactsOf(run.Id).FolderAsync(asked.Path, token).ConfigureAwait(false);
            return new ListArtifactsAnswer(
                MlflowShapes.RootOf(run), MlflowRequire.NullIfEmpty([.. items.Select(i => new WireFile(i.Path, i.IsFolder, i.Size))]));
        });
        map.One("GET", Proxy, LifecycleVerb.Read, async context =>
        {
            MlflowArtifactPath path = MlflowArtifactPath.Parse(context.Request.Query["path"]);
            RunArtifacts artifacts = await RequireOwnerAsync(map.Server.Experiments, path, context.RequestAborted).ConfigureAwait(false);
            IReadOnlyList<ArtifactItem> items = await artifacts.FolderAsync(path.Path, context.RequestAborted).ConfigureAwait(false);
            FolderAnswer answer = new(MlflowRequire.NullIfEmpty([.. items.Select(i => new WireFile(i.Path[(i.Path.LastIndexOf('/') + 1)..], i.IsFolder, i.Size))]));
            await MlflowBody.WriteAsync(context, answer, json.FolderAnswer).ConfigureAwait(false);
        });
        map.One("GET", Proxy + "/{**path}", LifecycleVerb.Read, context => DownloadAsync(map.Server, context));
        map.One("HEAD", Proxy + "/{**path}", LifecycleVerb.Read, context => DownloadAsync(map.Server, context));
        map.One("PUT", Proxy + "/{**path}", LifecycleVerb.Log, context => UploadAsync(map.Server, context));
        map.One("DELETE", Proxy + "/{**path}", LifecycleVerb.Administer, async context =>
        {
            MlflowArtifactPath path = RequireFile(context);
            RunArtifacts artifacts = await RequireOwnerAsync(map.Server.Experiments, path, context.RequestAborted).ConfigureAwait(false);
            await artifacts.DeleteAsync(path.Path, context.RequestAborted).ConfigureAwait(false);
            await MlflowBody.WriteAsync(context, WireNothing.Instance, json.WireNothing).ConfigureAwait(false);
        });
    }

    private static async Task UploadAsync(MlflowServer server, HttpContext context)
    {
        MlflowArtifactPath path = RequireFile(context);
        long most = server.Compatibility.MaxArtifactBytes;
        long? length = context.Request.ContentLength;
        if (length > most)
        {
            throw new BodyTooLargeException(length.Value, most);
        }

        MlflowBody.Allow(context, most);
        RunArtifacts artifacts = await RequireOwnerAsync(server.Experiments, path, context.RequestAborted).ConfigureAwait(false);
        LimitedStream body = new(context.Request.Body, most);
        await using (body.ConfigureAwait(false))
        {
            await artifacts.PutAsync(path.Path, body, length, context.RequestAborted).ConfigureAwait(false);
        }

        await MlflowBody.WriteAsync(context, WireNothing.Instance, MlflowJson.Default.WireNothing).ConfigureAwait(false);
    }

    private static async Task DownloadAsync(MlflowServer server, HttpContext context)
    {
        MlflowArtifactPath path = RequireFile(context);
        await SendAsync(context, await RequireOwnerAsync(server.Experiments, path, context.RequestAborted).ConfigureAwait(false), path.Path).ConfigureAwait(false);
    }

    private static async Task SendAsync(HttpContext context, RunArtifacts artifacts, string path)
    {
        ArtifactEntry entry = await artifacts.FindAsync(path, context.RequestAborted).ConfigureAwait(false)
            ?? throw MlflowException.NotFound($"No such artifact: '{MlflowRequire.Show(path)}'");
        string name = entry.Path[(entry.Path.LastIndexOf('/') + 1)..];
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.AcceptRanges = "bytes";
        EntityTagHeaderValue tag = new($"\"{entry.Digest}\"");
        context.Response.GetTypedHeaders().ETag = tag;
        if (context.Request.GetTypedHeaders().IfNoneMatch is { Count: > 0 } known
            && known.Any(k => k.Tag == "*" || k.Compare(tag, useStrongComparison: false)))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.ContentType = TypeOf(name);
        ContentDispositionHeaderValue disposition = new("attachment");
        disposition.SetHttpFileName(name);
        context.Response.Headers.ContentDisposition = disposition.ToString();
        if (!TryRange(context, entry.Size, tag, out BlobRange? range))
        {
            context.Response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
            context.Response.GetTypedHeaders().ContentRange = new ContentRangeHeaderValue(entry.Size);
            return;
        }

        if (range is { } part)
        {
            context.Response.StatusCode = StatusCodes.Status206PartialContent;
            context.Response.GetTypedHeaders().ContentRange = new ContentRangeHeaderValue(part.Offset, part.Offset + part.Length - 1, entry.Size);
        }

        context.Response.ContentLength = range?.Length ?? entry.Size;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        Stream content = await artifacts.OpenAsync(entry, new BlobOpenOptions { Range = range }, context.RequestAborted).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            await content.CopyToAsync(context.Response.Body, CopyBuffer, context.RequestAborted).ConfigureAwait(false);
        }
    }

    // One range is answered; several, or words that are no range, get the whole. False: the range lies behind the end.
    private static bool TryRange(HttpContext context, long size, EntityTagHeaderValue tag, out BlobRange? range)
    {
        range = null;
        RequestHeaders headers = context.Request.GetTypedHeaders();
        if (headers.Range is not { Unit.Value: "bytes", Ranges.Count: 1 } asked
            || (headers.IfRange is { } condition && !(condition.EntityTag is { } wanted && wanted.Compare(tag, useStrongComparison: true))))
        {
            return true;
        }

        RangeItemHeaderValue item = asked.Ranges.First();
        (long first, long last) = item.From is { } from ? (from, Math.Min(item.To ?? long.MaxValue, size - 1)) : (Math.Max(0, size - (item.To ?? 0)), size - 1);
        if (first >= size || last < first || (item.From is null && item.To is 0))
        {
            return false;
        }

        range = new BlobRange(first, last - first + 1);
        return true;
    }

    private static MlflowArtifactPath RequireFile(HttpContext context)
    {
        MlflowArtifactPath path = MlflowArtifactPath.Parse(context.Request.RouteValues["path"] as string);
        return path.Path.Length == 0 ? throw MlflowException.Invalid("Invalid path") : path;
    }

    // Whatever stands in the path, it must name a run or model that exists, under its own experiment.
    private static async ValueTask<RunArtifacts> RequireOwnerAsync(ExperimentCatalog experiments, MlflowArtifactPath path, CancellationToken cancellationToken)
    {
        (string? experiment, RunArtifacts artifacts, string what) = path.Run is { } run
            ? (await experiments.ExperimentOfRunAsync(run, cancellationToken).ConfigureAwait(false), experiments.ArtifactsOf(run), $"Run with id={run} not found")
            : (await experiments.ExperimentOfModelAsync(path.Model!, cancellationToken).ConfigureAwait(false), experiments.ArtifactsOfModel(path.Model!),
                $"Logged model with ID '{MlflowRequire.Show(path.Model!)}' not found.");
        return experiment is null ? throw MlflowException.NotFound(what)
            : experiment != path.Experiment ? throw MlflowException.NotFound($"{what} in experiment {MlflowRequire.Show(path.Experiment)}")
            : artifacts;
    }

    private static string TypeOf(string name)
    {
        string extension = Path.GetExtension(name).ToLowerInvariant();
        return name == "MLmodel" || PlainText.Contains(extension, StringComparer.Ordinal) ? "text/plain"
            : Types.TryGetContentType(name, out string? type) ? type : "application/octet-stream";
    }
}
