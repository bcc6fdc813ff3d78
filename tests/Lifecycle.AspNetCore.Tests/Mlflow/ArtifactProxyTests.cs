using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Lifecycle.Tracking;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.AspNetCore.Tests;

public sealed class ArtifactProxyTests
{
    private const string Proxy = "/api/2.0/mlflow-artifacts/artifacts";

    [Fact]
    public async Task Upload_Download_Range_ETag()
    {
        await using MlflowApp app = await MlflowApp.StartAsync(kestrel: true);
        (string experiment, string run) = await app.NewRunAsync();
        byte[] bytes = RandomNumberGenerator.GetBytes(300_000);
        string url = $"{Proxy}/{experiment}/{run}/artifacts/dir/a.bin";
        using (HttpResponseMessage put = await app.Client.PutAsync(url, new ByteArrayContent(bytes), MlflowApp.Token))
        {
            Assert.Equal("{}", await put.Content.ReadAsStringAsync(MlflowApp.Token));
        }

        using HttpResponseMessage whole = await app.Client.GetAsync(url, MlflowApp.Token);
        Assert.Equal(bytes, await whole.Content.ReadAsByteArrayAsync(MlflowApp.Token));
        Assert.Equal("nosniff", whole.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("application/octet-stream", whole.Content.Headers.ContentType!.MediaType);
        Assert.Equal(("attachment", "a.bin"), (whole.Content.Headers.ContentDisposition!.DispositionType, whole.Content.Headers.ContentDisposition.FileName));
        EntityTagHeaderValue tag = whole.Headers.ETag!;
        Assert.Equal($"\"{Digest.Of(bytes)}\"", tag.Tag);

        foreach ((long? from, long? to, int first, int length) in new (long?, long?, int, int)[] { (0, 9, 0, 10), (299_990, null, 299_990, 10), (null, 5, 299_995, 5), (10, 999_999, 10, 299_990) })
        {
            using HttpRequestMessage part = new(HttpMethod.Get, url);
            part.Headers.Range = new RangeHeaderValue(from, to);
            using HttpResponseMessage answer = await app.Client.SendAsync(part, MlflowApp.Token);
            Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
            Assert.Equal((first, first + length - 1, bytes.Length), (answer.Content.Headers.ContentRange!.From, answer.Content.Headers.ContentRange.To, answer.Content.Headers.ContentRange.Length));
            Assert.Equal(bytes[first..(first + length)], await answer.Content.ReadAsByteArrayAsync(MlflowApp.Token));
        }

        using HttpRequestMessage behind = new(HttpMethod.Get, url);
        behind.Headers.Range = new RangeHeaderValue(300_000, null);
        using HttpResponseMessage none = await app.Client.SendAsync(behind, MlflowApp.Token);
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, none.StatusCode);
        using HttpRequestMessage same = new(HttpMethod.Get, url);
        same.Headers.IfNoneMatch.Add(tag);
        using HttpResponseMessage unchanged = await app.Client.SendAsync(same, MlflowApp.Token);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
    }

    [Fact]
    public async Task Folders_AndDelete()
    {
        await using MlflowApp app = await MlflowApp.StartAsync();
        (string experiment, string run) = await app.NewRunAsync();
        string root = $"{experiment}/{run}/artifacts";
        foreach (string path in new[] { "b.txt", "a/x.txt", "a/y/z.txt", "a!.txt" })
        {
            using HttpResponseMessage put = await app.Client.PutAsync($"{Proxy}/{root}/{path}", new StringContent(path), MlflowApp.Token);
            Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        }

        Assert.Equal(
            """{"files":[{"path":"a","is_dir":true},{"path":"a!.txt","is_dir":false,"file_size":6},{"path":"b.txt","is_dir":false,"file_size":5}]}""", await ListAsync(root));
        Assert.Equal("""{"files":[{"path":"x.txt","is_dir":false,"file_size":7},{"path":"y","is_dir":true}]}""", await ListAsync(root + "/a"));
        Assert.Equal("{}", await ListAsync(root + "/b.txt"));
        Assert.Equal("{}", await ListAsync(root + "/none"));
        JsonNode list = await app.GetAsync($"/artifacts/list?run_id={run}&path=a");
        Assert.Equal(["a/x.txt", "a/y"], list["files"]!.AsArray().Select(f => (string)f!["path"]!));
        Assert.Equal($"mlflow-artifacts:/{root}", (string)list["root_uri"]!);
        using HttpResponseMessage folder = await app.Client.PutAsync($"{Proxy}/{root}/a", new StringContent("x"), MlflowApp.Token);
        using HttpResponseMessage below = await app.Client.PutAsync($"{Proxy}/{root}/b.txt/c", new StringContent("x"), MlflowApp.Token);
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (folder.StatusCode, below.StatusCode));
        using HttpResponseMessage delete = await app.Client.DeleteAsync($"{Proxy}/{root}/a", MlflowApp.Token);
        Assert.Equal(HttpStatusCode.OK, delete.StatusCode);
        Assert.Equal(["a!.txt", "b.txt"], (await app.Experiments.ArtifactsOf(run).ListAsync(cancellationToken: MlflowApp.Token)).Select(a => a.Path));

        async Task<string> ListAsync(string path) =>
            (await app.SendAsync("GET", $"{Proxy}?path={Uri.EscapeDataString(path)}")).Body!.ToJsonString().Replace("\\u0021", "!", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("E/none/artifacts/a", 404)]
    [InlineData("99/R/artifacts/a", 404)]
    [InlineData("E/models/m-none/artifacts/a", 404)]
    [InlineData("E/R/a", 400)]
    [InlineData("E/R/artifacts", 400)]
    [InlineData("a.txt", 400)]
    public async Task OnlyPathsOfRunsAndModels(string path, int status)
    {
        await using MlflowApp app = await MlflowApp.StartAsync();
        (string experiment, string run) = await app.NewRunAsync();
        string real = path.Replace("E", experiment, StringComparison.Ordinal).Replace("R", run, StringComparison.Ordinal);
        using HttpResponseMessage put = await app.Client.PutAsync($"{Proxy}/{real}", new StringContent("x"), MlflowApp.Token);
        using HttpResponseMessage get = await app.Client.GetAsync($"{Proxy}/{real}", MlflowApp.Token);
        Assert.Equal((status, status), ((int)put.StatusCode, (int)get.StatusCode));
    }

    [Fact]
    public async Task Limits_TooLargeLeavesNothing()
    {
        await using MlflowApp app = await MlflowApp.StartAsync(kestrel: true, configure: m => m.MaxArtifactBytes = 1000);
        (string experiment, string run) = await app.NewRunAsync();
        string url = $"{Proxy}/{experiment}/{run}/artifacts/a";
        using HttpResponseMessage announced = await app.Client.PutAsync(url, new ByteArrayContent(new byte[1001]), MlflowApp.Token);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, announced.StatusCode);
        using HttpRequestMessage chunked = new(HttpMethod.Put, url);
        chunked.Content = new ByteArrayContent(new byte[5000]);
        chunked.Headers.TransferEncodingChunked = true;
        using HttpResponseMessage unannounced = await app.Client.SendAsync(chunked, MlflowApp.Token);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, unannounced.StatusCode);
        await NothingAsync(app, run);
    }

    [Fact]
    public async Task UploadBrokenOff_LeavesNothing_AndWorksAgain()
    {
        await using MlflowApp app = await MlflowApp.StartAsync(kestrel: true);
        (string experiment, string run) = await app.NewRunAsync();
        string url = $"{Proxy}/{experiment}/{run}/artifacts/a.bin";
        using (TcpClient socket = new())
        {
            await socket.ConnectAsync(IPAddress.Loopback, app.Client.BaseAddress!.Port, MlflowApp.Token);
            NetworkStream stream = socket.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"PUT {url} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"), MlflowApp.Token);
            await stream.WriteAsync(new byte[400_000], MlflowApp.Token);
            await stream.FlushAsync(MlflowApp.Token);
        }

        await NothingAsync(app, run);
        using HttpResponseMessage again = await app.Client.PutAsync(url, new ByteArrayContent(new byte[1000]), MlflowApp.Token);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal(1000, Assert.Single(await app.Experiments.ArtifactsOf(run).ListAsync(cancellationToken: MlflowApp.Token)).Size);
    }

    private static async Task NothingAsync(MlflowApp app, string run)
    {
        Assert.Empty(await app.Experiments.ArtifactsOf(run).ListAsync(cancellationToken: MlflowApp.Token));
        Assert.Empty(await app.App.Services.GetRequiredService<IBlobStore>().ListAsync(MlflowApp.Token).ToListAsync(MlflowApp.Token));
    }
}
