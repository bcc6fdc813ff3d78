namespace Lifecycle.AspNetCore.Tests;

/// <summary>Bodies that are read, each with what is read from it.</summary>
public sealed class RequestTableTests
{
    private const string Numbers = "\"name\":\"x\",\"shape\":[2],\"datatype\":\"FP32\"";

    public static TheoryData<string, string, string, string> Elements() => new()
    {
        { "BOOL", "[4]", "[true,false,1,0]", "true,false,true,false" },
        { "UINT8", "[2]", "[0,255]", "0,255" },
        { "UINT16", "[2]", "[0,65535]", "0,65535" },
        { "UINT32", "[2]", "[0,4294967295]", "0,4294967295" },
        { "UINT64", "[3]", "[0,18446744073709551615,-0]", "0,18446744073709551615,0" },
        { "INT8", "[2]", "[-128,127]", "-128,127" },
        { "INT16", "[2]", "[-32768,32767]", "-32768,32767" },
        { "INT32", "[2]", "[-2147483648,2147483647]", "-2147483648,2147483647" },
        { "INT64", "[3]", "[-9223372036854775808,9223372036854775807,9007199254740993]", "-9223372036854775808,9223372036854775807,9007199254740993" },
        { "FP16", "[3]", "[1.5,-65504,0.1]", "1.5,-65500,0.1" },
        { "FP16", "[1]", "[0.00048828125]", "0.0004883" },
        { "FP32", "[4]", "[0.1,1e38,-0,16777217]", "0.1,1E+38,-0,16777216" },
        { "FP32", "[3]", "[\"NaN\",\"Infinity\",\"-Infinity\"]", "NaN,Infinity,-Infinity" },
        { "FP16", "[3]", "[\"NaN\",\"Infinity\",\"-Infinity\"]", "NaN,Infinity,-Infinity" },
        { "FP64", "[3]", "[\"NaN\",\"Infinity\",\"-Infinity\"]", "NaN,Infinity,-Infinity" },
        { "FP64", "[3]", "[0.1,1.7976931348623157e308,5e-324]", "0.1,1.7976931348623157E+308,5E-324" },
        { "FP64", "[1]", "[9007199254740993]", "9007199254740992" },
        { "FP32", "[1]", "[1e-60]", "0" },
        { "BYTES", "[2]", "[\"a\",\"bc\"]", "\"a\",\"bc\"" },
        { "BYTES", "[1]", "[\"\"]", "\"\"" },
        { "BYTES", "[1]", "[\"\\u00e9\\n\\\"\\\\\\ud83d\\ude00/\\/\"]", "\"é\\n\\\"\\\\😀//\"" },
        { "BYTES", "[3]", "[\"\\t\",\"ü\",\"\\u0000\"]", "\"\\t\",\"ü\",\"\\u0000\"" },
        { "BYTES", "[2,1]", "[[\"a\"],[\"b\"]]", "\"a\",\"b\"" },
        { "FP32", "[]", "[5]", "5" },
        { "FP32", "[0]", "[]", "" },
        { "FP32", "[0,4]", "[]", "" },
        { "FP32", "[2,0]", "[]", "" },
        { "FP32", "[2,0]", "[[],[]]", "" },
        { "FP32", "[0,9223372036854775807]", "[]", "" },
        { "INT32", "[2,2]", "[1,2,3,4]", "1,2,3,4" },
        { "INT32", "[2,2]", "[[1,2],[3,4]]", "1,2,3,4" },
        { "INT32", "[2,1,2]", "[[[1,2]],[[3,4]]]", "1,2,3,4" },
        { "INT32", "[2,1,2]", "[1,2,3,4]", "1,2,3,4" },
        { "INT32", "[1,1,1,1]", "[[[[7]]]]", "7" },
        { "FP32", "[2]", " [ 1 ,\n\t2 ] ", "1,2" },
        { "FP32", "[2]", "[1,2e0]", "1,2" },
    };

    public static TheoryData<string, string> Forms() => new()
    {
        { Wire.Input("\"data\":[1,2]," + Numbers), "x FP32[2]: 1,2" },
        { Wire.Input("\"data\":[[1],[2]],\"datatype\":\"INT8\",\"shape\":[2,1],\"name\":\"x\""), "x INT8[2,1]: 1,2" },
        { Wire.Input("\"shape\":[2],\"data\":[\"a\\n\",\"b\"],\"datatype\":\"BYTES\",\"name\":\"x\""), "x BYTES[2]: \"a\\n\",\"b\"" },
        { Wire.Input(Numbers + ",\"parameters\":{},\"data\":[1,2]"), "x FP32[2]: 1,2" },
        { Wire.Input(Numbers + ",\"parameters\":null,\"data\":[1,2]"), "x FP32[2]: 1,2" },
        { Wire.Input(Numbers + ",\"parameters\":{\"content_type\":\"np\",\"deep\":{\"a\":[1,{}]}},\"data\":[1,2]"), "x FP32[2]: 1,2" },
        { Wire.Input(Numbers + ",\"extra\":{\"data\":[1]},\"data\":[1,2]"), "x FP32[2]: 1,2" },
        { Wire.Input("\"n\\u0061me\":\"\\u0078\",\"shape\":[1],\"datatype\":\"FP\\u00332\",\"data\":[1]"), "x FP32[1]: 1" },
        { Wire.Input("\"name\":\"größe\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1]"), "größe FP32[1]: 1" },
        { "{\"unknown\":[1,2,{\"inputs\":3}],\"inputs\":[{" + Numbers + ",\"data\":[1,2]}]}", "x FP32[2]: 1,2" },
        { "{\"id\":null,\"outputs\":null,\"parameters\":null,\"inputs\":[{" + Numbers + ",\"data\":[1,2]}]}", "x FP32[2]: 1,2" },
        { "{\"inputs\":[{" + Numbers + ",\"data\":[1,2]},{\"name\":\"z\",\"shape\":[1],\"datatype\":\"BOOL\",\"data\":[true]}]}", "x FP32[2]: 1,2; z BOOL[1]: true" },
        { "  {\"inputs\":[]}\r\n ", "" },
    };

    [Theory]
    [MemberData(nameof(Elements))]
    public void Elements_AreReadExactly(string datatype, string shape, string data, string expected)
    {
        using InferenceRequest request = Wire.Read(Wire.X(datatype, shape, data));
        Assert.Equal($"x {datatype}{shape}: {expected}", Wire.Show(request.Inputs));
    }

    [Theory]
    [MemberData(nameof(Elements))]
    public void Elements_BeforeTheirShape_AreReadAlike(string datatype, string shape, string data, string expected)
    {
        using InferenceRequest request = Wire.Read(Wire.Input($"\"data\":{data},\"shape\":{shape},\"datatype\":\"{datatype}\",\"name\":\"x\""));
        Assert.Equal($"x {datatype}{shape}: {expected}", Wire.Show(request.Inputs));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Forms_OfABody_AreRead(string body, string expected)
    {
        using InferenceRequest request = Wire.Read(body);
        Assert.Equal(expected, Wire.Show(request.Inputs));
    }

    [Fact]
    public void Parameters_AreRead()
    {
        using InferenceRequest request = Wire.Read(
            """
            {"id":"a\u0062c","parameters":{"timeout":2000000,"priority":3,"routing_key":"kund\u00e9","binary_data_output":true,"other":[1]},
             "inputs":[],"outputs":[{"name":"y"},{"name":"z","parameters":{"binary_data":false,"x":null}},{"name":"w","parameters":{"binary_data":true}}]}
            """);
        Lifecycle.Serving.PredictionOptions options = request.ToOptions("7", "header");
        Assert.Equal(TimeSpan.FromSeconds(2), options.Timeout);
        Assert.Equal(3, options.Priority);
        Assert.Equal("kundé", options.RoutingKey);
        Assert.Equal("abc", options.ClientId);
        Assert.Equal("7", options.Version);
        Assert.Equal(Guid.Empty, options.RequestId);
        Assert.True(request.BinaryOutputs);
        Assert.Equal([new("y", null), new("z", false), new("w", true)], Enumerable.Range(0, request.OutputCount).Select(request.Output));
    }

    [Fact]
    public void Parameters_ThatAreLeftOut_SayNothing()
    {
        using InferenceRequest request = Wire.Read("{\"inputs\":[],\"parameters\":{\"timeout\":0,\"priority\":0}}");
        Lifecycle.Serving.PredictionOptions options = request.ToOptions(null, "header");
        Assert.Equal(new Lifecycle.Serving.PredictionOptions { RoutingKey = "header" }, options);
        Assert.Equal(0, request.OutputCount);
        Assert.False(request.BinaryOutputs);
        Assert.False(request.HasId);
    }

    [Theory]
    [InlineData("9223372036854775807")]
    [InlineData("922337203685477581")]
    public void Timeout_ThatIsHuge_IsTheLongest(string timeout)
    {
        using InferenceRequest request = Wire.Read("{\"inputs\":[],\"parameters\":{\"timeout\":" + timeout + ",\"priority\":9223372036854775807}}");
        Assert.Equal(TimeSpan.MaxValue, request.Timeout);
        Assert.Equal(int.MaxValue, request.Priority);
    }

    [Theory]
    [InlineData("6f9619ff-8b86-d011-b42d-00cf4fc964ff")]
    [InlineData("6f9619ff8b86d011b42d00cf4fc964ff")]
    public void Id_ThatIsAGuid_IsTheRequestId(string id)
    {
        using InferenceRequest request = Wire.Read("{\"inputs\":[],\"id\":\"" + id + "\"}");
        Assert.Equal(Guid.Parse(id), request.ToOptions(null, null).RequestId);
        Assert.Null(request.ToOptions(null, null).ClientId);
    }

    [Fact]
    public void Id_OfTheLongestLength_IsTaken()
    {
        string id = string.Concat(Enumerable.Repeat("ü", 256));
        using InferenceRequest request = Wire.Read("{\"inputs\":[],\"id\":\"" + id + "\"}");
        Assert.Equal(id, request.ToOptions(null, null).ClientId);
    }
}
