using System.Text;
using Lifecycle.Serving;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>Rows in, predictions out, as containers take and give them.</summary>
public sealed class InstanceRowsTests
{
    private static readonly TensorSignature One = Inputs(new TensorSpec("x", TensorElementType.Float32, [-1, 2]));
    private static readonly TensorSignature Scalar = Inputs(new TensorSpec("x", TensorElementType.Int32, [-1, 1]));
    private static readonly TensorSignature Open = Inputs(new TensorSpec("x", TensorElementType.Float32, [-1, -1]));
    private static readonly TensorSignature Deep = Inputs(new TensorSpec("x", TensorElementType.Float32, [-1, 2, -1]));
    private static readonly TensorSignature Three = Inputs(
        new TensorSpec("a", TensorElementType.Float32, [-1, 1]),
        new TensorSpec("t", TensorElementType.Bytes, [-1]),
        new TensorSpec("v", TensorElementType.Int8, [-1, 2]));

    public static TheoryData<string, string, string> Json() => new()
    {
        { "one", "{\"instances\":[[1,2],[3,4]]}", "x FP32[2,2]: 1,2,3,4" },
        { "one", "{\"parameters\":{\"a\":1},\"instances\":[{\"x\":[1,2]}],\"other\":[]}", "x FP32[1,2]: 1,2" },
        { "one", "{\"instances\":[]}", "x FP32[0,2]: " },
        { "scalar", "{\"instances\":[1,[2],{\"x\":3},{\"x\":[4]}]}", "x INT32[4,1]: 1,2,3,4" },
        { "open", "{\"instances\":[[1,2,3],[4,5,6]]}", "x FP32[2,3]: 1,2,3,4,5,6" },
        { "open", "{\"instances\":[{\"x\":[]},[]]}", "x FP32[2,0]: " },
        { "open", "{\"instances\":[7]}", "x FP32[1,1]: 7" },
        { "open", "{\"instances\":[]}", "x FP32[0,0]: " },
        { "deep", "{\"instances\":[[[1,2,3],[4,5,6]]]}", "x FP32[1,2,3]: 1,2,3,4,5,6" },
        { "three", "{\"instances\":[{\"t\":\"b\",\"v\":[1,2],\"a\":0.5}]}", "a FP32[1,1]: 0.5; t BYTES[1]: \"b\"; v INT8[1,2]: 1,2" },
        { "three", "{\"instances\":[[0.5,\"b\\n\",[1,2]],[[1],[\"c\"],[3,4]]]}", "a FP32[2,1]: 0.5,1; t BYTES[2]: \"b\\n\",\"c\"; v INT8[2,2]: 1,2,3,4" },
        { "three", "{\"instances\":[{\"t\":\"b\",\"v\":[1,2],\"\\u0061\":\"NaN\"}]}", "a FP32[1,1]: NaN; t BYTES[1]: \"b\"; v INT8[1,2]: 1,2" },
    };

    public static TheoryData<string, string, string[]> JsonErrors() => new()
    {
        { "one", "", ["empty"] },
        { "one", "{}", ["\"instances\""] },
        { "one", "[]", ["object", "an array"] },
        { "one", "{\"instances\":5}", ["\"instances\"", "5"] },
        { "one", "{\"instances\":[],\"instances\":[]}", ["'instances'", "twice"] },
        { "one", "{\"instances\":[[1,2],[3]]}", ["Row 1", "'x'", "2 elements", "1 came"] },
        { "one", "{\"instances\":[[1,2],[3,4,5]]}", ["Row 1", "3 came"] },
        { "one", "{\"instances\":[[1,2],5]}", ["Row 1", "array of 2", "5"] },
        { "one", "{\"instances\":[[1,2],null]}", ["Row 1", "null"] },
        { "one", "{\"instances\":[{\"y\":[1,2]}]}", ["Row 0", "'y'", "'x' FP32[-1,2]"] },
        { "one", "{\"instances\":[{\"x\":[1,2],\"x\":[1,2]}]}", ["'x'", "twice"] },
        { "one", "{\"instances\":[{}]}", ["Row 0", "'x' FP32[-1,2]", "missing"] },
        { "one", "{\"instances\":[[1,NaN]]}", ["bare", "string"] },
        { "one", "{\"instances\":[[1,2]", ["before it is complete"] },
        { "one", "{\"instances\":[[1,2]]}x", ["byte 21"] },
        { "scalar", "{\"instances\":[1.5]}", ["Row 0", "INT32", "1.5"] },
        { "scalar", "{\"instances\":[[1,2]]}", ["Row 0", "1 elements", "2 came"] },
        { "open", "{\"instances\":[[1,2],[3,4,5]]}", ["Row 1", "2 elements", "3 came"] },
        { "deep", "{\"instances\":[[[1,2],[3]]]}", ["Row 0", "unevenly"] },
        { "three", "{\"instances\":[{\"t\":\"b\",\"a\":0.5}]}", ["Row 0", "'v' INT8[-1,2]", "missing"] },
        { "three", "{\"instances\":[[1,\"b\"]]}", ["Row 0", "2 values", "takes 3"] },
        { "three", "{\"instances\":[[1,\"b\",[1,2],4]]}", ["Row 0", "4 values", "takes 3"] },
        { "three", "{\"instances\":[5]}", ["Row 0", "5", "object"] },
        { "three", "{\"instances\":[[1,\"b\",[1,128]]]}", ["Row 0", "'v'", "128"] },
    };

    public static TheoryData<string, string, string> Csv() => new()
    {
        { "one", "1,2\n3,4\n", "x FP32[2,2]: 1,2,3,4" },
        { "one", "1,2\r\n3,4", "x FP32[2,2]: 1,2,3,4" },
        { "one", "\r\n 1 ,\t2\r\n\r\n3,4\r\n\r\n", "x FP32[2,2]: 1,2,3,4" },
        { "one", "nan,-inf\nInfinity,1e3", "x FP32[2,2]: NaN,-Infinity,Infinity,1000" },
        { "one", "\"1\",\"2\"\r\n", "x FP32[1,2]: 1,2" },
        { "scalar", "5\n6", "x INT32[2,1]: 5,6" },
        { "three", "0.5,b,1,2\n1,\"c,\"\"d\"\"\ne\",3,4\n", "a FP32[2,1]: 0.5,1; t BYTES[2]: \"b\",\"c,\\\"d\\\"\\ne\"; v INT8[2,2]: 1,2,3,4" },
        { "three", "0.5,,1,2", "a FP32[1,1]: 0.5; t BYTES[1]: \"\"; v INT8[1,2]: 1,2" },
        { "three", "0.5,\"\",1,2", "a FP32[1,1]: 0.5; t BYTES[1]: \"\"; v INT8[1,2]: 1,2" },
        { "three", "0.5, b\rc ,1,2", "a FP32[1,1]: 0.5; t BYTES[1]: \" b\\rc \"; v INT8[1,2]: 1,2" },
    };

    public static TheoryData<string, string, string[]> CsvErrors() => new()
    {
        { "one", "", ["empty"] },
        { "one", "\n\r\n", ["empty"] },
        { "one", "1,2\n3", ["Row 1", "1 columns", "takes 2"] },
        { "one", "1,2,3", ["Row 0", "3 columns", "takes 2"] },
        { "one", "1,2,", ["Row 0", "3 columns"] },
        { "one", "x1,x2\n1,2", ["Row 0", "'x'", "x1"] },
        { "one", "1,", ["Row 0", "FP32", "''"] },
        { "one", "1,1e39", ["Row 0", "1e39", "range"] },
        { "one", "1,\"2", ["Row 0", "do not close", "byte 2"] },
        { "one", "1,\"2\"3", ["Row 0", "behind closing quotes"] },
        { "one", "1,2\"\n3\"", ["Row 0", "quote within a field"] },
        { "one", "1\r2,3", ["Row 0", "'1?2'"] },
        { "scalar", "1.0", ["Row 0", "INT32", "1.0", "integer"] },
        { "scalar", "2147483648", ["Row 0", "-2147483648 to 2147483647"] },
        { "three", "1,b,1,300", ["Row 0", "'v'", "-128 to 127"] },
    };

    [Theory]
    [MemberData(nameof(Json))]
    public void Instances_AreRead(string model, string body, string expected)
    {
        using InferenceRequest request = Request(body);
        Assert.True(new InstanceRows(new()).HasInstances(request));
        int rows = new InstanceRows(new()).ReadJson(request, Model(model));
        Assert.Equal(expected, Wire.Show(request.Inputs));
        Assert.Equal(rows, request.Inputs[0].Value.Shape[0]);
    }

    [Theory]
    [MemberData(nameof(JsonErrors))]
    public void Instances_ThatDoNotFit_AreRefused(string model, string body, string[] words) =>
        Refused(words, () => new InstanceRows(new()).ReadJson(Request(body), Model(model)));

    [Theory]
    [MemberData(nameof(Csv))]
    public void Csv_IsRead(string model, string body, string expected)
    {
        using InferenceRequest request = Request(body);
        int rows = new InstanceRows(new()).ReadCsv(request, Model(model));
        Assert.Equal(expected, Wire.Show(request.Inputs));
        Assert.Equal(rows, request.Inputs[0].Value.Shape[0]);
    }

    [Theory]
    [MemberData(nameof(CsvErrors))]
    public void Csv_ThatDoesNotFit_IsRefused(string model, string body, string[] words) =>
        Refused(words, () => new InstanceRows(new()).ReadCsv(Request(body), Model(model)));

    [Theory]
    [InlineData("one", "[1,2]\n[3,4]\n", "x FP32[2,2]: 1,2,3,4")]
    [InlineData("one", "\n{\"x\":[1,2]}\r\n  \n[3,4]", "x FP32[2,2]: 1,2,3,4")]
    [InlineData("open", "[1,2]\n[3,4]\n", "x FP32[2,2]: 1,2,3,4")]
    [InlineData("three", "[1,\"\\u0061\",[1,2]]\n[1,\"\\u0062\\n\",[1,2]]", "a FP32[2,1]: 1,1; t BYTES[2]: \"a\",\"b\\n\"; v INT8[2,2]: 1,2,1,2")]
    public void JsonLines_AreRead(string model, string body, string expected)
    {
        using InferenceRequest request = Request(body);
        new InstanceRows(new()).ReadJsonLines(request, Model(model));
        Assert.Equal(expected, Wire.Show(request.Inputs));
    }

    [Theory]
    [InlineData("one", " \n", "empty")]
    [InlineData("one", "[1,2]\n[3,4", "Row 1")]
    [InlineData("one", "[1,2] [3,4]", "Row 0")]
    [InlineData("one", "[1,2]\n[3,4]]", "Row 1")]
    [InlineData("one", "[1,2]\n[3,4,5]", "Row 1")]
    [InlineData("one", "[1,2]\n[3,NaN]", "Row 1")]
    public void JsonLines_ThatDoNotFit_AreRefused(string model, string body, string word) =>
        Refused([word], () => new InstanceRows(new()).ReadJsonLines(Request(body), Model(model)));

    [Fact]
    public void Rows_OverTheLimits_AreRefused()
    {
        InstanceRows rows = new(new OpenInferenceOptions { MaxRows = 2, MaxElements = 3 });
        Assert.Equal(1, rows.ReadJson(Request("{\"instances\":[[1,2]]}"), One));
        Refused(["3 elements"], () => rows.ReadJson(Request("{\"instances\":[[1,2],[1,2]]}"), One));
        Refused(["2 rows"], () => rows.ReadJson(Request("{\"instances\":[1,2,3]}"), Scalar));
        Refused(["2 rows"], () => rows.ReadJsonLines(Request("1\n2\n3"), Scalar));
        Refused(["2 rows"], () => rows.ReadCsv(Request("1\n2\n3"), Scalar));
    }

    [Fact]
    public void Model_WithoutRows_Is501()
    {
        TensorSignature[] models = [Inputs(new TensorSpec("x", TensorElementType.Int8, [3])), Inputs(new TensorSpec("x", TensorElementType.Int8, [])), TensorSignature.Empty];
        foreach (TensorSignature model in models)
        {
            Assert.Equal(501, Wire.Error(() => new InstanceRows(new()).ReadJson(Request("{\"instances\":[1]}"), model)).Status);
        }

        Assert.Equal(501, Wire.Error(() => new InstanceRows(new()).ReadCsv(Request("1"), Open)).Status);
    }

    [Fact]
    public void Request_OfTheProtocol_HasNoInstances()
    {
        using InferenceRequest request = Request("{\"inputs\":[{\"name\":\"x\",\"shape\":[1,1],\"datatype\":\"INT32\",\"data\":[1]}]}");
        Assert.False(new InstanceRows(new()).HasInstances(request));
        new InferenceRequestReader(new()).Read(request);
        Assert.Equal("x INT32[1,1]: 1", Wire.Show(request.Inputs));
    }

    [Fact]
    public void Predictions_OfOneValue_AreScalars()
    {
        using TensorSet outputs = TensorSet.Of(("y", TensorValue.From([1.5f, float.NaN], [2, 1])));
        Written(outputs, Outputs(("y", TensorElementType.Float32, [-1, 1])), 2, "{\"predictions\":[1.5,\"NaN\"]}", "1.5\n\"NaN\"\n", "1.5\nNaN\n");
    }

    [Fact]
    public void Predictions_OfOneVector_AreArrays()
    {
        using TensorSet outputs = TensorSet.Of(("y", TensorValue.From([1, 2, 3, 4], [2, 2])));
        Written(outputs, Outputs(("y", TensorElementType.Int32, [-1, 2])), 2, "{\"predictions\":[[1,2],[3,4]]}", "[1,2]\n[3,4]\n", "1,2\n3,4\n");
        using TensorSet deep = TensorSet.Of(("y", TensorValue.From([1, 2, 3, 4], [1, 2, 2])));
        Written(deep, Outputs(("y", TensorElementType.Int32, [-1, 2, 2])), 1, "{\"predictions\":[[[1,2],[3,4]]]}", "[[1,2],[3,4]]\n", "1,2,3,4\n");
        using TensorSet none = TensorSet.Of(("y", TensorValue.From<int>([], [1, 0])));
        Written(none, Outputs(("y", TensorElementType.Int32, [-1, 0])), 1, "{\"predictions\":[[]]}", "[]\n", "\n");
    }

    [Fact]
    public void Predictions_OfSeveralOutputs_AreObjects_InTheOrderOfTheModel()
    {
        using TensorSet outputs = TensorSet.Of(("p", TensorValue.From([0.25f, 0.75f], [1, 2])), ("l", TensorValue.From(["a,\"b\""], [1])));
        Written(
            outputs,
            Outputs(("l", TensorElementType.Bytes, [-1]), ("p", TensorElementType.Float32, [-1, 2])),
            1,
            "{\"predictions\":[{\"l\":\"a,\\\"b\\\"\",\"p\":[0.25,0.75]}]}",
            "{\"l\":\"a,\\\"b\\\"\",\"p\":[0.25,0.75]}\n",
            "\"a,\"\"b\"\"\",0.25,0.75\n");
    }

    [Fact]
    public void Predictions_WithoutRows_AreEmpty_AndOutputsWithoutRowsAre501()
    {
        TensorSignature signature = Outputs(("y", TensorElementType.Int32, [-1, 2]));
        using TensorSet none = TensorSet.Of(("y", TensorValue.From<int>([], [0, 2])));
        Written(none, signature, 0, "{\"predictions\":[]}", "", "");
        using PooledBytes to = new();
        Assert.Equal(501, Wire.Error(() => PredictionRows.WriteJson(none, signature, 3, to)).Status);
    }

    private static void Written(TensorSet outputs, TensorSignature signature, int rows, string json, string lines, string csv)
    {
        using PooledBytes to = new();
        PredictionRows.WriteJson(outputs, signature, rows, to);
        Assert.Equal(json, Wire.Text(to));
        to.Clear();
        PredictionRows.WriteJsonLines(outputs, signature, rows, to);
        Assert.Equal(lines, Wire.Text(to));
        to.Clear();
        PredictionRows.WriteCsv(outputs, signature, rows, to);
        Assert.Equal(csv, Wire.Text(to));
    }

    private static void Refused(string[] words, Action read)
    {
        InferenceWireException error = Wire.Error(read);
        Assert.Equal(400, error.Status);
        Assert.All(words, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
    }

    private static InferenceRequest Request(string body)
    {
        InferenceRequest request = new();
        request.Body.Write(Encoding.UTF8.GetBytes(body));
        return request;
    }

    private static TensorSignature Model(string name) => name switch
    {
        "one" => One,
        "scalar" => Scalar,
        "open" => Open,
        "deep" => Deep,
        _ => Three,
    };

    private static TensorSignature Inputs(params TensorSpec[] inputs) => new(inputs, []);

    private static TensorSignature Outputs(params (string Name, TensorElementType Type, TensorShape Shape)[] outputs) =>
        new([], outputs.Select(o => new TensorSpec(o.Name, o.Type, o.Shape)));
}
