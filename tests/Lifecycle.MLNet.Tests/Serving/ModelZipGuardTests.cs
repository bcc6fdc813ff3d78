using System.IO.Compression;
using Lifecycle.Serving;
using Lifecycle.Serving.TestModels;
using Microsoft.ML;

namespace Lifecycle.MLNet.Tests.Serving;

/// <summary>What reaches ML.NET and what does not.</summary>
public sealed class ModelZipGuardTests(TrainedModels models)
{
    public static TheoryData<string> Hostile() => [.. HostileZips.All.Keys];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Guard_HostileArchive_Rejected(string name)
    {
        (Func<HostileZips, byte[]> make, string reason) = HostileZips.All[name];
        byte[] zip = make(new HostileZips(models.Linear));
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        ModelRejectedException error = Assert.Throws<ModelRejectedException>(() => Inspect(zip));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 64 << 20);
        Assert.StartsWith("guard: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    [Fact]
    public async Task Guard_ZipBomb_NoByteOnDisk()
    {
        // The folder into which ML.NET unpacks what it reads; it is made when it is needed.
        string folder = Path.Combine(Directory.CreateTempSubdirectory("unpack-").FullName, "never");
        byte[] bomb = RawZip.Write([new("Model.key", []) { Packed = RawZip.Zeros(498), Size = 498 << 20 }]);
        Assert.InRange(bomb.Length, 0, 600_000);
        ModelRejectedException error = await RejectedAsync(bomb, folder);
        Assert.StartsWith("guard: the entry 'Model.key' inflates to more than 200 times", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task Guard_ForeignLoaderAssembly_Rejected()
    {
        // A real model whose one loader is another assembly of the same length.
        byte[] changed = Rewrite(models.Linear, bytes => Replace(bytes, "Microsoft.ML.StandardTrainers", "Contoso.Evil.StandardTrainers"));
        ModelRejectedException error = await RejectedAsync(changed, Path.GetTempPath());
        Assert.Contains("'Contoso.Evil.StandardTrainers, Version=", error.Message, StringComparison.Ordinal);
        Assert.Contains("AllowLoader(\"Contoso.Evil.StandardTrainers\")", error.Message, StringComparison.Ordinal);
        Inspect(Rewrite(models.Linear, bytes => bytes));
    }

    [Fact]
    public async Task Guard_HtmlPageAsModel_Rejected()
    {
        ModelRejectedException error = await RejectedAsync("<!DOCTYPE html><html><body>502 Bad Gateway</body></html>"u8.ToArray(), Path.GetTempPath());
        Assert.Equal("guard: no ML.NET model: the file is no zip archive", error.Message);
    }

    [Fact]
    public void Guard_HeaderAnywhere_IsFound()
    {
        for (int offset = -300; offset <= 40; offset++)
        {
            Assert.Contains("Contoso.Evil", Assert.Throws<ModelRejectedException>(() => Inspect(HostileZips.HeaderAround(offset))).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Guard_TrainedModels_Pass()
    {
        Assert.All((byte[][])[models.Linear, models.Trees, models.Texts, models.Regions, models.Mixed, models.WithoutSchema(models.Linear)], Inspect);
        Inspect(RawZip.Write([new("folder/", []), new("folder/a", [1]) { Method = 0, Attributes = 0x81A40000 }, new("folder\\b", [])], comment: "made by hand"));
    }

    [Fact]
    public void Guard_LoaderAllowed_Passes()
    {
        ModelZipGuardOptions options = new();
        options.AllowLoader("Contoso.Evil").AllowLoader("Microsoft.ML.OnnxTransformer").AllowLoader("CustomTransformer");
        foreach (string name in (string[])["foreign loader", "native carrier", "custom mapping"])
        {
            ModelZipGuard.Inspect(HostileZips.All[name].Make(new HostileZips([])), options, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void Guard_OtherLimits_AreHeld()
    {
        Assert.Contains("larger than 1000", Refused(new() { MaximumEntryBytes = 1_000 }), StringComparison.Ordinal);
        Assert.Contains("more than 2000", Refused(new() { MaximumBytes = 2_000 }), StringComparison.Ordinal);
        Assert.Contains("at most 2", Refused(new() { MaximumEntries = 2 }), StringComparison.Ordinal);
    }

    [Fact]
    public void Guard_Cancelled_Stops() =>
        Assert.Throws<OperationCanceledException>(() => ModelZipGuard.Inspect(models.Trees, new ModelZipGuardOptions(), new CancellationToken(canceled: true)));

    [Fact]
    public void Guard_CutAtAnyByte_Rejected()
    {
        SplitMix64 random = new(3);
        for (int i = 0; i < 300; i++)
        {
            byte[] cut = models.Linear[..random.Below(models.Linear.Length)];
            Assert.Throws<ModelRejectedException>(() => Inspect(cut));
        }
    }

    [Fact]
    public async Task FlippedByte_WithDigest_RejectedByItBeforeAnythingElse()
    {
        // One host, a hundred models: each the same file with another byte flipped, beside it the digest of the whole one.
        const int Flips = 100;
        string folder = Directory.CreateTempSubdirectory("flipped-").FullName;
        SplitMix64 random = new(11);
        string line = Digest.Of(models.Mixed).Hex;
        for (int i = 0; i < Flips; i++)
        {
            byte[] changed = [.. models.Mixed];
            changed[random.Below(changed.Length)] ^= (byte)(1 + random.Below(255));
            await File.WriteAllBytesAsync(Path.Combine(folder, $"m{i}.zip"), changed, TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(folder, $"m{i}.zip.sha256"), $"{line}  m{i}.zip\n", TestContext.Current.CancellationToken);
        }

        await File.WriteAllBytesAsync(Path.Combine(folder, "good.zip"), models.Mixed, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "good.zip.sha256"), $"{line}  good.zip\n", TestContext.Current.CancellationToken);
        await using ModelHost host = await ModelHost.StartAsync(
            h =>
            {
                h.UseMLNet().Serve("good", s => s.FromFile(Path.Combine(folder, "good.zip")));
                for (int i = 0; i < Flips; i++)
                {
                    string file = Path.Combine(folder, $"m{i}.zip");
                    h.Serve($"m{i}", s => s.FromFile(file));
                }
            },
            TestContext.Current.CancellationToken);
        for (int wait = 0; wait < 3_000 && Enumerable.Range(0, Flips).Any(i => host.Model($"m{i}").Reason is null); wait++)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.True(host.Model("good").IsReady);
        Assert.All(Enumerable.Range(0, Flips), i =>
        {
            Assert.False(host.Model($"m{i}").IsReady);
            Assert.Contains($": digest: expected sha256:{line}", host.Model($"m{i}").Reason, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task FlippedByte_WithoutDigest_RejectedOrAnswersAsBefore()
    {
        using LoadedModel whole = await MLNetRuns.LoadAsync(models.Linear);
        using TensorSet inputs = MLNetRuns.Tensors(whole.Signature, [.. models.Loans.Take(60)]), expected = new();
        whole.Run(inputs, expected, TestContext.Current.CancellationToken);
        SplitMix64 random = new(5);
        int rejected = 0;
        for (int i = 0; i < 100; i++)
        {
            byte[] changed = [.. models.Linear];
            changed[random.Below(changed.Length)] ^= (byte)(1 << random.Below(8));
            try
            {
                using LoadedModel model = await MLNetRuns.LoadAsync(changed);
                using TensorSet outputs = new();
                model.Run(inputs, outputs, TestContext.Current.CancellationToken);
                Assert.Equal(expected["Score"].Span<float>(), outputs["Score"].Span<float>());
            }
            catch (ModelRejectedException)
            {
                rejected++;
            }
        }

        // What passes has another time of writing, or another bit that nobody reads.
        Assert.InRange(rejected, 50, 100);
    }

    private static async Task<ModelRejectedException> RejectedAsync(byte[] bytes, string folder)
    {
        MLNetModelRuntime runtime = new(context: new MLContext { TempFilePath = folder });
        ContentFile main = new("model.zip", bytes);
        ModelContent content = new([main]);
        return await Assert.ThrowsAsync<ModelRejectedException>(async () =>
        {
            runtime.Inspect(content, main, TestContext.Current.CancellationToken);
            (await runtime.LoadAsync(content, main, TestContext.Current.CancellationToken)).Dispose();
        });
    }

    private static byte[] Rewrite(byte[] zip, Func<byte[], byte[]> change)
    {
        using ZipArchive archive = new(new MemoryStream(zip));
        return RawZip.Write([.. archive.Entries.Select(entry =>
        {
            using Stream content = entry.Open();
            using MemoryStream all = new();
            content.CopyTo(all);
            return new RawEntry(entry.FullName, change(all.ToArray()));
        })]);
    }

    private static byte[] Replace(byte[] bytes, string from, string to)
    {
        byte[] old = System.Text.Encoding.Unicode.GetBytes(from);
        byte[] changed = [.. bytes];
        for (int at = changed.AsSpan().IndexOf(old); at >= 0; at = changed.AsSpan().IndexOf(old))
        {
            System.Text.Encoding.Unicode.GetBytes(to).CopyTo(changed, at);
        }

        return changed;
    }

    private string Refused(ModelZipGuardOptions options) => Assert.Throws<ModelRejectedException>(
        () => ModelZipGuard.Inspect(models.Trees, options, TestContext.Current.CancellationToken)).Message;

    private static void Inspect(byte[] zip) => ModelZipGuard.Inspect(zip, new ModelZipGuardOptions(), TestContext.Current.CancellationToken);
}
