using System.Diagnostics;
using Lifecycle.Serving;
using Lifecycle.Serving.TestModels;

namespace Lifecycle.OnnxRuntime.Tests;

/// <summary>The models are written byte for byte as their digests say.</summary>
public sealed class TestModelsTests
{
    private const string Python = "/usr/bin/python3";

    private static readonly (string Name, int Length, string Sha256, Func<byte[]> Make)[] Models =
    [
        ("linear", 167, "2ef83209997820e6", () => OnnxModels.Linear()),
        ("wide", 10_409, "cb210985a14a0fb2", OnnxModels.Wide),
        ("mlp", 340_285, "b8c30785b52be016", OnnxModels.Mlp),
        ("bigmlp", 9_490_836, "f59c25c299b7d4e2", OnnxModels.BigMlp),
        ("trees", 375_290, "78060b630d181422", OnnxTrees.Model),
        ("simple", 209, "e2b4783059cb6368", OnnxModels.Simple),
    ];

    public static TheoryData<string> Names() => [.. Models.Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void TestModel_Bytes_AreGolden(string name)
    {
        (_, int length, string sha256, Func<byte[]> make) = Models.Single(m => m.Name == name);
        byte[] bytes = make();
        Assert.Equal((length, sha256), (bytes.Length, Digest.Of(bytes).Hex[..16]));
        Assert.Equal(bytes, make());
    }

    /// <summary>ONNX's own library reads the models, finds nothing wrong and writes the same bytes.</summary>
    [Fact]
    public async Task TestModel_ReadByOnnx_PassesItsCheckerAndIsWrittenAlike()
    {
        if (!File.Exists(Python) || await PythonAsync("import onnx") is { Code: not 0 })
        {
            Assert.Skip("The Python package onnx is not installed, so the models cannot be held against ONNX's own reader (apt: python3-onnx).");
        }

        string folder = Directory.CreateTempSubdirectory("onnx-").FullName;
        try
        {
            foreach ((string name, _, _, Func<byte[]> make) in Models)
            {
                await File.WriteAllBytesAsync(Path.Combine(folder, $"{name}.onnx"), make(), TestContext.Current.CancellationToken);
            }

            foreach (TensorElementType type in Enum.GetValues<TensorElementType>())
            {
                await File.WriteAllBytesAsync(
                    Path.Combine(folder, $"identity_{type.ProtocolName()}.onnx"), OnnxModels.Identity(type, "N", 3), TestContext.Current.CancellationToken);
            }

            (int code, string errors) = await PythonAsync(
                """
                import glob, sys, onnx
                for path in sorted(glob.glob(sys.argv[1] + "/*.onnx")):
                    model = onnx.load(path)
                    onnx.checker.check_model(model, full_check=True)
                    assert model.SerializeToString(deterministic=True) == open(path, "rb").read(), path
                """,
                folder);
            Assert.True(code == 0, errors);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(int Code, string Errors)> PythonAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(Python, ["-c", program, .. arguments]) { RedirectStandardError = true })!;
        string errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, errors);
    }
}
