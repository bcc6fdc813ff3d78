using System.Globalization;
using System.Text;
using Lifecycle.Serving;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>Bodies that are refused, each with its status and the words that its caller needs.</summary>
public sealed class RequestErrorTests
{
    private const string Good = "\"name\":\"x\",\"shape\":[2],\"datatype\":\"FP32\",\"data\":[1,2]";

    public static TheoryData<string, string, string, string[]> Elements() => new()
    {
        { "BOOL", "[1]", "[2]", ["'x'", "BOOL", "2", "true"] },
        { "BOOL", "[1]", "[\"true\"]", ["'x'", "BOOL", "text"] },
        { "BOOL", "[1]", "[1.0]", ["'x'", "1.0"] },
        { "BOOL", "[1]", "[null]", ["'x'", "null"] },
        { "BOOL", "[3]", "[true]", ["'x'", "3 elements", "1 came"] },
        { "UINT8", "[1]", "[256]", ["'x'", "UINT8", "256", "0 to 255"] },
        { "UINT8", "[1]", "[-1]", ["'x'", "-1", "0 to 255"] },
        { "UINT16", "[1]", "[65536]", ["0 to 65535"] },
        { "UINT32", "[1]", "[4294967296]", ["0 to 4294967295"] },
        { "UINT64", "[1]", "[18446744073709551616]", ["0 to 18446744073709551615"] },
        { "UINT64", "[1]", "[-1]", ["0 to 18446744073709551615"] },
        { "UINT64", "[1]", "[1.5]", ["1.5", "integer"] },
        { "UINT64", "[1]", "[\"1\"]", ["text", "integer"] },
        { "INT8", "[1]", "[128]", ["-128 to 127"] },
        { "INT8", "[1]", "[-129]", ["-128 to 127"] },
        { "INT16", "[1]", "[32768]", ["-32768 to 32767"] },
        { "INT32", "[1]", "[2147483648]", ["-2147483648 to 2147483647"] },
        { "INT32", "[1]", "[1.0]", ["INT32", "1.0", "without point"] },
        { "INT32", "[1]", "[1e2]", ["INT32", "1e2", "without point or exponent"] },
        { "INT32", "[1]", "[true]", ["INT32", "true", "integer"] },
        { "INT32", "[1]", "[\"5\"]", ["INT32", "\"5\""] },
        { "INT32", "[1]", "[null]", ["INT32", "null"] },
        { "INT64", "[1]", "[9223372036854775808]", ["9223372036854775807"] },
        { "INT64", "[1]", "[9223372036854775807.0]", ["INT64", "without point"] },
        { "FP16", "[1]", "[70000]", ["FP16", "70000", "too large"] },
        { "FP16", "[1]", "[65520]", ["FP16", "65520", "too large"] },
        { "FP32", "[1]", "[1e39]", ["FP32", "1e39", "too large"] },
        { "FP32", "[1]", "[-1e39]", ["FP32", "-1e39", "too large"] },
        { "FP64", "[1]", "[1e309]", ["FP64", "1e309", "too large"] },
        { "FP32", "[1]", "[true]", ["FP32", "NaN"] },
        { "FP32", "[1]", "[null]", ["FP32", "null", "\"NaN\""] },
        { "FP32", "[1]", "[\"nan\"]", ["FP32", "\"nan\"", "\"NaN\""] },
        { "FP32", "[1]", "[\"1.5\"]", ["FP32", "\"1.5\""] },
        { "FP64", "[1]", "[\"+Infinity\"]", ["FP64", "\"-Infinity\""] },
        { "FP16", "[1]", "[\"\"]", ["FP16"] },
        { "FP32", "[1]", "[{}]", ["'x'", "an object"] },
        { "FP32", "[3]", "[1,[2],3]", ["'x'", "nested", "an array"] },
        { "FP32", "[1]", "[NaN]", ["bare", "string", "binary", "byte 61"] },
        { "FP32", "[1]", "[-Infinity]", ["bare", "string", "binary"] },
        { "FP32", "[1]", "[Infinity]", ["bare", "string", "binary"] },
        { "FP32", "[1]", "[nan]", ["bare", "string", "binary"] },
        { "FP32", "[1]", "[01]", ["not valid at byte"] },
        { "FP32", "[1]", "[+1]", ["not valid at byte"] },
        { "FP32", "[1]", "[.5]", ["not valid at byte"] },
        { "FP32", "[1]", "[1.]", ["not valid at byte"] },
        { "FP32", "[1]", "[0x10]", ["not valid at byte"] },
        { "FP32", "[2]", "[1,2,]", ["not valid at byte"] },
        { "FP32", "[2]", "[1 2]", ["not valid at byte"] },
        { "FP32", "[1]", "['1']", ["not valid at byte"] },
        { "FP32", "[1]", "[1]/*c*/", ["not valid at byte"] },
        { "BF16", "[1]", "[1]", ["BF16", "binary_data_size"] },
        { "BYTES", "[1]", "[1]", ["BYTES", "texts", "quotes"] },
        { "BYTES", "[1]", "[true]", ["BYTES", "texts"] },
        { "BYTES", "[1]", "[null]", ["BYTES", "null"] },
        { "BYTES", "[1]", "[\"\\ud800\"]", ["surrogate"] },
        { "BYTES", "[1]", "[\"\\x\"]", ["not valid at byte"] },
        { "BYTES", "[1]", "[\"a\nb\"]", ["not valid at byte"] },
        { "FP32", "[2,2]", "[1,2,3,4,5]", ["'x'", "[2,2]", "4 elements", "5 came"] },
        { "FP32", "[2,2]", "[1,2,3]", ["'x'", "[2,2]", "4 elements", "3 came"] },
        { "FP32", "[2,2]", "[]", ["4 elements", "0 came"] },
        { "FP32", "[0]", "[1]", ["0 elements", "1 came"] },
        { "FP32", "[]", "[]", ["1 elements", "0 came"] },
        { "FP32", "[]", "[1,2]", ["1 elements", "2 came"] },
        { "FP32", "[]", "5", ["'x'", "array", "5"] },
        { "FP32", "[2,2]", "[[1,2],[3]]", ["unevenly", "1 elements", "says 2"] },
        { "FP32", "[2,2]", "[[1,2],[3,4,5]]", ["unevenly", "3 elements", "says 2"] },
        { "FP32", "[2,2]", "[[1,2]]", ["unevenly", "1 elements", "says 2"] },
        { "FP32", "[2,2]", "[[1,2],[3,4],[5,6]]", ["unevenly", "3 elements", "says 2"] },
        { "FP32", "[2,2]", "[[1,2],3]", ["unevenly", "array", "3"] },
        { "FP32", "[2,2]", "[1,[2,3],4]", ["nested", "[2,2]"] },
        { "FP32", "[2,2]", "[[[1,2]],[[3,4]]]", ["nested"] },
        { "FP32", "[2]", "[[1],[2]]", ["nested", "[2]"] },
        { "FP32", "[3]", "\"1,2,3\"", ["'x'", "array", "text"] },
        { "FP32", "[3]", "{\"0\":1}", ["'x'", "array", "an object"] },
        { "FP32", "[3]", "[true]", ["'x'", "FP32", "true"] },
        { "FP32", "[-1]", "[1]", ["shape", "x", "-1", "0 or more"] },
        { "FP32", "[1,-9223372036854775808]", "[1]", ["shape", "-9223372036854775808"] },
        { "FP32", "[1.0]", "[1]", ["shape", "1.0"] },
        { "FP32", "[\"1\"]", "[1]", ["shape", "text"] },
        { "FP32", "[null]", "[1]", ["shape", "null"] },
        { "FP32", "[[1]]", "[1]", ["shape", "an array"] },
        { "FP32", "1", "[1]", ["shape", "array"] },
        { "FP32", "null", "[1]", ["shape", "null"] },
        { "FP32", "[9223372036854775808]", "[1]", ["shape", "9223372036854775808"] },
        { "FP32", "[4294967296,4294967296]", "[1]", ["'x'", "4000000 elements"] },
        { "FP32", "[9223372036854775807,3]", "[1]", ["'x'", "4000000 elements"] },
        { "FP32", "[4000001]", "[1]", ["'x'", "4000000 elements"] },
        { "FP32", "[4000000]", "[1]", ["4000000 elements", "1 came"] },
        { "BYTES", "[2000,2000]", "[\"a\"]", ["4000000 elements", "1 came"] },
        { "FLOAT", "[1]", "[1]", ["datatype", "FLOAT", "FP32"] },
        { "fp32", "[1]", "[1]", ["datatype", "fp32", "FP32"] },
        { "", "[1]", "[1]", ["datatype", "FP32"] },
    };

    public static TheoryData<string, string[]> Bodies() => new()
    {
        { "", ["empty"] },
        { " ", ["byte 1", "before it is complete"] },
        { "[]", ["object", "an array"] },
        { "null", ["object", "null"] },
        { "\"x\"", ["object", "text"] },
        { "{}", ["no \"inputs\""] },
        { "{", ["byte 1"] },
        { "{\"inputs\":[", ["byte 11", "before it is complete"] },
        { "{\"inputs\":[]", ["byte 12", "before it is complete"] },
        { "{\"inputs\":[]}}", ["byte 13"] },
        { "{\"inputs\":[]} {}", ["byte 14"] },
        { "{\"inputs\":[]}\n\n  x", ["byte 17"] },
        { "{\"inputs\":null}", ["'inputs'", "null"] },
        { "{\"inputs\":{}}", ["'inputs'", "an object"] },
        { "{\"inputs\":[1]}", ["input 0", "1"] },
        { "{\"inputs\":[{" + Good + "},null]}", ["input 1", "null"] },
        { "{\"inputs\":[],\"inputs\":[]}", ["'inputs'", "twice", "byte 13"] },
        { "{\"inputs\":[],\"i\\u006eputs\":[]}", ["'inputs'", "twice"] },
        { "{\"a\":1,\"a\":2,\"inputs\":[]}", ["'a'", "twice"] },
        { "{\"inputs\":[],\"id\":\"a\",\"id\":\"b\"}", ["'id'", "twice"] },
        { "{\"inputs\":[],\"id\":5}", ["'id'", "5"] },
        { "{\"inputs\":[],\"outputs\":{}}", ["'outputs'", "an object"] },
        { "{\"inputs\":[],\"outputs\":[\"y\"]}", ["output 0", "\"name\""] },
        { "{\"inputs\":[],\"outputs\":[{}]}", ["Output 0", "\"name\""] },
        { "{\"inputs\":[],\"outputs\":[{\"name\":3}]}", ["output 0", "3"] },
        { "{\"inputs\":[],\"outputs\":[{\"name\":\"\"}]}", ["output 0", "empty"] },
        { "{\"inputs\":[],\"outputs\":[{\"name\":\"y\"},{\"name\":\"y\"}]}", ["'y'", "twice"] },
        { "{\"inputs\":[],\"outputs\":[{\"name\":\"y\",\"name\":\"y\"}]}", ["'name'", "twice"] },
        { "{\"inputs\":[],\"outputs\":[{\"name\":\"y\",\"parameters\":{\"binary_data\":3}}]}", ["'binary_data'", "y", "true or false", "3"] },
        { "{\"inputs\":[],\"outputs\":[{\"name\":\"y\",\"parameters\":[]}]}", ["\"parameters\"", "y", "an array"] },
        { "{\"inputs\":[],\"parameters\":[]}", ["\"parameters\"", "an array"] },
        { "{\"inputs\":[],\"parameters\":{\"timeout\":-5}}", ["'timeout'", "-5", "0 or more"] },
        { "{\"inputs\":[],\"parameters\":{\"timeout\":1.5}}", ["'timeout'", "1.5"] },
        { "{\"inputs\":[],\"parameters\":{\"timeout\":\"1\"}}", ["'timeout'", "text"] },
        { "{\"inputs\":[],\"parameters\":{\"timeout\":9223372036854775808}}", ["'timeout'"] },
        { "{\"inputs\":[],\"parameters\":{\"priority\":\"high\"}}", ["'priority'", "\"high\""] },
        { "{\"inputs\":[],\"parameters\":{\"priority\":-1}}", ["'priority'", "-1"] },
        { "{\"inputs\":[],\"parameters\":{\"binary_data_output\":1}}", ["'binary_data_output'", "true or false"] },
        { "{\"inputs\":[],\"parameters\":{\"routing_key\":7}}", ["'routing_key'", "7"] },
        { "{\"inputs\":[],\"parameters\":{\"a\":1,\"a\":1}}", ["'a'", "twice"] },
        { Wire.Input("\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1]"), ["Input 0", "no \"name\""] },
        { Wire.Input("\"name\":\"x\",\"shape\":[1],\"data\":[1]"), ["'x'", "no \"datatype\""] },
        { Wire.Input("\"name\":\"x\",\"datatype\":\"FP32\",\"data\":[1]"), ["'x'", "no \"shape\""] },
        { Wire.Input("\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\""), ["'x'", "neither", "binary_data_size"] },
        { Wire.Input("\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":null"), ["'x'", "neither"] },
        { Wire.Input("\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1],\"parameters\":{\"binary_data_size\":4}"), ["'x'", "both"] },
        { Wire.Input("\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":4}"), ["'x'", "Inference-Header-Content-Length", "missing"] },
        { Wire.Input("\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":-4}"), ["'binary_data_size'", "-4"] },
        { Wire.Input("\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":\"4\"}"), ["'binary_data_size'", "text"] },
        { Wire.Input("\"name\":\"x\",\"shape\":[1],\"datatype\":3,\"data\":[1]"), ["datatype", "3"] },
        { Wire.Input("\"name\":3,\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1]"), ["\"name\"", "3"] },
        { Wire.Input("\"name\":\"\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1]"), ["\"name\"", "empty"] },
        { Wire.Input(Good + ",\"data\":[1,2]"), ["'data'", "twice"] },
        { Wire.Input(Good + ",\"shape\":[2]"), ["'shape'", "twice"] },
        { Wire.Input(Good + ",\"zz\":1,\"zz\":2"), ["'zz'", "twice"] },
        { "{\"inputs\":[{" + Good + "},{" + Good + "}]}", ["'x'", "twice"] },
        { Wire.Input("\"name\":\"a\\u0007b\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1,2]"), ["'a?b'", "2 came"] },
    };

    public static TheoryData<string, string> Unsupported() => new()
    {
        { "{\"inputs\":[],\"parameters\":{\"sequence_id\":5}}", "sequence_id" },
        { "{\"inputs\":[],\"parameters\":{\"sequence_start\":true}}", "sequence_start" },
        { "{\"inputs\":[],\"parameters\":{\"sequence_end\":null}}", "sequence_end" },
        { "{\"inputs\":[],\"outputs\":[{\"name\":\"y\",\"parameters\":{\"classification\":3}}]}", "classification" },
        { "{\"inputs\":[],\"outputs\":[{\"name\":\"y\",\"parameters\":{\"shared_memory_region\":\"r\"}}]}", "shared_memory_region" },
        { Wire.Input("\"name\":\"x\",\"parameters\":{\"shared_memory_region\":\"r\"}"), "shared_memory_region" },
        { Wire.Input("\"name\":\"x\",\"parameters\":{\"shared_memory_byte_size\":8}"), "shared_memory_byte_size" },
        { Wire.Input("\"name\":\"x\",\"parameters\":{\"shared_memory_offset\":8}"), "shared_memory_offset" },
    };

    [Theory]
    [MemberData(nameof(Elements))]
    public void Elements_ThatDoNotFit_AreRefused(string datatype, string shape, string data, string[] words) => Refused(Wire.X(datatype, shape, data), words);

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Bodies_ThatAreWrong_AreRefused(string body, string[] words) => Refused(body, words);

    [Theory]
    [MemberData(nameof(Unsupported))]
    public void Features_NotDone_Are501(string body, string parameter)
    {
        InferenceWireException error = Wire.Error(() => Wire.Read(body));
        Assert.Equal(501, error.Status);
        Assert.Contains($"'{parameter}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_Over64_IsRefusedWithItsPlace()
    {
        Assert.NotNull(Wire.Read("{\"a\":" + new string('[', 63) + new string(']', 63) + ",\"inputs\":[]}"));
        Refused("{\"a\":" + new string('[', 64) + new string(']', 64) + ",\"inputs\":[]}", ["byte 68", "64"]);
    }

    [Fact]
    public void Body_ThatIsNotUtf8_IsRefusedWithItsPlace()
    {
        InferenceWireException error = Wire.Error(() => Wire.Read([.. "{\"id\":\""u8, 0xFF, .. "\",\"inputs\":[]}"u8], null));
        Assert.Equal(400, error.Status);
        Assert.Contains("UTF-8 at byte 7", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(256, true)]
    [InlineData(257, false)]
    [InlineData(1_000_000, false)]
    public void Inputs_OverTheLimit_AreRefused(int inputs, bool isTaken)
    {
        StringBuilder body = new("{\"inputs\":[");
        for (int i = 0; i < inputs; i++)
        {
            body.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : ",")}{{\"name\":\"x{i}\",\"shape\":[0],\"datatype\":\"INT8\",\"data\":[]}}");
        }

        Limited(body.Append("]}").ToString(), isTaken, "256 inputs", "byte");
    }

    [Theory]
    [InlineData(256, true)]
    [InlineData(257, false)]
    public void Outputs_OverTheLimit_AreRefused(int outputs, bool isTaken) =>
        Limited("{\"inputs\":[],\"outputs\":[" + string.Join(',', Enumerable.Range(0, outputs).Select(i => $"{{\"name\":\"y{i}\"}}")) + "]}", isTaken, "256 outputs");

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Parameters_OverTheLimit_AreRefused(int parameters, bool isTaken) =>
        Limited("{\"inputs\":[],\"parameters\":{" + string.Join(',', Enumerable.Range(0, parameters).Select(i => $"\"p{i}\":{i}")) + "}}", isTaken, "64 members");

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Dimensions_OverTheLimit_AreRefused(int rank, bool isTaken) =>
        Limited(Wire.X("FP32", "[" + string.Join(',', Enumerable.Repeat(1, rank)) + "]", "[1]"), isTaken, "64 dimensions");

    [Theory]
    [InlineData(256, true)]
    [InlineData(257, false)]
    public void Id_OverTheLimit_IsRefused(int length, bool isTaken) =>
        Limited("{\"inputs\":[],\"id\":\"" + new string('i', length) + "\"}", isTaken, "'id'", "256");

    [Theory]
    [InlineData(256, true)]
    [InlineData(257, false)]
    public void RoutingKey_OverTheLimit_IsRefused(int length, bool isTaken) =>
        Limited("{\"inputs\":[],\"parameters\":{\"routing_key\":\"" + new string('k', length) + "\"}}", isTaken, "'routing_key'", "256");

    [Theory]
    [InlineData(1_048_576, true)]
    [InlineData(1_048_577, false)]
    public void Text_OverTheLimit_IsRefused(int length, bool isTaken) => Limited(Wire.X("BYTES", "[1]", "[\"" + new string('t', length) + "\"]"), isTaken, "'x'", "1048576");

    [Theory]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public void Elements_OfAllInputs_AreCounted(int second, bool isTaken) =>
        Limited(
            "{\"inputs\":[{\"name\":\"a\",\"shape\":[2],\"datatype\":\"INT8\",\"data\":[1,2]},{\"name\":\"b\",\"shape\":[" + second + "],\"datatype\":\"INT8\",\"data\":["
                + string.Join(',', Enumerable.Repeat(1, second)) + "]}]}",
            isTaken,
            new OpenInferenceOptions { MaxElements = 5 },
            "'b'",
            "5 elements");

    [Fact]
    public void Rows_OverTheLimit_AreRefused_WhereTheModelHasRows()
    {
        OpenInferenceOptions options = new() { MaxRows = 2 };
        TensorSignature signature = new([new("x", TensorElementType.Float32, [-1]), new("w", TensorElementType.Float32, [3])], []);
        Assert.NotNull(Wire.Read(Wire.X("FP32", "[2]", "[1,2]"), signature, options));
        InferenceWireException error = Wire.Error(() => Wire.Read(Wire.X("FP32", "[3]", "[1,2,3]"), signature, options));
        Assert.Contains("3 rows", error.Message, StringComparison.Ordinal);
        Assert.NotNull(Wire.Read(Wire.X("FP32", "[3]", "[1,2,3]").Replace("\"x\"", "\"w\"", StringComparison.Ordinal), signature, options));
    }

    [Fact]
    public void Shape_LargerThanItsData_TakesNoMemory()
    {
        using InferenceRequest request = new();
        request.Body.Write(Encoding.UTF8.GetBytes(Wire.X("FP64", "[4000000]", "[1]")));
        InferenceRequestReader reader = new(new());
        Wire.Error(() => reader.Read(request));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InferenceWireException>(() => reader.Read(request));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
        Assert.Equal(0, request.NextValue().Count);
    }

    [Fact]
    public void Output_ThatTheModelHasNot_IsRefusedBeforeItRuns()
    {
        using InferenceRequest request = Wire.Read("{\"inputs\":[],\"outputs\":[{\"name\":\"q\"}]}");
        InferenceWireException error = Wire.Error(() => request.CheckOutputs(Wire.Linear));
        Assert.Equal(400, error.Status);
        Assert.Contains("'q'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'y' FP32[-1,1]", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"inputs\":[]}", false)]
    [InlineData("{\"inputs\":[],\"outputs\":[{\"name\":\"b\"}]}", false)]
    [InlineData("{\"inputs\":[],\"parameters\":{\"binary_data_output\":true}}", true)]
    [InlineData("{\"inputs\":[],\"parameters\":{\"binary_data_output\":true},\"outputs\":[{\"name\":\"b\",\"parameters\":{\"binary_data\":false}}]}", false)]
    [InlineData("{\"inputs\":[],\"outputs\":[{\"name\":\"b\",\"parameters\":{\"binary_data\":true}}]}", true)]
    [InlineData("{\"inputs\":[],\"outputs\":[{\"name\":\"f\"}]}", true)]
    public void Output_ThatIsBF16_IsOnlyBinary(string body, bool isTaken)
    {
        TensorSignature signature = new([], [new("f", TensorElementType.Float32, [-1]), new("b", TensorElementType.BFloat16, [-1])]);
        using InferenceRequest request = Wire.Read(body);
        if (isTaken)
        {
            request.CheckOutputs(signature);
        }
        else
        {
            Assert.Contains("BF16", Wire.Error(() => request.CheckOutputs(signature)).Message, StringComparison.Ordinal);
        }
    }

    private static void Limited(string body, bool isTaken, params string[] words) => Limited(body, isTaken, new OpenInferenceOptions(), words);

    private static void Limited(string body, bool isTaken, OpenInferenceOptions options, params string[] words)
    {
        if (isTaken)
        {
            using InferenceRequest request = Wire.Read(body, null, options);
            Assert.NotNull(request.Inputs);
        }
        else
        {
            Refused(body, words, options);
        }
    }

    private static void Refused(string body, string[] words, OpenInferenceOptions? options = null)
    {
        InferenceWireException error = Wire.Error(() => Wire.Read(body, null, options));
        Assert.Equal(400, error.Status);
        Assert.All(words, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
    }
}
