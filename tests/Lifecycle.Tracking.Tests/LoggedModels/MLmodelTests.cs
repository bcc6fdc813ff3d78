using System.Text;
using System.Text.Json.Nodes;

namespace Lifecycle.Tracking.Tests;

public sealed class MLmodelTests
{
    private static readonly ModelDescription Example = new()
    {
        ArtifactPath = "model",
        CreatedAt = new DateTimeOffset(2026, 3, 1, 12, 30, 15, 250, TimeSpan.Zero),
        Flavors = new Dictionary<string, JsonObject>
        {
            ["python_function"] = new()
            {
                ["loader_module"] = "mlflow.onnx", ["data"] = "model.onnx", ["python_version"] = "3.10.14",
                ["env"] = new JsonObject { ["virtualenv"] = "python_env.yaml", ["conda"] = "conda.yaml" },
            },
            ["onnx"] = new() { ["data"] = "model.onnx", ["onnx_version"] = "1.16.0", ["providers"] = new JsonArray("CPUExecutionProvider") },
            ["mlnet"] = new() { ["data"] = "model.zip", ["mlnet_version"] = "5.0.1", ["schema"] = "schema.json" },
        },
        MlflowVersion = "3.6.0",
        ModelId = "m-0195f0c0a1b27c3d8e4f506172839405",
        ModelUuid = "0195f0c0a1b27c3d8e4f506172839405",
        RunId = "01234567890123456789012345678901",
        SizeBytes = 1234,
        Signature = new ModelSignature(
            [new("it's", "double"), new("words", "string") { IsArray = true }, new("age", "long") { IsRequired = false }], [new("Score", "float")]),
    };

    [Fact]
    public void The_file_has_its_golden_bytes()
    {
        string golden = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "MLmodel-v1.yaml"));
        Assert.Equal(golden, Encoding.UTF8.GetString(Example.ToBytes().Span));
    }

    [Fact]
    public void What_was_written_is_read_again()
    {
        ModelDescription read = ModelDescription.Read(Example.ToBytes().Span);
        Assert.Equal(Example.ToBytes().ToArray(), read.ToBytes().ToArray());
        Assert.Equal(Example.Signature!.Inputs, read.Signature!.Inputs);
        Assert.Equal(Example.CreatedAt, read.CreatedAt);
        Assert.Equal(1234, read.SizeBytes);
    }

    [Fact]
    public void A_file_of_MLflow_is_read()
    {
        ModelDescription read = ModelDescription.Read("""
            artifact_path: model
            flavors:
              python_function:
                env:
                  conda: conda.yaml
                  virtualenv: python_env.yaml
                loader_module: mlflow.sklearn
                model_path: model.pkl
                predict_fn: predict
              sklearn:
                code: null
                serialization_format: cloudpickle
                sklearn_version: 1.3.2
            is_signature_from_type_hint: false
            mlflow_version: 2.9.3
            model_size_bytes: 612
            model_uuid: 64b2cb27a0f24ac3b6a4b3c6b6d2f0f5
            prompts: null
            run_id: 12ab
            signature:
              inputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1,
                2]}}]'
              outputs: '[{"type": "long", "required": true}]'
              params: null
            utc_time_created: '2026-03-01 08:00:00.123456'
            """u8);
        Assert.Equal(["python_function", "sklearn"], read.Flavors.Keys.Order(StringComparer.Ordinal));
        Assert.Null(read.Flavors["sklearn"]["code"]);
        Assert.Equal("1.3.2", (string?)read.Flavors["sklearn"]["sklearn_version"]);
        SignatureField tensor = Assert.Single(read.Signature!.Inputs);
        Assert.Equal(("float64", null), (tensor.Type, tensor.Name));
        Assert.Equal([-1L, 2L], tensor.Shape!);
        Assert.Equal("long", Assert.Single(read.Signature.Outputs).Type);
        Assert.Equal(612, read.SizeBytes);
    }

    [Theory]
    [InlineData("flavors: !!python/object:os.system {}", "tags, anchors and aliases are not read")]
    [InlineData("flavors: !custom x", "tags, anchors and aliases are not read")]
    [InlineData("a: &x 1\nb: *x", "tags, anchors and aliases are not read")]
    [InlineData("a: *x", "tags, anchors and aliases are not read")]
    [InlineData("a: 1\na: 2", "the key 'a' stands twice")]
    [InlineData("a: [1, 2", "this is no YAML")]
    [InlineData("- a\n- b", "is no map")]
    [InlineData("", "")]
    [InlineData("a: 1\n---\nb: 2", "more than one document")]
    [InlineData("? [a]\n: b", "a key of this map is no text")]
    [InlineData("signature:\n  inputs: '{'", "are not a JSON list")]
    public void What_is_no_plain_MLmodel_is_refused(string text, string why)
    {
        InvalidModelException error = Assert.Throws<InvalidModelException>(() => ModelDescription.Read(Encoding.UTF8.GetBytes(text)));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_and_size_have_limits()
    {
        string deep = string.Concat(Enumerable.Repeat("[", 1_000)) + string.Concat(Enumerable.Repeat("]", 1_000));
        Assert.Contains("nested deeper", Assert.Throws<InvalidModelException>(() => ModelDescription.Read(Encoding.UTF8.GetBytes("a: " + deep))).Message, StringComparison.Ordinal);
        Assert.Contains("at most", Assert.Throws<InvalidModelException>(() => ModelDescription.Read(new byte[(1 << 20) + 1])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_and_tensors_do_not_stand_side_by_side()
    {
        InvalidModelException error = Assert.Throws<InvalidModelException>(
            () => new ModelSignature([new("a", "float"), new("b", "float32") { Shape = [-1] }], []));
        Assert.Contains("mix columns and tensors (a, b)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_description_adds_the_file_and_leaves_the_digest_alone()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        await using Run run = await workspace.Experiments.StartRunAsync("m", cancellationToken: TrackingWorkspace.Token);
        Dictionary<string, Stream> Files() => new() { ["a.txt"] = new MemoryStream("hello"u8.ToArray()) };
        ModelArtifact plain = await run.LogModelAsync("m", Files(), TrackingWorkspace.Token);
        ModelArtifact described = await run.LogModelAsync("m", Files(), Example, TrackingWorkspace.Token);
        Assert.Equal(plain.Digest, described.Digest);
        Assert.Equal("sha256:d3f7cc7a5e03715064bf3df43bea10513286ea215906067637754c0bc69fc81a", described.Digest.ToString());
        List<string> paths = await workspace.Store.Database.QueryAsync(
            "SELECT a.path FROM tracking_artifact a JOIN tracking_logged_model m ON m.id = a.owner WHERE a.owner_kind = 2 AND m.model_id = $model ORDER BY a.path",
            [("$model", described.Id)], row => row.GetString(0), TrackingWorkspace.Token);
        Assert.Equal(["MLmodel", "a.txt"], paths);
        Dictionary<string, Stream> twice = Files();
        twice["MLmodel"] = new MemoryStream("x"u8.ToArray());
        await Assert.ThrowsAsync<InvalidModelException>(async () => await run.LogModelAsync("m", twice, Example, TrackingWorkspace.Token));
    }
}
