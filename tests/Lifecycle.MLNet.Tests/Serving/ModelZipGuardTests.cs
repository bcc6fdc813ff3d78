using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Lifecycle.Serving;

namespace Lifecycle.MLNet.Tests.Serving;

/// <summary>Hostile archives, each refused before ML.NET sees it.</summary>
public sealed class ModelZipGuardTests(TrainedModels models) : IClassFixture<TrainedModels>
{
    private const string Token = "cc7b13ffcd2ddd51";

    public static TheoryData<string> Hostile() =>
    [
        "html", "empty", "not a zip", "no directory", "cut", "../escape", "a/../../b", "/absolute", "C:\\windows", "back\\..\\up", "twice", "twice in another case", "link",
        "bomb", "many entries", "foreign loader", "foreign loader with our name", "foreign loader over two pieces", "foreign loader behind a good one",
        "native carrier", "name past the end", "name too long", "name before the header", "wrong check sum",
    ];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Hostile_archives_are_refused(string name)
    {
        byte[] zip = Make(name);
        Assert.Contains(Enumerable.Range(0, 10), _ => IsRefusedWithoutAByteOnDisk(zip));
    }

    // ML.NET unpacks into the folder of temporary files, which other processes use too: what this archive did would be seen every time.
    private static bool IsRefusedWithoutAByteOnDisk(byte[] zip)
    {
        string[] Unpacked() => Directory.GetFileSystemEntries(Path.GetTempPath(), "ml_dotnet*");
        string[] before = Unpacked();
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        ModelRejectedException error = Assert.Throws<ModelRejectedException>(() => Inspect(zip));
        Assert.StartsWith("guard: ", error.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 64 << 20);
        return before.SequenceEqual(Unpacked());
    }

    [Fact]
    public void Trained_models_pass()
    {
        Inspect(models.Linear);
        Inspect(models.Trees);
        Inspect(models.Texts);
    }

    [Fact]
    public void A_loader_can_be_allowed()
    {
        MLNetServingOptions options = new();
        options.Guard.AllowLoader("Contoso.Evil").AllowLoader("Microsoft.ML.OnnxTransformer");
        ModelZipGuard.Inspect(Make("foreign loader"), options.Guard, TestContext.Current.CancellationToken);
        ModelZipGuard.Inspect(Make("native carrier"), options.Guard, TestContext.Current.CancellationToken);
        Assert.Contains("AllowLoader(\"Contoso.Evil\")", Assert.Throws<ModelRejectedException>(() => Inspect(Make("foreign loader"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_can_be_set()
    {
        ModelZipGuardOptions small = new() { MaximumEntryBytes = 1_000 };
        Assert.Contains("larger than 1000", Refused(small), StringComparison.Ordinal);
        Assert.Contains("more than 2000", Refused(new() { MaximumBytes = 2_000 }), StringComparison.Ordinal);
        Assert.Contains("at most 2", Refused(new() { MaximumEntries = 2 }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flipped_bit_never_breaks_the_guard_or_the_load()
    {
        Lifecycle.Serving.TestModels.SplitMix64 random = new(5);
        for (int i = 0; i < 100; i++)
        {
            byte[] changed = [.. models.Linear];
            changed[random.Below(changed.Length)] ^= (byte)(1 << random.Below(8));
            try
            {
                (await MLNetRuns.LoadAsync(changed)).Dispose();
            }
            catch (ModelRejectedException)
            {
            }
        }
    }

    private string Refused(ModelZipGuardOptions options) => Assert.Throws<ModelRejectedException>(
        () => ModelZipGuard.Inspect(models.Trees, options, TestContext.Current.CancellationToken)).Message;

    private static void Inspect(byte[] zip) => ModelZipGuard.Inspect(zip, new ModelZipGuardOptions(), TestContext.Current.CancellationToken);

    private byte[] Make(string name) => name switch
    {
        "html" => "<html><body>404 Not Found</body></html>"u8.ToArray(),
        "empty" => [],
        "not a zip" => [.. "PK\x03\x04"u8, .. new byte[100]],
        "no directory" => models.Linear[..(models.Linear.Length - 22)],
        "cut" => models.Linear[..(models.Linear.Length / 2)],
        "../escape" or "a/../../b" or "/absolute" or "C:\\windows" or "back\\..\\up" => Zip((name, "x"u8.ToArray())),
        "twice" => Zip(("a", "x"u8.ToArray()), ("a", "y"u8.ToArray())),
        "twice in another case" => Zip(("dir/a", "x"u8.ToArray()), ("dir\\A", "y"u8.ToArray())),
        "link" => Zip(("passwd", "/etc/passwd"u8.ToArray()), attributes: unchecked((int)0xA1FF0000)),
        "bomb" => Zip(("Model.key", new byte[64 << 20])),
        "many entries" => Zip([.. Enumerable.Range(0, 10_001).Select(i => ($"e{i}", Array.Empty<byte>()))]),
        "foreign loader" => Zip(("Model.key", Header("Contoso.Evil, Version=1.0.0.0"))),
        "foreign loader with our name" => Zip(("Model.key", Header("Microsoft.ML.Data, PublicKeyToken=0123456789abcdef"))),
        "foreign loader over two pieces" => Zip(("Model.key", [.. new byte[(64 * 1024) - 20], .. Header("Contoso.Evil", 70_000)])),
        "foreign loader behind a good one" => Zip(
            ("Model.key", Header($"Microsoft.ML.Data, Version=1.0.0.0, Culture=neutral, PublicKeyToken={Token}")), ("Other", [1, 2, 3, .. Header("Contoso.Evil")])),
        "native carrier" => Zip(("Model.key", Header($"Microsoft.ML.OnnxTransformer, Version=1.0.0.0, Culture=neutral, PublicKeyToken={Token}"))),
        "name past the end" => Zip(("Model.key", Header("Microsoft.ML.Data", cut: 4))),
        "name too long" => Zip(("Model.key", Header(new string('x', 4_000)))),
        "name before the header" => Zip(("Model.key", Header("Microsoft.ML.Data", offset: 8))),
        _ => BrokenSum(),
    };

    private static byte[] Header(string assembly, int gap = 0, int cut = 0, long? offset = null)
    {
        byte[] name = Encoding.Unicode.GetBytes(assembly);
        byte[] header = new byte[0x100 + gap + name.Length - cut];
        "ML\0MODEL"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(0x08), 0x00010002);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(0x90), offset ?? 0x100 + gap);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(0x98), (uint)name.Length);
        name.AsSpan(0, name.Length - cut).CopyTo(header.AsSpan(0x100 + gap));
        return header;
    }

    private static byte[] Zip(params (string Name, byte[] Content)[] entries) => Zip(entries, 0);

    private static byte[] Zip((string Name, byte[] Content) entry, int attributes) => Zip([entry], attributes);

    private static byte[] Zip((string Name, byte[] Content)[] entries, int attributes)
    {
        using MemoryStream stream = new();
        using (ZipArchive archive = new(stream, ZipArchiveMode.Create))
        {
            foreach ((string name, byte[] content) in entries)
            {
                ZipArchiveEntry entry = archive.CreateEntry(name);
                entry.ExternalAttributes = attributes;
                using Stream target = entry.Open();
                target.Write(content);
            }
        }

        return stream.ToArray();
    }

    // The deflated bytes of the first entry are overwritten.
    private byte[] BrokenSum()
    {
        byte[] zip = [.. models.Linear];
        zip.AsSpan(60, 20).Fill(0xFF);
        return zip;
    }
}
