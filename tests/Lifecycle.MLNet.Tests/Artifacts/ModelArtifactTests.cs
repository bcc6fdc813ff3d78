using Lifecycle.Tracking;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet.Tests;

public sealed class ModelArtifactTests
{
    private readonly MLContext _context = new(seed: 1);

    [Fact]
    public async Task RelogSameModel_StoresOnce()
    {
        await using Tracked tracked = new();
        (ITransformer model, IDataView data) = Train();
        long Stored() => Directory.EnumerateFiles(Path.Combine(tracked.Workspace.Root, "objects"), "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
        long first = 0;
        List<ModelArtifact> logged = [];
        await tracked.RunAsync(async run =>
        {
            logged.Add(await run.LogModelAsync(_context, model, LoanTable.Inputs(data)));
            first = Stored();

            // The times in a zip have a grain of 2 s.
            await Task.Delay(2_100);
            logged.Add(await run.LogModelAsync(_context, model, LoanTable.Inputs(data)));
        });
        await tracked.RunAsync(async run => logged.Add(await run.LogModelAsync(new MLContext(seed: 9), model, LoanTable.Inputs(data), "again")));
        Assert.Single(logged.Select(m => m.Digest).Distinct());
        Assert.True(first > logged[0].Manifest.Size, $"{first} bytes are stored");

        // Only MLmodel is new: it names the run and the time.
        Assert.InRange(Stored() - first, 1, 2 * 2_000);
        Assert.Equal(3, logged.Select(m => m.Id).Distinct().Count());
        Assert.Equal(["model.zip", "schema.json"], logged[0].Manifest.Files.Select(f => f.Path));
    }

    [Fact]
    public async Task AModelThatWasLoaded_PredictsTheSame_AndKnowsItsInputs()
    {
        await using Tracked tracked = new();
        (ITransformer model, IDataView data) = Train();
        ModelArtifact? artifact = null;
        await tracked.RunAsync(async run => artifact = await run.LogModelAsync(_context, model, LoanTable.Inputs(data)));
        ModelVersion version = await tracked.Registry.RegisterAsync("loans", artifact!);
        (ITransformer loaded, DataViewSchema schema) = await new MLContext().LoadModelAsync(version.Manifest, tracked.Workspace.Blobs);
        Assert.Equal(["ratio", "income", "region"], schema.Select(c => c.Name));
        IDataView fresh = LoanTable.Rows(500, seed: 2).ToDataView();
        Assert.Equal(model.Transform(fresh).GetColumn<float>("Probability"), loaded.Transform(fresh).GetColumn<float>("Probability"));
    }

    [Fact]
    public async Task FlippedBit_FailsLoad()
    {
        await using Tracked tracked = new();
        (ITransformer model, IDataView data) = Train();
        ModelArtifact? artifact = null;
        await tracked.RunAsync(async run => artifact = await run.LogModelAsync(_context, model, LoanTable.Inputs(data)));
        Digest zip = artifact!.Manifest.Find("model.zip")!.Digest;
        string file = Path.Combine(tracked.Workspace.Root, "objects", "sha256", zip.Hex[..2], zip.Hex[2..]);
        byte[] bytes = await File.ReadAllBytesAsync(file);
        bytes[bytes.Length / 2] ^= 1;
        File.Delete(file);
        await File.WriteAllBytesAsync(file, bytes);
        await Assert.ThrowsAsync<BlobCorruptedException>(() => _context.LoadModelAsync(artifact.Manifest, tracked.Workspace.Blobs));
    }

    [Fact]
    public async Task AModelWithoutAZip_IsRefusedWithItsFiles()
    {
        await using Tracked tracked = new();
        ModelArtifact? artifact = null;
        await tracked.RunAsync(async run => artifact = await run.LogModelAsync("net", new Dictionary<string, ReadOnlyMemory<byte>> { ["net.onnx"] = "x"u8.ToArray() }));
        LifecycleException error = await Assert.ThrowsAsync<LifecycleException>(() => _context.LoadModelAsync(artifact!.Manifest, tracked.Workspace.Blobs));
        Assert.Contains("has no model.zip; its files are net.onnx", error.Message, StringComparison.Ordinal);
    }

    private (ITransformer Model, IDataView Data) Train()
    {
        IDataView data = LoanTable.Rows(1_000).ToDataView();
        return (LoanTable.Features(_context).Append(_context.BinaryClassification.Trainers.LbfgsLogisticRegression()).Fit(data), data);
    }
}
