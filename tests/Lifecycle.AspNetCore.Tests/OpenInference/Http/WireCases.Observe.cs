using static Lifecycle.AspNetCore.Tests.WireCase;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>The rules, in tables.</summary>
internal static partial class WireCases
{
    private const string SimpleTensors =
        "\"inputs\":[{\"name\":\"INPUT0\",\"datatype\":\"INT32\",\"shape\":[-1,16]},{\"name\":\"INPUT1\",\"datatype\":\"INT32\",\"shape\":[-1,16]}],"
        + "\"outputs\":[{\"name\":\"OUTPUT0\",\"datatype\":\"INT32\",\"shape\":[-1,16]},{\"name\":\"OUTPUT1\",\"datatype\":\"INT32\",\"shape\":[-1,16]}]}";

    /// <summary>Server, health, models, configuration, statistics, the index of the repository.</summary>
    public static IEnumerable<WireCase> Observe =>
    [
        GetHas("server", "/v2", "{\"name\":\"lifecycle\",\"version\":\"", "\"extensions\":[\"binary_tensor_data\",\"model_repository\",\"model_configuration\",\"statistics\",\"schedule_policy\"]"),
        GetHas("server with a slash", "/v2/", "\"name\":\"lifecycle\""),
        Get("live", "/v2/health/live", "{\"live\":true}"),
        Get("ready", "/v2/health/ready", "{\"live\":true,\"ready\":true}"),
        Get("health as text", "/health", "OK"),
        GetHas("models", "/v2/models", "{\"models\":[\"linear\",\"simple\",\"simple_string\""),
        Get("metadata", "/v2/models/simple", "{\"name\":\"simple\",\"versions\":[\"1\"],\"platform\":\"function\"," + SimpleTensors),
        GetHas("metadata names all versions", "/v2/models/stamp", "\"versions\":[\"1\",\"2\",\"10\"]"),
        Get("metadata by version", "/v2/models/simple/versions/1", "{\"name\":\"simple\",\"versions\":[\"1\"],\"platform\":\"function\"," + SimpleTensors),
        GetHas("metadata by alias", "/v2/models/stamp/versions/latest", "{\"name\":\"stamp\""),
        GetHas("metadata of a typed function", "/v2/models/loans", "\"name\":\"LoanToValue\",\"datatype\":\"FP32\",\"shape\":[-1,1]", "\"name\":\"Purpose\",\"datatype\":\"BYTES\""),
        GetHas("metadata of fixed sizes", "/v2/models/fixed", "\"datatype\":\"FP64\",\"shape\":[2,2]"),
        GetBad("metadata of an unknown model", 404, "/v2/models/nobody", "Request for unknown model: 'nobody' is not served"),
        GetBad("metadata of an unknown version", 404, "/v2/models/stamp/versions/9", "Request for unknown model: version '9' of 'stamp' is not served; served: 1, 2, 10"),
        Get("model ready", "/v2/models/simple/ready", "{\"name\":\"simple\",\"ready\":true}"),
        Get("model ready by version", "/v2/models/stamp/versions/2/ready", "{\"name\":\"stamp\",\"ready\":true}"),
        Get("model ready by alias", "/v2/models/stamp/versions/latest/ready", "{\"name\":\"stamp\",\"ready\":true}"),
        GetBad("ready of an unknown model", 404, "/v2/models/nobody/ready", "unknown model: 'nobody'"),
        GetBad("ready of an unknown version", 404, "/v2/models/stamp/versions/9/ready", "version '9'"),
        Get(
            "config", "/v2/models/simple/config",
            "{\"name\":\"simple\",\"platform\":\"function\",\"max_batch_size\":0,\"input\":[{\"name\":\"INPUT0\",\"data_type\":\"TYPE_INT32\",\"dims\":[-1,16]},{\"name\":\"INPUT1\",\"data_type\":\"TYPE_INT32\",\"dims\":[-1,16]}],"
            + "\"output\":[{\"name\":\"OUTPUT0\",\"data_type\":\"TYPE_INT32\",\"dims\":[-1,16]},{\"name\":\"OUTPUT1\",\"data_type\":\"TYPE_INT32\",\"dims\":[-1,16]}]}"),
        GetHas("config by version", "/v2/models/stamp/versions/1/config", "\"name\":\"stamp\"", "\"max_batch_size\":0"),
        GetHas("config of texts", "/v2/models/simple_string/config", "\"data_type\":\"TYPE_STRING\""),
        GetBad("config of an unknown model", 404, "/v2/models/nobody/config", "unknown model"),
        GetHas("statistics of all", "/v2/models/stats", "{\"model_stats\":[{\"name\":\"linear\",\"version\":\"7\",\"last_inference\":", "\"name\":\"stamp\",\"version\":\"10\""),
        GetHas(
            "statistics of a model", "/v2/models/cube/stats", "\"inference_stats\":{\"success\":{\"count\":", "\"queue\":{", "\"compute_input\":{", "\"compute_infer\":{", "\"compute_output\":{",
            "\"cache_hit\":{\"count\":0,\"ns\":0}", "\"cache_miss\":{\"count\":0,\"ns\":0}", "\"response_stats\":{}", "\"batch_stats\":[", "\"memory_usage\":[]"),
        GetHas("statistics of a version", "/v2/models/stamp/versions/2/stats", "{\"model_stats\":[{\"name\":\"stamp\",\"version\":\"2\","),
        GetHas("statistics by alias", "/v2/models/stamp/versions/latest/stats", "\"version\":\"10\""),
        GetBad("statistics of an unknown model", 404, "/v2/models/nobody/stats", "unknown model"),
        GetBad("statistics of an unknown version", 404, "/v2/models/stamp/versions/9/stats", "version '9'"),
        PostHas("index", "/v2/repository/index", "", "{\"name\":\"stamp\",\"version\":\"10\",\"state\":\"READY\",\"reason\":\"\"}"),
        PostHas("index of an empty object", "/v2/repository/index", "{}", "{\"name\":\"simple\",\"version\":\"1\",\"state\":\"READY\",\"reason\":\"\"}"),
        PostHas("index of a named repository", "/v2/repository/main/index", "{\"ready\":true}", "\"name\":\"simple\""),
        PostBad("index, not JSON", 400, "/v2/repository/index", "{\"ready\":", "The JSON ends at byte 9"),
        PostBad("index, a name of half a surrogate", 400, "/v2/repository/index", "{\"\\ud800\":1}", "byte 1"),
        PostBad("index, a name twice", 400, "/v2/repository/index", "{\"ready\":true,\"ready\":false}", "ready"),
        PostBad("index, no object", 400, "/v2/repository/index", "[true]", "no JSON object"),
        new("index by GET", HttpMethod.Get, "/v2/repository/index", null, 405),
        new("infer by GET", HttpMethod.Get, "/v2/models/linear/infer", null, 405),
        new("nothing there", HttpMethod.Get, "/v2/nothing", null, 404),
        .. NotDone.Select(path => PostBad("not done: " + path, 501, path, "{}", "is not done here; the extensions are binary_tensor_data")),
        GetBad("not done: a GET", 501, "/v2/systemsharedmemory/status", "is not done here"),
    ];

    /// <summary>Loading and unloading; the app lets everybody. One after the other, in this order.</summary>
    public static IEnumerable<WireCase> Admin =>
    [
        Post("unload", "/v2/repository/models/side/unload", "", ""),
        GetBad("unloaded: not ready", 503, "/v2/models/side/ready", "unloaded") with { Answers = [("Retry-After", "1")] },
        GetBad("unloaded: no metadata", 503, "/v2/models/side", "unloaded"),
        InferBad("unloaded: no answer", 503, "side", X("INT32", "[1,1]", "[1]"), "not ready", "unloaded") with { Answers = [("Retry-After", "1")] },
        GetBad("unloaded: the server is not ready", 503, "/v2/health/ready", "\"ready\":false"),
        PostHas("unloaded: in the index", "/v2/repository/index", "", "{\"name\":\"side\",\"version\":\"1\",\"state\":\"UNAVAILABLE\",\"reason\":\"unloaded\"}"),
        Post("unload again", "/v2/repository/models/side/unload", "{\"parameters\":{\"unload_dependents\":true}}", ""),
        Post("load", "/v2/repository/models/side/load", "", ""),
        Get("loaded: ready", "/v2/models/side/ready", "{\"name\":\"side\",\"ready\":true}"),
        Infer("loaded: answers", "side", X("INT32", "[1,1]", "[1]"), Y("INT32", "[1,1]", "[1]")),
        PostHas("loaded: in the index", "/v2/repository/index", "{\"ready\":true}", "{\"name\":\"side\",\"version\":\"1\",\"state\":\"READY\",\"reason\":\"\"}"),
        Post("load in a named repository", "/v2/repository/main/models/side/load", "{}", ""),
        Post("load with unknown parameters", "/v2/repository/models/side/load", "{\"parameters\":{\"other\":1}}", ""),
        PostBad("load of an unknown model", 404, "/v2/repository/models/nobody/load", "", "unknown model: 'nobody'"),
        PostBad("unload of an unknown model", 404, "/v2/repository/models/nobody/unload", "", "unknown model: 'nobody'"),
        PostBad("load with a configuration", 501, "/v2/repository/models/side/load", "{\"parameters\":{\"config\":\"{}\"}}", "'config'", "upload code"),
        PostBad("load with a file", 501, "/v2/repository/models/side/load", "{\"parameters\":{\"file:1/model.onnx\":\"AAAA\"}}", "'file:1/model.onnx'", "upload code"),
        PostBad("load, a name of half a surrogate", 400, "/v2/repository/models/side/load", "{\"parameters\":{\"\\udc00\":1}}", "byte 15"),
        PostBad("load, not JSON", 400, "/v2/repository/models/side/load", "{", "The JSON ends at byte 1"),
        PostBad("load of an unknown encoding", 415, "/v2/repository/models/side/load", "{}", "zstd") with { Headers = [("Content-Encoding", "zstd")] },
    ];

    private static string[] NotDone =>
    [
        "/v2/systemsharedmemory/region/a/register", "/v2/cudasharedmemory/region/a/unregister", "/v2/trace/setting", "/v2/logging", "/v2/models/linear/trace/setting",
        "/v2/models/linear/generate", "/v2/models/linear/generate_stream", "/v2/models/linear/versions/7/generate", "/v2/models/linear/versions/7/generate_stream",
    ];

    private static WireCase PostHas(string name, string path, string body, params string[] contains) => PostBad(name, 200, path, body, contains);
}
