using System.Globalization;
using System.Text;
using Lifecycle.Serving;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>The binary form: known bytes, and each way in which sizes and lengths can be wrong.</summary>
public sealed class BinaryTensorsTests
{
    private const string Binary = "\"parameters\":{\"binary_data_size\":";

    public static TheoryData<string, string, string, string> Known() => new()
    {
        { "BYTES", "[2]", "01 00 00 00 61 02 00 00 00 62 63", "\"a\",\"bc\"" },
        { "BOOL", "[2]", "01 00", "true,false" },
        { "FP32", "[1]", "00 00 C0 3F", "1.5" },
        { "INT64", "[1]", "FF FF FF FF FF FF FF FF", "-1" },
        { "FP16", "[1]", "00 3E", "1.5" },
        { "FP64", "[1]", "00 00 00 00 00 00 F8 3F", "1.5" },
        { "FP32", "[2]", "00 00 80 7F 00 00 C0 7F", "Infinity,NaN" },
        { "UINT8", "[3]", "00 7F FF", "0,127,255" },
        { "INT8", "[2]", "80 7F", "-128,127" },
        { "UINT16", "[1]", "01 02", "513" },
        { "INT16", "[1]", "FE FF", "-2" },
        { "UINT32", "[1]", "01 02 03 04", "67305985" },
        { "INT32", "[1]", "FF FF FF FF", "-1" },
        { "UINT64", "[1]", "FF FF FF FF FF FF FF FF", "18446744073709551615" },
        { "BF16", "[1]", "C0 3F", "C03F" },
        { "BYTES", "[1]", "00 00 00 00", "\"\"" },
        { "BYTES", "[0]", "", "" },
        { "FP32", "[0,7]", "", "" },
        { "FP32", "[]", "00 00 C0 3F", "1.5" },
    };

    public static TheoryData<string, string, int, string, string[]> Wrong() => new()
    {
        { "FP32", "[1]", 3, "00 00 C0", ["'x'", "4 bytes", "is 3"] },
        { "FP32", "[1]", 5, "00 00 C0 3F 00", ["'x'", "4 bytes", "is 5"] },
        { "FP32", "[2]", 4, "00 00 C0 3F", ["2 FP32 elements", "8 bytes"] },
        { "FP32", "[1]", 4, "00 00 C0", ["'x'", "4 bytes", "3 bytes are left"] },
        { "FP32", "[1]", 4, "00 00 C0 3F 00", ["4 bytes of binary data", "5 bytes come behind"] },
        { "FP32", "[0]", 0, "00", ["0 bytes of binary data", "1 bytes come behind"] },
        { "BOOL", "[2]", 2, "01 07", ["BOOL", "byte 7", "element 1"] },
        { "BOOL", "[1]", 1, "FF", ["BOOL", "byte 255", "element 0"] },
        { "BYTES", "[1]", 3, "01 00 00", ["4 bytes or more", "is 3"] },
        { "BYTES", "[2]", 8, "04 00 00 00 61 62 63 64", ["ends within the length of element 1", "0 bytes are left"] },
        { "BYTES", "[2]", 9, "03 00 00 00 61 62 63 01 00", ["ends within the length of element 1", "2 bytes are left"] },
        { "BYTES", "[1]", 5, "02 00 00 00 61", ["length of 2 at element 0", "1 bytes are left"] },
        { "BYTES", "[1]", 4, "FF FF FF FF", ["length of 4294967295", "0 bytes are left"] },
        { "BYTES", "[1]", 4, "00 00 00 80", ["length of 2147483648"] },
        { "BYTES", "[1]", 6, "01 00 00 00 61 62", ["1 bytes behind its last element", "must be 5"] },
        { "BYTES", "[0]", 1, "00", ["1 bytes behind its last element"] },
        { "BYTES", "[3000000]", 100, "00", ["3000000 BYTES elements"] },
        { "FP64", "[4000000]", 8, "00 00 00 00 00 00 00 00", ["4000000 FP64 elements", "32000000 bytes", "is 8"] },
        { "FP64", "[4000000]", 32000000, "00", ["32000000 bytes of binary data", "1 bytes are left"] },
        { "FP64", "[4000001]", 8, "00", ["4000000 elements"] },
    };

    [Theory]
    [MemberData(nameof(Known))]
    public void Tensor_OfKnownBytes_IsReadAndWrittenBack(string datatype, string shape, string hex, string expected)
    {
        byte[] bytes = Wire.Hex(hex);
        using InferenceRequest request = Wire.ReadBinary(Json(datatype, shape, bytes.Length), bytes);
        Assert.Equal($"x {datatype}{shape}: {expected}", Wire.Show(request.Inputs));
        using PooledBytes written = new();
        BinaryTensors.Write(request.Inputs["x"], written);
        Assert.Equal(bytes, written.Span.ToArray());
        Assert.Equal(bytes.Length, BinaryTensors.Size(request.Inputs["x"]));
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Tensor_WhoseBytesDoNotFit_IsRefused(string datatype, string shape, int size, string hex, string[] words)
    {
        InferenceWireException error = Wire.Error(() => Wire.ReadBinary(Json(datatype, shape, size), Wire.Hex(hex)));
        Assert.Equal(400, error.Status);
        Assert.All(words, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Tensors_InOrderOfTheInputs_MayBeMixedWithJson()
    {
        using InferenceRequest request = Wire.ReadBinary(
            "{\"inputs\":[{" + Binary + "4},\"datatype\":\"FP32\",\"shape\":[1],\"name\":\"a\"},"
                + "{\"name\":\"b\",\"shape\":[1],\"datatype\":\"INT8\",\"data\":[5]},"
                + "{\"name\":\"c\",\"shape\":[1],\"datatype\":\"BYTES\"," + Binary + "6}}]}",
            Wire.Hex("00 00 C0 3F 02 00 00 00 FF FE"));
        Assert.Equal("a FP32[1]: 1.5; b INT8[1]: 5", Wire.Show(TensorSet.Of(("a", request.Inputs["a"]), ("b", request.Inputs["b"]))));
        Assert.Equal([0xFF, 0xFE], request.Inputs["c"].Texts[0].ToArray());
    }

    [Fact]
    public void Text_OverTheLimit_IsRefused()
    {
        OpenInferenceOptions options = new() { MaxTextBytes = 2 };
        Assert.NotNull(Wire.ReadBinary(Json("BYTES", "[1]", 6), Wire.Hex("02 00 00 00 61 62"), options));
        InferenceWireException error = Wire.Error(() => Wire.ReadBinary(Json("BYTES", "[1]", 7), Wire.Hex("03 00 00 00 61 62 63"), options));
        Assert.Contains("at most 2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("9223372036854775808")]
    [InlineData("99999999999999999999999")]
    [InlineData("x")]
    [InlineData("")]
    [InlineData("1.0")]
    [InlineData("5,5")]
    [InlineData(" 5")]
    [InlineData("+5")]
    [InlineData("0x5")]
    [InlineData("14")]
    [InlineData("9223372036854775807")]
    public void HeaderLength_ThatIsWrong_IsRefused(string header)
    {
        InferenceWireException error = Wire.Error(() => Wire.Read("{\"inputs\":[]}"u8.ToArray(), header, Wire.Linear));
        Assert.Equal(400, error.Status);
        Assert.Contains("Inference-Header-Content-Length", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void HeaderLength_OfTheWholeBody_ReadsJsonOnly()
    {
        using InferenceRequest request = Wire.Read("{\"inputs\":[]}"u8.ToArray(), "13");
        Assert.Empty(request.Inputs);
        Assert.Contains("byte 5", Wire.Error(() => Wire.Read("{\"inputs\":[]}"u8.ToArray(), "5")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FP32", "-1,2", "00 00 C0 3F 00 00 C0 3F", "x FP32[1,2]: 1.5,1.5")]
    [InlineData("FP32", "-1,-1", "00 00 C0 3F 00 00 C0 3F", "x FP32[1,2]: 1.5,1.5")]
    [InlineData("FP32", "-1,-1,2", "00 00 C0 3F 00 00 C0 3F", "x FP32[1,1,2]: 1.5,1.5")]
    [InlineData("FP32", "2", "00 00 C0 3F 00 00 C0 3F", "x FP32[2]: 1.5,1.5")]
    [InlineData("INT8", "-1", "05", "x INT8[1]: 5")]
    [InlineData("INT8", "", "05", "x INT8[]: 5")]
    [InlineData("INT8", "-1,-1", "", "x INT8[1,0]: ")]
    [InlineData("BOOL", "-1,2", "01 00", "x BOOL[1,2]: true,false")]
    [InlineData("BYTES", "-1", "61 62", "x BYTES[1]: \"ab\"")]
    [InlineData("BYTES", "-1,1", "61 62", "x BYTES[1,1]: \"ab\"")]
    [InlineData("BYTES", "-1", "", "x BYTES[1]: \"\"")]
    public void RawBody_IsOneRow(string datatype, string shape, string hex, string expected)
    {
        using InferenceRequest request = Wire.Read(Wire.Hex(hex), "0", Signature(datatype, shape));
        Assert.Equal(expected, Wire.Show(request.Inputs));
        Assert.True(request.IsRaw);
        Assert.True(request.BinaryOutputs);
    }

    [Theory]
    [InlineData("FP32", "-1,2", "00 00 C0 3F", "2 elements a row and 1 came")]
    [InlineData("FP32", "-1,2", "00 00 C0 3F 00 00 C0 3F 00 00 C0 3F 00 00 C0 3F", "2 elements a row and 4 came")]
    [InlineData("FP32", "-1,2", "00 00 C0", "4 bytes an element")]
    [InlineData("FP32", "-1,-1,-1", "00 00 C0 3F", "more than one size open")]
    [InlineData("FP32", "3,-1,-1", "00 00 C0 3F", "more than one size open")]
    [InlineData("FP32", "-1,-1,2", "00 00 C0 3F", "a multiple of 2")]
    [InlineData("BOOL", "-1", "02", "BOOL")]
    [InlineData("BYTES", "-1,2", "61", "2 elements a row and 1 came")]
    public void RawBody_ThatDoesNotFit_IsRefused(string datatype, string shape, string hex, string words)
    {
        InferenceWireException error = Wire.Error(() => Wire.Read(Wire.Hex(hex), "0", Signature(datatype, shape)));
        Assert.Equal(400, error.Status);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RawBody_ForSeveralInputs_IsRefused()
    {
        TensorSignature two = new([new("a", TensorElementType.Int8, [-1]), new("b", TensorElementType.Int8, [-1])], []);
        Assert.Contains("exactly one input, and this one has 2", Wire.Error(() => Wire.Read([1], "0", two)).Message, StringComparison.Ordinal);
        Assert.Contains("exactly one input", Wire.Error(() => Wire.Read([1], "0")).Message, StringComparison.Ordinal);
    }

    private static TensorSignature Signature(string datatype, string shape)
    {
        Assert.True(TensorElementTypes.TryParse(datatype, out TensorElementType type));
        long[] dimensions = [.. shape.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(d => long.Parse(d, CultureInfo.InvariantCulture))];
        return new TensorSignature([new("x", type, TensorShape.Create(dimensions))], []);
    }

    private static string Json(string datatype, string shape, int size) =>
        Wire.Input($"\"name\":\"x\",\"shape\":{shape},\"datatype\":\"{datatype}\",{Binary}{size}}}");
}
