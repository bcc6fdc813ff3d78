using System.Globalization;

namespace Lifecycle.Serving.Tests;

/// <summary>A version must answer its golden examples before it answers anybody else.</summary>
public sealed class GoldenExampleTests
{
    private const string Good = """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]},{"name":"s","shape":[1,1],"datatype":"BYTES","data":["a"]}],"outputs":[{"name":"y","shape":[1,2],"datatype":"FP32","data":[2,4]}]}""";

    private static readonly TensorSignature Signature = new(
        [new("x", TensorElementType.Float32, [-1, 2]), new("s", TensorElementType.Bytes, [-1, 1])],
        [new("y", TensorElementType.Float32, [-1, 2]), new("t", TensorElementType.Bytes, [-1, 1]), new("n", TensorElementType.Int64, [-1, 1])]);

    private readonly ScriptRuntime _runtime = new();
    private readonly StampSource _source = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string?> Files => new()
    {
        { Good, null },
        { $"\n \r\n{Good}\r\n\n{Good}", null },
        { string.Empty, null },
        { Outputs("y", "FP32", "[1,2]", "[2.00002,4]"), null },
        { Outputs("y", "FP32", "[1,2]", "[2.00004,4]"), "golden: example 1: 'y' at 0 is 2, expected 2.00004" },
        { $"{Good}\n{Outputs("y", "FP32", "[1,2]", "[2,4.1]")}", "golden: example 2: 'y' at 1 is 4, expected 4.1" },
        { Outputs("y", "FP32", "[1,2]", "[2,\"NaN\"]"), "golden: example 1: 'y' at 1" },
        { Outputs("y", "FP32", "[1,2]", "[2,\"Infinity\"]"), "golden: example 1: 'y' at 1" },
        { Outputs("t", "BYTES", "[1,1]", "[\"a!\"]"), null },
        { Outputs("t", "BYTES", "[1,1]", "[\"A!\"]"), "golden: example 1: 't' at 0 is 'a!', expected 'A!'" },
        { Outputs("n", "INT64", "[1,1]", "[9007199254740993]"), null },
        { Outputs("n", "INT64", "[1,1]", "[9007199254740992]"), "golden: example 1: 'n' at 0 is 9007199254740993, expected 9007199254740992" },
        { Outputs("n", "INT32", "[1,1]", "[1]"), "golden: example 1: 'n' is INT64[1,1], expected INT32[1,1]" },
        { Outputs("y", "FP32", "[2]", "[2,4]"), "golden: example 1: 'y' is FP32[1,2], expected FP32[2]" },
        { Outputs("z", "FP32", "[1]", "[2]"), "golden: example 1: the model has no output 'z'" },
        { Outputs("y", "FP32", "[1,2]", "[2]"), "golden: example 1: 'y' has 1 elements" },
        { """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}],"outputs":[]}""", "golden: example 1: The input 's' BYTES[-1,1] is missing" },
        { $"{Good}\n{{\"inputs\":[", "golden: line 2 of 'golden.jsonl' is no example" },
        { $"{Good}\n\n[]", "golden: line 3 of 'golden.jsonl' is no example" },
        { Good.Replace("\"s\"", "\"x\"", StringComparison.Ordinal), "golden: example 1: 'x' stands twice" },
        { """{"inputs":[]}""", "golden: line 1 of 'golden.jsonl' is no example" },
        { """{"inputs":7,"outputs":[]}""", "golden: example 1: " },
        { Good.Replace("FP32", "FP99", StringComparison.Ordinal), "golden: example 1: 'x' has the datatype 'FP99'" },
        { string.Join('\n', Enumerable.Repeat(Good, 1_000)), null },
        { string.Join('\n', Enumerable.Repeat(Good, 1_001)), "golden: 'golden.jsonl' has more than 1000 examples" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Golden_File_LetsTheVersionAnswerOrSaysWhy(string file, string? why)
    {
        _source.Name(_runtime.Revision("1", Doubling()));
        await using ModelHost host = await HostAsync();
        ScriptModel model = Doubling();
        _source.Name(_runtime.Revision("2", model, ("golden.jsonl", file)));
        await Eventually.Holds(() => host.Model("m").Versions[0] is { Version: "2", State: VersionState.Ready or VersionState.Rejected }, "version 2 was tried");
        if (why is null)
        {
            Assert.Equal(("2", null), (host.Model("m").Version, host.Model("m").Reason));
            return;
        }

        Assert.StartsWith($"version 2: {why}", host.Model("m").Reason, StringComparison.Ordinal);

        // A file that is none is seen before the model is loaded.
        Assert.Equal(("1", true, why.StartsWith("golden: example", StringComparison.Ordinal) ? 1 : 0), (host.Model("m").Version, host.IsReady, model.Disposals));
    }

    [Fact]
    public async Task Golden_ModelThrows_FailsAndIsTriedAgain()
    {
        int left = 2;
        _source.Name(_runtime.Revision("1", Doubling()));
        await using ModelHost host = await HostAsync();
        ScriptModel model = new(Signature, (i, o, _) => Double(Interlocked.Decrement(ref left) < 0 ? i : throw new IOException("not now"), o));
        _source.Name(_runtime.Revision("2", model, ("golden.jsonl", Good)));
        await Eventually.Holds(() => host.Model("m").Versions[0].Reason?.Contains("not now", StringComparison.Ordinal) == true, "version 2 failed");
        Assert.Equal("1", host.Model("m").Version);
        await Eventually.Holds(() => host.Model("m").Version == "2", "version 2 answers");
    }

    [Fact]
    public async Task Golden_Runs_AreNotCounted()
    {
        ScriptModel model = Doubling();
        _source.Name(_runtime.Revision("1", model, ("golden.jsonl", $"{Good}\n{Good}")));
        await using ModelHost host = await HostAsync();
        Assert.Equal((3, 0L, 0L), (model.Runs, host.Model("m").Versions[0].Predictions, host.Model("m").Versions[0].Statistics.Executions));
    }

    private static string Outputs(string name, string datatype, string shape, string data) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]},{"name":"s","shape":[1,1],"datatype":"BYTES","data":["a"]}],"outputs":[{"name":"{{name}}","shape":{{shape}},"datatype":"{{datatype}}","data":{{data}}}]}""");

    private static ScriptModel Doubling() => new(Signature, (inputs, outputs, _) => Double(inputs, outputs));

    private static void Double(TensorSet inputs, TensorSet outputs)
    {
        Span<float> x = inputs["x"].Span<float>(), y = outputs.Prepare("y", TensorElementType.Float32, [1, 2]).Span<float>();
        (y[0], y[1]) = (2 * x[0], 2 * x[1]);
        outputs.Prepare("t", TensorElementType.Bytes, [1, 1]).Texts[0] = (byte[])[.. inputs["s"].Texts[0].Span, (byte)'!'];
        outputs.Prepare("n", TensorElementType.Int64, [1, 1]).Span<long>()[0] = 9_007_199_254_740_993;
    }

    private Task<ModelHost> HostAsync() => ModelHost.StartAsync(
        h => h.UseRuntime(_runtime).Configure(o => (o.RetryFirst, o.RetryLongest) = (TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(40)))
            .Serve("m", m => m.FromSource(_source)),
        Token);
}
