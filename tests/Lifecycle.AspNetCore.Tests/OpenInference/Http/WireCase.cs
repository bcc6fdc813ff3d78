using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>One rule of the protocol: what is sent and what must come back. After each the same connection must answer a good request.</summary>
internal sealed record WireCase(string Name, HttpMethod Method, string Path, byte[]? Body, int Status)
{
    public (string Name, string Value)[] Headers { get; init; } = [];

    /// <summary>The whole body; null leaves it to the other checks.</summary>
    public string? Exact { get; init; }

    /// <summary>What must stand in the body, for an error in its text.</summary>
    public string[] Contains { get; init; } = [];

    /// <summary>The binary part.</summary>
    public byte[]? Tail { get; init; }

    /// <summary>Headers of the answer.</summary>
    public (string Name, string Value)[] Answers { get; init; } = [];

    public static WireCase Get(string name, string path, string exact) => new(name, HttpMethod.Get, path, null, 200) { Exact = exact };

    public static WireCase GetHas(string name, string path, params string[] contains) => new(name, HttpMethod.Get, path, null, 200) { Contains = contains };

    public static WireCase GetBad(string name, int status, string path, params string[] contains) => new(name, HttpMethod.Get, path, null, status) { Contains = contains };

    public static WireCase Post(string name, string path, string body, string exact) => new(name, HttpMethod.Post, path, Utf8(body), 200) { Exact = exact };

    public static WireCase PostBad(string name, int status, string path, string body, params string[] contains) =>
        new(name, HttpMethod.Post, path, Utf8(body), status) { Contains = contains };

    /// <summary>Asks a model; the answer's <c>outputs</c> are checked.</summary>
    public static WireCase Infer(string name, string model, string body, string outputs) => new(name, HttpMethod.Post, WireClient.InferPath(model), Utf8(body), 200)
    {
        Exact = null,
        Contains = ["\"outputs\":" + outputs + "}"],
    };

    /// <summary>Asks for what cannot be answered.</summary>
    public static WireCase InferBad(string name, int status, string model, string body, params string[] contains) =>
        PostBad(name, status, WireClient.InferPath(model), body, contains);

    /// <summary>A body with binary tensors.</summary>
    public static WireCase Binary(string name, string model, int status, string json, byte[] tail, string? header = null)
    {
        byte[] head = Utf8(json);
        return new(name, HttpMethod.Post, WireClient.InferPath(model), [.. head, .. tail], status)
        {
            Headers = [("Inference-Header-Content-Length", header ?? head.Length.ToString(CultureInfo.InvariantCulture))],
        };
    }

    /// <summary>A request with one input <c>x</c>.</summary>
    public static string X(string datatype, string shape, string data, string more = "") =>
        $$"""{"inputs":[{"name":"x","shape":{{shape}},"datatype":"{{datatype}}","data":{{data}}}]{{more}}}""";

    /// <summary>The outputs of a model that gives <c>y</c>.</summary>
    public static string Y(string datatype, string shape, string data) => $$"""[{"name":"y","shape":{{shape}},"datatype":"{{datatype}}","data":{{data}}}]""";

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    public static byte[] Pack(string encoding, byte[] bytes)
    {
        using MemoryStream packed = new();
        using (Stream stream = encoding switch
        {
            "gzip" => new GZipStream(packed, CompressionLevel.Fastest),
            "deflate" => new ZLibStream(packed, CompressionLevel.Fastest),
            _ => new BrotliStream(packed, CompressionLevel.Fastest),
        })
        {
            stream.Write(bytes);
        }

        return packed.ToArray();
    }

    public override string ToString() => Name;
}
