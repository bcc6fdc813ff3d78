using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;

namespace Lifecycle.MLNet;

/// <summary>What lets MLflow's Python load an ONNX export: the flavours <c>onnx</c> and <c>python_function</c> and the three files of their environment.</summary>
internal static class OnnxFlavor
{
    public const string Model = "model.onnx";

    private const string PythonVersion = "3.10.14";
    private const string Requirements = "requirements.txt";
    private const string Conda = "conda.yaml";
    private const string VirtualEnv = "python_env.yaml";

    /// <summary>The first version of the onnx package that writes an IR version, from onnx's own table of versions.</summary>
    private static readonly (int Ir, string Onnx)[] Versions =
        [(12, "1.19.0"), (11, "1.18.0"), (10, "1.16.0"), (9, "1.14.0"), (8, "1.10.0"), (7, "1.7.0"), (6, "1.6.0"), (5, "1.5.0"), (4, "1.4.0"), (0, "1.2.1")];

    /// <exception cref="LifecycleException">The bytes are no ONNX model.</exception>
    public static void AddTo(Dictionary<string, ReadOnlyMemory<byte>> files, Dictionary<string, JsonObject> flavors, ReadOnlyMemory<byte> onnx)
    {
        string version = OnnxVersion(onnx);
        string[] packages = ["mlflow>=2.9", "numpy", $"onnx>={version}", "onnxruntime", "pandas"];
        files[Model] = onnx;
        files[Requirements] = Text(packages);
        files[VirtualEnv] = Text([$"python: {PythonVersion}", "build_dependencies:", "- pip", "- setuptools", "- wheel", "dependencies:", $"- -r {Requirements}"]);
        files[Conda] = Text(
            ["channels:", "- conda-forge", "dependencies:", $"- python={PythonVersion}", "- pip", "- pip:", .. packages.Select(p => $"  - {p}"), "name: mlflow-env"]);
        flavors["onnx"] = new JsonObject { ["data"] = Model, ["onnx_version"] = version, ["providers"] = new JsonArray("CPUExecutionProvider") };
        flavors["python_function"] = new JsonObject
        {
            ["loader_module"] = "mlflow.onnx",
            ["data"] = Model,
            ["env"] = new JsonObject { ["conda"] = Conda, ["virtualenv"] = VirtualEnv },
            ["python_version"] = PythonVersion,
        };
    }

    // Field 1 of a ModelProto is the IR version, field 7 the graph.
    private static string OnnxVersion(ReadOnlyMemory<byte> onnx)
    {
        long ir = 0;
        bool graph = false;
        try
        {
            using CodedInputStream input = new(onnx.ToArray());
            while (input.ReadTag() is var tag and not 0)
            {
                if (tag == WireFormat.MakeTag(1, WireFormat.WireType.Varint))
                {
                    ir = input.ReadInt64();
                    continue;
                }

                graph |= WireFormat.GetTagFieldNumber(tag) == 7;
                input.SkipLastField();
            }
        }
        catch (InvalidProtocolBufferException)
        {
            ir = 0;
        }

        return ir > 0 && graph ? Versions.First(v => ir >= v.Ir).Onnx
            : throw new LifecycleException(
                $"The {onnx.Length} bytes given as ONNX export are no ONNX model. Make them with mlContext.Model.ConvertToOnnx(transformer, rows, stream) of Microsoft.ML.OnnxConverter.");
    }

    private static byte[] Text(string[] lines) => Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n");
}
