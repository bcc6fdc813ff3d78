using static Lifecycle.AspNetCore.Tests.WireCase;

namespace Lifecycle.AspNetCore.Tests;

internal static partial class WireCases
{
    private const string Ramp = "[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]";
    private const string Ones = "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]";
    private const string Sums = "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]";
    private const string Differences = "[-1,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14]";

    /// <summary>Requests that are answered.</summary>
    public static IEnumerable<WireCase> Json =>
    [
        Post(
            "add and subtract", "/v2/models/simple/infer", SimpleRequest(""),
            $$"""{"model_name":"simple","model_version":"1","outputs":[{{Output("OUTPUT0", Sums)}},{{Output("OUTPUT1", Differences)}}]}"""),
        Post("by version", "/v2/models/stamp/versions/2/infer", X("INT32", "[1,1]", "[0]"), """{"model_name":"stamp","model_version":"2","outputs":""" + Y("INT32", "[1,1]", "[2]") + "}")
            with { Answers = [("Lifecycle-Model-Version", "2")] },
        Post("by alias", "/v2/models/stamp/versions/latest/infer", X("INT32", "[1,1]", "[0]"), """{"model_name":"stamp","model_version":"10","outputs":""" + Y("INT32", "[1,1]", "[10]") + "}"),
        Post("without a version: the latest", "/v2/models/stamp/infer", X("INT32", "[1,1]", "[0]"), """{"model_name":"stamp","model_version":"10","outputs":""" + Y("INT32", "[1,1]", "[10]") + "}"),
        Infer("texts that are numbers", "simple_string", Texts(), $$"""[{{TextOutput("OUTPUT0", Sums)}},{{TextOutput("OUTPUT1", Differences)}}]"""),
        Infer("a text with escapes", "identity_BYTES", X("BYTES", "[1,2]", """["a\n\u00e9","\"\\"]"""), Y("BYTES", "[1,2]", "[\"a\\né\",\"\\\"\\\\\"]")),
        Infer("nested data", "cube", X("INT32", "[2,2,3]", "[[[1,2,3],[4,5,6]],[[7,8,9],[10,11,12]]]"), Y("INT32", "[2,2,3]", "[1,2,3,4,5,6,7,8,9,10,11,12]")),
        Infer("flat data", "cube", X("INT32", "[1,2,3]", "[1,2,3,4,5,6]"), Y("INT32", "[1,2,3]", "[1,2,3,4,5,6]")),
        Infer("keys in another order", "identity_INT64", """{"inputs":[{"data":[[1],[2]],"datatype":"INT64","parameters":{},"name":"x","shape":[2,1]}]}""", Y("INT64", "[2,1]", "[1,2]")),
        Infer("inputs behind the outputs", "identity_INT8", """{"outputs":[{"name":"y"}],"id":"a","inputs":[{"shape":[1,1],"data":[-128],"name":"x","datatype":"INT8"}]}""", Y("INT8", "[1,1]", "[-128]")),
        Infer("unknown keys and parameters", "identity_UINT8", """{"more":[{}],"parameters":{"a":{"b":[1]}},"inputs":[{"name":"x","shape":[1,1],"datatype":"UINT8","data":[255],"else":null,"parameters":{"b":2}}]}""", Y("UINT8", "[1,1]", "[255]")),
        Infer("null where nothing need be", "identity_UINT16", """{"id":"","parameters":{"timeout":null},"inputs":[{"name":"x","shape":[1,1],"datatype":"UINT16","data":[65535]}]}""", Y("UINT16", "[1,1]", "[65535]")),
        Infer("white space", "identity_INT16", " \r\n\t" + X("INT16", "[ 1 , 1 ]", "[ -32768 ]") + " \n", Y("INT16", "[1,1]", "[-32768]")),
        Infer("booleans as words and digits", "identity_BOOL", X("BOOL", "[1,4]", "[true,false,1,0]"), Y("BOOL", "[1,4]", "[true,false,true,false]")),
        Infer("the largest INT64", "identity_INT64", X("INT64", "[1,2]", "[9223372036854775807,-9223372036854775808]"), Y("INT64", "[1,2]", "[9223372036854775807,-9223372036854775808]")),
        Infer("the largest UINT64", "identity_UINT64", X("UINT64", "[1,1]", "[18446744073709551615]"), Y("UINT64", "[1,1]", "[18446744073709551615]")),
        Infer("the largest UINT32", "identity_UINT32", X("UINT32", "[1,1]", "[4294967295]"), Y("UINT32", "[1,1]", "[4294967295]")),
        Infer("FP32, shortest", "identity_FP32", X("FP32", "[1,4]", "[0.1,1e10,3,-0.5]"), Y("FP32", "[1,4]", "[0.1,1E+10,3,-0.5]")),
        Infer("FP64, shortest", "identity_FP64", X("FP64", "[1,2]", "[0.1,1.7976931348623157e308]"), Y("FP64", "[1,2]", "[0.1,1.7976931348623157E+308]")),
        Infer("FP16", "identity_FP16", X("FP16", "[1,2]", "[1.5,65504]"), Y("FP16", "[1,2]", "[1.5,65500]")),
        Infer("what is not finite", "identity_FP32", X("FP32", "[1,3]", "[\"NaN\",\"Infinity\",\"-Infinity\"]"), Y("FP32", "[1,3]", "[\"NaN\",\"Infinity\",\"-Infinity\"]")),
        Infer("no rows", "identity_FP32", X("FP32", "[0,3]", "[]"), Y("FP32", "[0,0]", "[]")),
        Infer("fixed sizes", "fixed", X("FP64", "[2,2]", "[[1,2],[3,4]]"), Y("FP64", "[2,2]", "[1,2,3,4]")),
        Infer("a typed function", "loans", Loans, """[{"name":"Approved","shape":[2,1],"datatype":"BOOL","data":[true,false]},{"name":"Score","shape":[2,1],"datatype":"FP32","data":[0.5,0]}]"""),
        Infer("one output of two", "simple", SimpleRequest(",\"outputs\":[{\"name\":\"OUTPUT1\"}]"), $"[{Output("OUTPUT1", Differences)}]"),
        Infer("outputs in the order asked", "simple", SimpleRequest(",\"outputs\":[{\"name\":\"OUTPUT1\"},{\"name\":\"OUTPUT0\"}]"), $"[{Output("OUTPUT1", Differences)},{Output("OUTPUT0", Sums)}]"),
        Infer("no outputs named: all", "simple", SimpleRequest(",\"outputs\":[]"), $"[{Output("OUTPUT0", Sums)},{Output("OUTPUT1", Differences)}]"),
        PostHas("the id comes back", "/v2/models/stamp/infer", X("INT32", "[1,1]", "[0]", ",\"id\":\"order 42 \\u00e9\""), "\"id\":\"order 42 é\""),
        PostHas("an id of nothing comes back", "/v2/models/stamp/infer", X("INT32", "[1,1]", "[0]", ",\"id\":\"\""), "\"id\":\"\""),
        PostHas("a UUID is the request id", "/v2/models/stamp/infer", X("INT32", "[1,1]", "[0]", ",\"id\":\"019a3f00-1111-7222-8333-444455556666\""), "\"id\":\"019a3f00-1111-7222-8333-444455556666\"")
            with { Answers = [("Lifecycle-Request-Id", "019a3f00111172228333444455556666")] },
        Infer("a time that is enough", "stamp", X("INT32", "[1,1]", "[0]", ",\"parameters\":{\"timeout\":60000000}"), Y("INT32", "[1,1]", "[10]")),
        Infer("a timeout of 0 is none", "stamp", X("INT32", "[1,1]", "[0]", ",\"parameters\":{\"timeout\":0}"), Y("INT32", "[1,1]", "[10]")),
        Infer("a priority above the levels", "stamp", X("INT32", "[1,1]", "[0]", ",\"parameters\":{\"priority\":99}"), Y("INT32", "[1,1]", "[10]")),
        Infer("a routing key as parameter", "stamp", X("INT32", "[1,1]", "[0]", ",\"parameters\":{\"routing_key\":\"customer 4\"}"), Y("INT32", "[1,1]", "[10]")),
        Infer("a routing key as header", "stamp", X("INT32", "[1,1]", "[0]"), Y("INT32", "[1,1]", "[10]")) with { Headers = [("Lifecycle-Routing-Key", "customer 4")] },
        .. new[] { "text/plain", "application/octet-stream", "application/vnd.something+json", "application/json; charset=utf-8" }.Select(type =>
            Infer("content type " + type, "stamp", X("INT32", "[1,1]", "[0]"), Y("INT32", "[1,1]", "[10]")) with { Headers = [("Content-Type", type)] }),
        .. new[] { "gzip", "deflate", "br" }.Select(encoding => Infer("encoding " + encoding, "stamp", "", Y("INT32", "[1,1]", "[10]")) with
        {
            Headers = [("Content-Encoding", encoding)], Body = Pack(encoding, Utf8(X("INT32", "[1,1]", "[0]"))),
        }),
        Infer("encoding identity", "stamp", X("INT32", "[1,1]", "[0]"), Y("INT32", "[1,1]", "[10]")) with { Headers = [("Content-Encoding", "identity")] },
    ];

    /// <summary>Binary tensors, in and out.</summary>
    public static IEnumerable<WireCase> Binary =>
    [
        .. Exact.Select(e => WireCase.Binary($"binary {e.Type}", "identity_" + e.Type, 200, Header(e.Type, e.Shape, e.Hex) + All, Hex(e.Hex)) with
        {
            Contains = [$"{{\"name\":\"y\",\"shape\":{e.Shape},\"datatype\":\"{e.Type}\",\"parameters\":{{\"binary_data_size\":{Hex(e.Hex).Length}}}}}"],
            Tail = Hex(e.Hex),
            Answers = [("Content-Type", "application/octet-stream")],
        }),
        WireCase.Binary("binary in, JSON out", "identity_FP32", 200, Header("FP32", "[1,1]", "0000C03F") + "}", Hex("0000C03F")) with
        {
            Contains = [Y("FP32", "[1,1]", "[1.5]")], Answers = [("Content-Type", "application/json")],
        },
        Infer("JSON in, binary out", "identity_FP32", X("FP32", "[1,1]", "[1.5]", All[..^1]), """[{"name":"y","shape":[1,1],"datatype":"FP32","parameters":{"binary_data_size":4}}]""") with { Tail = Hex("0000C03F") },
        Infer("an output says binary", "simple", SimpleRequest(",\"outputs\":[{\"name\":\"OUTPUT0\"},{\"name\":\"OUTPUT1\",\"parameters\":{\"binary_data\":true}}]"),
            "[" + Output("OUTPUT0", Sums) + """,{"name":"OUTPUT1","shape":[1,16],"datatype":"INT32","parameters":{"binary_data_size":64}}]""") with { Tail = Numbers(-1) },
        Infer("an output says not binary", "simple", SimpleRequest(",\"parameters\":{\"binary_data_output\":true},\"outputs\":[{\"name\":\"OUTPUT0\",\"parameters\":{\"binary_data\":false}},{\"name\":\"OUTPUT1\"}]"),
            "[" + Output("OUTPUT0", Sums) + """,{"name":"OUTPUT1","shape":[1,16],"datatype":"INT32","parameters":{"binary_data_size":64}}]""") with { Tail = Numbers(-1) },
        WireCase.Binary(
            "one input binary, one JSON", "simple", 200,
            """{"inputs":[{"name":"INPUT0","shape":[1,16],"datatype":"INT32","parameters":{"binary_data_size":64}},{"name":"INPUT1","shape":[1,16],"datatype":"INT32","data":""" + Ones + "}]}",
            Numbers(0)) with { Contains = [Output("OUTPUT0", Sums)] },
        WireCase.Binary("binary, no rows", "identity_INT16", 200, Header("INT16", "[0,4]", "") + "}", []) with { Contains = [Y("INT16", "[0,0]", "[]")] },
        new("raw FP32", HttpMethod.Post, "/v2/models/linear/infer", Hex(string.Concat(Enumerable.Repeat("0000803F", 10))), 200)
        {
            Headers = [("Inference-Header-Content-Length", "0"), ("Content-Type", "application/octet-stream")],
            Contains = ["""{"name":"y","shape":[1,1],"datatype":"FP32","parameters":{"binary_data_size":4}}"""],
            Tail = Hex("0000EC40"),
        },
        new("raw of an open size", HttpMethod.Post, "/v2/models/identity_INT32/infer", Hex("01000000 02000000"), 200)
        {
            Headers = [("Inference-Header-Content-Length", "0")], Contains = ["\"shape\":[1,2]"], Tail = Hex("01000000 02000000"),
        },
        new("raw text", HttpMethod.Post, "/v2/models/simple_identity/infer", Utf8("the whole body"), 200)
        {
            Headers = [("Inference-Header-Content-Length", "0")], Contains = ["\"shape\":[1,1]", "\"binary_data_size\":18"], Tail = [14, 0, 0, 0, .. Utf8("the whole body")],
        },
        WireCase.Binary("gzip around binary", "identity_FP32", 200, Header("FP32", "[1,1]", "0000C03F") + All, []) with
        {
            Headers = [("Content-Encoding", "gzip"), ("Inference-Header-Content-Length", $"{(Header("FP32", "[1,1]", "0000C03F") + All).Length}")],
            Body = Pack("gzip", [.. Utf8(Header("FP32", "[1,1]", "0000C03F") + All), .. Hex("0000C03F")]),
            Tail = Hex("0000C03F"),
        },
    ];

    private static (string Type, string Shape, string Hex)[] Exact =>
    [
        ("BOOL", "[1,2]", "0100"), ("UINT8", "[1,2]", "00FF"), ("UINT16", "[1,1]", "FFFF"), ("UINT32", "[1,1]", "01000080"), ("UINT64", "[1,1]", "FFFFFFFFFFFFFFFF"), ("INT8", "[2,1]", "80FF"),
        ("INT16", "[1,1]", "0080"), ("INT32", "[1,1]", "00000080"), ("INT64", "[1,1]", "FFFFFFFFFFFFFFFF"), ("FP16", "[1,1]", "003E"), ("FP32", "[1,2]", "0000C03F0000C0FF"), ("FP64", "[1,1]", "000000000000F87F"),
        ("BF16", "[1,2]", "C03F80FF"), ("BYTES", "[1,2]", "01000000 61 02000000 6263"),
    ];

    private const string All = ",\"parameters\":{\"binary_data_output\":true}}";

    private const string Loans =
        """{"inputs":[{"name":"LoanToValue","shape":[2,1],"datatype":"FP32","data":[0.5,1]},{"name":"Purpose","shape":[2],"datatype":"BYTES","data":["house","boat"]}]}""";

    private static string Header(string datatype, string shape, string hex) =>
        $"{{\"inputs\":[{{\"name\":\"x\",\"shape\":{shape},\"datatype\":\"{datatype}\",\"parameters\":{{\"binary_data_size\":{Hex(hex).Length}}}}}]";

    private static string SimpleRequest(string more) =>
        $$"""{"inputs":[{"name":"INPUT0","shape":[1,16],"datatype":"INT32","data":{{Ramp}}},{"name":"INPUT1","shape":[1,16],"datatype":"INT32","data":{{Ones}}}]{{more}}}""";

    private static string Output(string name, string data) => $$"""{"name":"{{name}}","shape":[1,16],"datatype":"INT32","data":{{data}}}""";

    private static string TextOutput(string name, string numbers) => $$"""{"name":"{{name}}","shape":[1,16],"datatype":"BYTES","data":{{Quoted(numbers)}}}""";

    private static string Texts() =>
        $$"""{"inputs":[{"name":"INPUT0","shape":[1,16],"datatype":"BYTES","data":{{Quoted(Ramp)}}},{"name":"INPUT1","shape":[1,16],"datatype":"BYTES","data":{{Quoted(Ones)}}}]}""";

    private static string Quoted(string numbers) => "[" + string.Join(',', numbers[1..^1].Split(',').Select(n => $"\"{n}\"")) + "]";

    private static byte[] Numbers(int first) => [.. Enumerable.Range(first, 16).SelectMany(BitConverter.GetBytes)];
}
