using Lifecycle.Serving.TestModels;

namespace Lifecycle.OnnxRuntime.Tests;

/// <summary>The models are written byte for byte as their digests say.</summary>
public sealed class TestModelsTests
{
    [Theory]
    [InlineData("linear", 167, "2ef83209997820e6")]
    [InlineData("wide", 10_409, "cb210985a14a0fb2")]
    [InlineData("mlp", 340_285, "b8c30785b52be016")]
    [InlineData("bigmlp", 9_490_836, "f59c25c299b7d4e2")]
    [InlineData("trees", 375_290, "78060b630d181422")]
    [InlineData("simple", 209, "e2b4783059cb6368")]
    public void Bytes_are_golden(string name, int length, string sha256)
    {
        byte[] bytes = name switch
        {
            "linear" => OnnxModels.Linear(),
            "wide" => OnnxModels.Wide(),
            "mlp" => OnnxModels.Mlp(),
            "bigmlp" => OnnxModels.BigMlp(),
            "trees" => OnnxTrees.Model(),
            _ => OnnxModels.Simple(),
        };
        Assert.Equal((length, sha256), (bytes.Length, Digest.Of(bytes).Hex[..16]));
    }
}
