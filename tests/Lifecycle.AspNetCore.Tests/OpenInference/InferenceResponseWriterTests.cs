using System.Text;
using System.Text.Json;
using Lifecycle.Serving;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>Answers, byte for byte.</summary>
public sealed class InferenceResponseWriterTests
{
    private static TensorSet Outputs => TensorSet.Of(
        ("y", TensorValue.From([1.5f, float.NaN], [2, 1])),
        ("label", TensorValue.From(["a\"b", "c"], [2])),
        ("n", TensorValue.From([long.MaxValue, -1], [2])));

    public static TheoryData<string, string, string> Answers() => new()
    {
        {
            "{\"inputs\":[]}",
            """{"model_name":"m","model_version":"7","outputs":[{"name":"y","shape":[2,1],"datatype":"FP32","data":[1.5,"NaN"]},{"name":"label","shape":[2],"datatype":"BYTES","data":["a\"b","c"]},{"name":"n","shape":[2],"datatype":"INT64","data":[9223372036854775807,-1]}]}""",
            ""
        },
        {
            "{\"id\":\"q\\n\\u00e9\",\"inputs\":[],\"outputs\":[{\"name\":\"n\"},{\"name\":\"y\"}]}",
            """{"model_name":"m","model_version":"7","id":"q\né","outputs":[{"name":"n","shape":[2],"datatype":"INT64","data":[9223372036854775807,-1]},{"name":"y","shape":[2,1],"datatype":"FP32","data":[1.5,"NaN"]}]}""",
            ""
        },
        {
            "{\"inputs\":[],\"outputs\":[{\"name\":\"label\",\"parameters\":{\"binary_data\":true}},{\"name\":\"n\"},{\"name\":\"y\",\"parameters\":{\"binary_data\":true}}]}",
            """{"model_name":"m","model_version":"7","outputs":[{"name":"label","shape":[2],"datatype":"BYTES","parameters":{"binary_data_size":12}},{"name":"n","shape":[2],"datatype":"INT64","data":[9223372036854775807,-1]},{"name":"y","shape":[2,1],"datatype":"FP32","parameters":{"binary_data_size":8}}]}""",
            "03000000612262 0100000063 0000C03F0000C0FF"
        },
        {
            "{\"inputs\":[],\"parameters\":{\"binary_data_output\":true},\"outputs\":[{\"name\":\"n\"},{\"name\":\"y\",\"parameters\":{\"binary_data\":false}}]}",
            """{"model_name":"m","model_version":"7","outputs":[{"name":"n","shape":[2],"datatype":"INT64","parameters":{"binary_data_size":16}},{"name":"y","shape":[2,1],"datatype":"FP32","data":[1.5,"NaN"]}]}""",
            "FFFFFFFFFFFFFF7F FFFFFFFFFFFFFFFF"
        },
        {
            "{\"id\":\"\",\"inputs\":[],\"outputs\":[{\"name\":\"y\",\"parameters\":{\"binary_data\":false}}]}",
            """{"model_name":"m","model_version":"7","id":"","outputs":[{"name":"y","shape":[2,1],"datatype":"FP32","data":[1.5,"NaN"]}]}""",
            ""
        },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public void Answer_IsWrittenAsAsked(string asked, string json, string hex)
    {
        using InferenceRequest request = Wire.Read(asked);
        using TensorSet outputs = Outputs;
        (byte[] body, int? header) = Wire.Answer(request, outputs);
        int length = header ?? body.Length;
        Assert.Equal(json, Encoding.UTF8.GetString(body.AsSpan(0, length)));
        Assert.Equal(Wire.Hex(hex), body[length..]);
        Assert.Equal(hex.Length > 0, header.HasValue);
        using JsonDocument parsed = JsonDocument.Parse(body.AsMemory(0, length));
        Assert.Equal("7", parsed.RootElement.GetProperty("model_version").GetString());
    }

    [Theory]
    [InlineData("{\"inputs\":[],\"outputs\":[{\"name\":\"y\"}]}")]
    [InlineData("{\"inputs\":[]}")]
    public void Output_PromisedAndNotGiven_IsAFaultOfTheModel(string asked)
    {
        using InferenceRequest request = Wire.Read(asked);
        using TensorSet outputs = TensorSet.Of(("z", TensorValue.From([1f], [1, 1])));
        InferenceWireException error = Wire.Error(() => Wire.Answer(request, outputs, Wire.Linear));
        Assert.Equal((500, "The model gave no output 'y', which its signature promises; it gave 'z'."), (error.Status, error.Message));
    }

    [Fact]
    public void Outputs_NotAskedFor_StandInTheOrderOfTheModel()
    {
        TensorSignature signature = new([], [new("n", TensorElementType.Int64, [-1]), new("y", TensorElementType.Float32, [-1, 1])]);
        using InferenceRequest request = Wire.Read("{\"inputs\":[]}");
        using TensorSet outputs = Outputs;
        using JsonDocument parsed = JsonDocument.Parse(Wire.Answer(request, outputs, signature).Body);
        Assert.Equal(["n", "y"], parsed.RootElement.GetProperty("outputs").EnumerateArray().Select(o => o.GetProperty("name").GetString()!));
    }

    [Fact]
    public void Dialect_OfTriton_WritesBareNumbers()
    {
        using InferenceRequest request = Wire.Read("{\"inputs\":[]}");
        using TensorSet outputs = TensorSet.Of(("y", TensorValue.From([double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1], [4])));
        string body = Encoding.UTF8.GetString(Wire.Answer(request, outputs, dialect: InferenceDialect.Triton).Body);
        Assert.Contains("\"data\":[NaN,Infinity,-Infinity,1]", body, StringComparison.Ordinal);
    }

    [Fact]
    public void Answer_ToARawBody_IsBinary()
    {
        using InferenceRequest request = Wire.Read(new byte[16], "0", Wire.Linear);
        using TensorSet outputs = TensorSet.Of(("y", TensorValue.From([1.5f], [1, 1])));
        (byte[] body, int? header) = Wire.Answer(request, outputs, Wire.Linear);
        Assert.Equal([0, 0, 0xC0, 0x3F], body[header!.Value..]);
    }

    [Fact]
    public void Output_ThatIsNotThere_IsRefused()
    {
        using InferenceRequest request = Wire.Read("{\"inputs\":[],\"outputs\":[{\"name\":\"q\"}]}");
        using TensorSet outputs = Outputs;
        InferenceWireException error = Wire.Error(() => Wire.Answer(request, outputs));
        Assert.Equal(400, error.Status);
        Assert.Contains("'q'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'label'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_ThatIsNotUtf8_IsOnlyBinary()
    {
        using TensorSet outputs = TensorSet.Of(("t", TensorValue.From(["a", "b"], [2])));
        outputs["t"].Texts[1] = new byte[] { 0xFF };
        using InferenceRequest json = Wire.Read("{\"inputs\":[]}");
        Assert.Contains("element 1", Wire.Error(() => Wire.Answer(json, outputs)).Message, StringComparison.Ordinal);
        using InferenceRequest binary = Wire.Read("{\"inputs\":[],\"parameters\":{\"binary_data_output\":true}}");
        (byte[] body, int? header) = Wire.Answer(binary, outputs);
        Assert.Equal(Wire.Hex("0100000061 01000000FF"), body[header!.Value..]);
    }

    [Fact]
    public void Output_ThatIsBF16_IsOnlyBinary()
    {
        using TensorSet outputs = TensorSet.Of(("b", TensorValue.FromBFloat16([0x3FC0], [1])));
        using InferenceRequest json = Wire.Read("{\"inputs\":[]}");
        Assert.Contains("BF16", Wire.Error(() => Wire.Answer(json, outputs)).Message, StringComparison.Ordinal);
        using InferenceRequest binary = Wire.Read("{\"inputs\":[],\"parameters\":{\"binary_data_output\":true}}");
        (byte[] body, int? header) = Wire.Answer(binary, outputs);
        Assert.Equal([0xC0, 0x3F], body[header!.Value..]);
    }
}
