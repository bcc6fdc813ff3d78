using System.Text;
using Lifecycle.Serving;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>Bodies in and texts out, so that a rule is one line of a table.</summary>
internal static class Wire
{
    public static readonly TensorSignature Linear = new([new("x", TensorElementType.Float32, [-1, 4])], [new("y", TensorElementType.Float32, [-1, 1])]);

    public static InferenceRequest Read(string json, TensorSignature? signature = null, OpenInferenceOptions? options = null) =>
        Read(Encoding.UTF8.GetBytes(json), null, signature, options);

    public static InferenceRequest Read(byte[] body, string? headerLength, TensorSignature? signature = null, OpenInferenceOptions? options = null)
    {
        InferenceRequest request = new();
        request.Body.Write(body);
        new InferenceRequestReader(options ?? new()).Read(request, headerLength, signature);
        return request;
    }

    public static InferenceRequest ReadBinary(string json, byte[] tail, OpenInferenceOptions? options = null)
    {
        byte[] head = Encoding.UTF8.GetBytes(json);
        return Read([.. head, .. tail], head.Length.ToString(System.Globalization.CultureInfo.InvariantCulture), null, options);
    }

    public static InferenceWireException Error(Action read)
    {
        InferenceWireException error = Assert.Throws<InferenceWireException>(read);
        Assert.True(error.Message.Length is > 20 and < 1500, error.Message);
        return error;
    }

    /// <summary>A request with one input that has these members.</summary>
    public static string Input(string members) => "{\"inputs\":[{" + members + "}]}";

    /// <summary>A request with the input <c>x</c>.</summary>
    public static string X(string datatype, string shape, string data) =>
        Input($"\"name\":\"x\",\"shape\":{shape},\"datatype\":\"{datatype}\",\"data\":{data}");

    /// <summary>For example <c>x FP32[1,2]: 1,2</c>; what has no form in JSON is written in hexadecimal.</summary>
    public static string Show(TensorSet set) => string.Join("; ", set.Select(v => $"{v.Key} {v.Value.Type.ProtocolName()}{v.Value.Shape}: {Show(v.Value)}"));

    public static string Show(TensorValue value)
    {
        using PooledBytes text = new();
        if (value.Type == TensorElementType.BFloat16)
        {
            return Convert.ToHexString(value.Raw);
        }

        TensorJsonWriter.Write(value, 0, value.Count, text, isBare: true, "x");
        return Encoding.UTF8.GetString(text.Span);
    }

    public static string Text(PooledBytes bytes) => Encoding.UTF8.GetString(bytes.Span);

    public static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    /// <summary>The whole answer to a request.</summary>
    public static (byte[] Body, int? HeaderLength) Answer(InferenceRequest request, TensorSet outputs, TensorSignature? signature = null, InferenceDialect dialect = default)
    {
        request.Response.Write(request, "m", "7", outputs, signature, dialect);
        using PooledBytes body = new();
        request.Response.CopyTo(body);
        Assert.Equal(request.Response.ContentLength, body.Length);
        Assert.Equal(request.Response.HeaderLength is null ? "application/json" : "application/octet-stream", request.Response.ContentType);
        return (body.Span.ToArray(), request.Response.HeaderLength);
    }
}
