using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>A client of the protocol with one connection, which it counts: whether a bad request costs its caller the connection is part of the contract.</summary>
internal sealed class WireClient : IDisposable
{
    /// <summary>Only so that a hang ends.</summary>
    public static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);

    private readonly HttpClient _client;
    private int _connections;

    public WireClient(Uri address, int connections = 1)
    {
        SocketsHttpHandler handler = new() { MaxConnectionsPerServer = connections, UseCookies = false, UseProxy = false, AllowAutoRedirect = false };
        handler.ConnectCallback = async (context, cancellationToken) =>
        {
            Interlocked.Increment(ref _connections);
            Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        };
        _client = new HttpClient(handler) { BaseAddress = address, Timeout = Hang };
    }

    /// <summary>Connections opened so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public static string InferPath(string model, string? version = null) => version is null ? $"/v2/models/{model}/infer" : $"/v2/models/{model}/versions/{version}/infer";

    public Task<WireAnswer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<WireAnswer> PostAsync(string path, string body = "", params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, Encoding.UTF8.GetBytes(body), headers);

    /// <summary>JSON with binary tensors behind it.</summary>
    public Task<WireAnswer> PostBinaryAsync(string path, string json, byte[] tail)
    {
        byte[] head = Encoding.UTF8.GetBytes(json);
        return SendAsync(HttpMethod.Post, path, [.. head, .. tail], (InferenceRequestReader.HeaderLength, head.Length.ToString(CultureInfo.InvariantCulture)));
    }

    public async Task<WireAnswer> SendAsync(HttpMethod method, string path, byte[]? body, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = Request(method, path, body, headers);
        return await SendAsync(request, CancellationToken.None);
    }

    public async Task<WireAnswer> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await _client.SendAsync(request, cancellationToken);
        return new WireAnswer(
            (int)response.StatusCode,
            await response.Content.ReadAsByteArrayAsync(cancellationToken),
            response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(",", h.Value), StringComparer.OrdinalIgnoreCase));
    }

    public static HttpRequestMessage Request(HttpMethod method, string path, byte[]? body, params (string Name, string Value)[] headers)
    {
        HttpRequestMessage request = new(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            if (!headers.Any(h => h.Name == "Content-Type"))
            {
                request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
            }
        }

        foreach ((string name, string value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return request;
    }

    public void Dispose() => _client.Dispose();
}

/// <summary>What came back.</summary>
internal sealed record WireAnswer(int Status, byte[] Bytes, IReadOnlyDictionary<string, string> Headers)
{
    private JsonElement? _json;

    public string Text => Encoding.UTF8.GetString(Json0());

    /// <summary>The body, or the JSON in front of its binary part.</summary>
    public JsonElement Json => _json ??= JsonDocument.Parse(Json0()).RootElement.Clone();

    /// <summary>What stands behind the JSON.</summary>
    public byte[] Tail => Bytes[HeadLength..];

    /// <summary>The text of the error.</summary>
    public string Error
    {
        get
        {
            Assert.StartsWith("application/json", Headers["Content-Type"], StringComparison.Ordinal);
            string error = Json.GetProperty("error").GetString()!;
            Assert.True(error.Length > 15 && !error.Any(char.IsControl), error);
            return error;
        }
    }

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>The data of an output as it is written.</summary>
    public string Data(int output = 0) => Json.GetProperty("outputs")[output].GetProperty("data").GetRawText();

    private int HeadLength => Header(InferenceRequestReader.HeaderLength) is { } length ? int.Parse(length, CultureInfo.InvariantCulture) : Bytes.Length;

    private byte[] Json0() => Bytes[..HeadLength];
}
