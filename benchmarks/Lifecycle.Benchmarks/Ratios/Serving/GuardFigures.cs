using System.Buffers.Binary;
using System.IO.Compression;
using Lifecycle.MLNet;
using Lifecycle.OnnxRuntime;
using Lifecycle.Serving;
using Lifecycle.Serving.TestModels;

namespace Lifecycle.Benchmarks.Ratios.Serving;

/// <summary>How long the guards look at a good model, and at the worst of the hostile ones.</summary>
internal static class GuardFigures
{
    public static IEnumerable<Figure> Measure()
    {
        OnnxModelRuntime onnx = new();
        MLNetModelRuntime mlnet = new();
        byte[] zip = File.ReadAllBytes(TrainedModels.Trees.File);
        ServingRounds.Note($"serving.guard.zip: model.zip of {zip.Length / 1e3:F0} KB");
        yield return new Figure("serving.guard.onnx", Best(onnx, Content("model.onnx", OnnxModels.BigMlp())), "ms", AtLeast: false, 5);
        yield return new Figure("serving.guard.zip", Best(mlnet, Content("model.zip", zip)), "ms", AtLeast: false, 10);
        yield return new Figure("serving.guard.hostile", Hostile(onnx, mlnet), "ms", AtLeast: false, 1_000);
    }

    private static double Best(IModelRuntime runtime, ModelContent content)
    {
        double best = double.MaxValue;
        for (int round = 0; round <= ServingRounds.Count; round++)
        {
            double taken = Milliseconds(runtime, content);
            best = round == 0 ? best : Math.Min(best, taken);
        }

        return best;
    }

    /// <summary>The slowest rejection; nothing is warmed up for it, and a model that passes is an error.</summary>
    private static double Hostile(OnnxModelRuntime onnx, MLNetModelRuntime mlnet)
    {
        double slowest = 0;
        string worst = "";
        foreach ((IModelRuntime runtime, string name, ModelContent content) in Corpus(onnx, mlnet))
        {
            double taken = RatioRunner.Time(() => Refused(runtime, name, content)) * 1e3;
            if (taken > slowest)
            {
                (slowest, worst) = (taken, name);
            }
        }

        ServingRounds.Note($"serving.guard.hostile: the slowest was '{worst}'");
        return slowest;
    }

    private static void Refused(IModelRuntime runtime, string name, ModelContent content)
    {
        try
        {
            runtime.Inspect(content, content.Files[0]);
        }
        catch (ModelRejectedException)
        {
            return;
        }

        throw new InvalidOperationException($"The hostile model '{name}' passed the guard.");
    }

    private static IEnumerable<(IModelRuntime Runtime, string Name, ModelContent Content)> Corpus(OnnxModelRuntime onnx, MLNetModelRuntime mlnet)
    {
        foreach ((string name, _, Func<byte[]> make) in HostileOnnx.All)
        {
            yield return (onnx, name, Content("model.onnx", make()));
        }

        foreach ((string name, byte[] zip) in HostileZips())
        {
            yield return (mlnet, name, Content("model.zip", zip));
        }
    }

    private static IEnumerable<(string Name, byte[] Zip)> HostileZips()
    {
        yield return ("page", "<html><body>404 Not Found</body></html>"u8.ToArray());
        yield return ("empty", []);
        yield return ("cut", File.ReadAllBytes(TrainedModels.Trees.File)[..^1_000]);
        yield return ("bomb", Zip([("Model.key", new byte[64 << 20])], CompressionLevel.Optimal));

        // Compressed badly on purpose, so that what comes out must be counted to the limits of an entry and of all.
        byte[] zeros = new byte[513 << 20];
        yield return ("large entry", Zip([("Model.key", zeros)]));
        yield return ("large entries", Zip([.. Enumerable.Range(0, 3).Select(i => ($"e{i}", (ReadOnlyMemory<byte>)zeros.AsMemory(0, 400 << 20)))]));
        yield return ("many entries that are large together", Zip([.. Enumerable.Range(0, 9_000).Select(i => ($"e{i}", (ReadOnlyMemory<byte>)zeros.AsMemory(0, 1 << 17)))]));
        yield return ("too many entries", Zip([.. Enumerable.Range(0, 10_001).Select(i => ($"e{i}", ReadOnlyMemory<byte>.Empty))]));
        yield return ("path", Zip([("../escape", new byte[1])]));
        yield return ("twice", Zip([("a", new byte[1]), ("a", new byte[2])]));
        yield return ("many headers", Zip([("Model.key", Headers())]));
    }

    /// <summary>Forty megabytes that begin a header at every sixteenth byte, all of a version that needs no look but one near the end.</summary>
    private static byte[] Headers()
    {
        const int Step = 16, End = 4_096;
        byte[] bytes = new byte[40 << 20];
        Workload.Fill(bytes, 7);
        for (int at = 0; at < bytes.Length; at += Step)
        {
            "ML\0MODEL"u8.CopyTo(bytes.AsSpan(at));
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at + 8), at == bytes.Length - End ? 0x0001_000Cu : 1);
        }

        return bytes;
    }

    private static byte[] Zip((string Name, ReadOnlyMemory<byte> Content)[] entries, CompressionLevel level = CompressionLevel.Fastest)
    {
        using MemoryStream stream = new();
        using (ZipArchive archive = new(stream, ZipArchiveMode.Create))
        {
            foreach ((string name, ReadOnlyMemory<byte> content) in entries)
            {
                using Stream target = archive.CreateEntry(name, level).Open();
                target.Write(content.Span);
            }
        }

        return stream.ToArray();
    }

    private static double Milliseconds(IModelRuntime runtime, ModelContent content) => RatioRunner.Time(() => runtime.Inspect(content, content.Files[0])) * 1e3;

    private static ModelContent Content(string path, byte[] bytes) => new([new ContentFile(path, bytes)]);
}
