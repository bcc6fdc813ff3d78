using Lifecycle.Serving;
using Lifecycle.Serving.TestModels;

namespace Lifecycle.OnnxRuntime.Tests;

/// <summary>Hostile models, each refused before native code sees it.</summary>
public sealed class OnnxGuardTests
{
    // Of what a refusal may allocate beyond the file.
    private const long MaximumExtra = 64 << 20;

    public static TheoryData<string, string> HostileModels()
    {
        TheoryData<string, string> rows = [];
        foreach ((string name, string reason, _) in HostileOnnx.All)
        {
            rows.Add(name, reason);
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(HostileModels))]
    public void Guard_HostileModel_RejectedWithItsReason(string name, string reason)
    {
        byte[] model = HostileOnnx.All.Single(h => h.Name == name).Make();
        long before = GC.GetAllocatedBytesForCurrentThread();
        ModelRejectedException error = Assert.Throws<ModelRejectedException>(() => Inspect(model));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaximumExtra);
        Assert.StartsWith("guard: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Guard_ExternalData_EveryPlace_Rejected()
    {
        string[] places = [.. HostileOnnx.All.Where(h => h.Name.StartsWith("external ", StringComparison.Ordinal)).Select(h => h.Name)];
        Assert.True(places.Length >= 15);
        foreach ((string name, _, Func<byte[]> make) in HostileOnnx.All.Where(h => places.Contains(h.Name)))
        {
            // What refuses is the runtime as the host calls it, not only the guard.
            ContentFile main = new("model.onnx", make());
            ModelRejectedException error = Assert.Throws<ModelRejectedException>(
                () => new OnnxModelRuntime().Inspect(new ModelContent([main, new ContentFile("w", new byte[8])]), main, TestContext.Current.CancellationToken));
            Assert.True(error.Message.Contains("another file", StringComparison.Ordinal), name);
        }
    }

    [Fact]
    public void Guard_HtmlPageAsModel_Rejected()
    {
        ModelRejectedException error = Assert.Throws<ModelRejectedException>(() => Inspect("\uFEFF\n <html><h1>502 Bad Gateway</h1></html>"u8.ToArray()));
        Assert.Equal("guard: no ONNX model: the file begins like a web page; look at how it was downloaded", error.Message);
    }

    [Fact]
    public void Guard_GoodModels_Pass()
    {
        foreach (byte[] model in (byte[][])[OnnxModels.Linear(), OnnxModels.Mlp(), OnnxModels.Simple(), OnnxTrees.Model(), OnnxModels.NonZero(), OnnxOddModels.Spin()])
        {
            Inspect(model);
        }
    }

    [Fact]
    public void Guard_BigModel_AllocatesNextToNothing()
    {
        byte[] model = OnnxModels.BigMlp();
        Inspect(model);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Inspect(model);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 10);
    }

    [Fact]
    public void Guard_ForeignDomainThatIsRegistered_Passes()
    {
        OnnxGuardOptions options = new();
        options.Domains.Add("com.contoso");
        OnnxGuard.Inspect(HostileOnnx.ForeignDomain(), options);
    }

    [Fact]
    public void Guard_FunctionsCalledInTurn_Pass()
    {
        byte[] model = OnnxModels.Model("functions", g => g.Message(1, n => OnnxModels.Node(n, "outer", ["x"], ["y"])).Text(2, "functions"));
        byte[] functions = new ProtobufWriter()
            .Message(25, f => f.Text(1, "outer").Message(7, n => n.Text(4, "inner")).Message(7, n => n.Text(4, "inner")))
            .Message(25, f => f.Text(1, "inner").Message(7, n => n.Text(4, "Relu"))).ToArray();
        Inspect([.. model, .. functions]);
        ModelRejectedException error = Assert.Throws<ModelRejectedException>(
            () => OnnxGuard.Inspect([.. model, .. functions], new OnnxGuardOptions { MaximumNodes = 4 }));
        Assert.Contains("grow to more than 4 nodes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Guard_TypedValues_CountedExactly()
    {
        // Of each kind of typed field one tensor that is right, which shows that what is refused elsewhere is refused for its number only.
        Action<ProtobufWriter>[] tensors =
        [
            t => t.Numbers(1, [2]).Number(2, 1).Float(4, 1).Float(4, 2),
            t => t.Numbers(1, [2]).Number(2, 1).Bytes(4, new byte[8]),
            t => t.Numbers(1, [2]).Number(2, 6).Numbers(5, [-1, 300]),
            t => t.Numbers(1, [2]).Number(2, 10).Bytes(5, [0x80, 0x01, 0x02]),
            t => t.Numbers(1, [2]).Number(2, 7).Bytes(7, [0x80, 0x01, 0x02]),
            t => t.Numbers(1, [1]).Number(2, 13).Number(11, -1),
            t => t.Numbers(1, [1]).Number(2, 14).Bytes(4, new byte[8]),
            t => t.Numbers(1, [1]).Number(2, 11).Bytes(10, new byte[8]),
            t => t.Numbers(1, [3]).Number(2, 22).Numbers(5, [0x21, 0x03]),
            t => t.Numbers(1, [3]).Number(2, 22).Bytes(9, [0x21, 0x03]),
            t => t.Numbers(1, [2]).Number(2, 8).Text(6, "a").Text(6, ""),
        ];
        foreach (Action<ProtobufWriter> tensor in tensors)
        {
            Inspect(OnnxModels.Model("t", g => g.Text(2, "t").Message(5, tensor)));
            Assert.Throws<ModelRejectedException>(() => Inspect(OnnxModels.Model("t", g => g.Text(2, "t").Message(5, t => tensor(t.Number(1, 3))))));
        }
    }

    [Fact]
    public void Guard_ModelCutAnywhere_RejectedUnlessOnlyAnOperatorSetIsMissing()
    {
        byte[] model = OnnxModels.Simple();
        int passed = 0;
        for (int length = 0; length < model.Length; length++)
        {
            try
            {
                Inspect([.. model.Take(length)]);
                passed++;
            }
            catch (ModelRejectedException error)
            {
                Assert.StartsWith("guard: no ONNX model: ", error.Message, StringComparison.Ordinal);
            }
        }

        // Behind the graph stand two operator sets; without the second one it is still a whole model.
        Assert.Equal(1, passed);
    }

    [Fact]
    public void Guard_LargeModelCutAnywhere_Rejected()
    {
        byte[] model = OnnxModels.Mlp();
        SplitMix64 random = new(5);
        for (int i = 0; i < 200; i++)
        {
            int length = random.Below(model.Length - 40);
            Assert.Throws<ModelRejectedException>(() => OnnxGuard.Inspect(model.AsSpan(0, length), new OnnxGuardOptions()));
        }
    }

    [Fact]
    public void Guard_AnyBytes_RefusedOrPassedButNeverBroken()
    {
        byte[][] models = [OnnxModels.Simple(), OnnxOddModels.Spin(), HostileOnnx.ForeignDomain(), .. HostileOnnx.All.Where(h => h.Name.StartsWith("function", StringComparison.Ordinal)).Select(h => h.Make())];
        SplitMix64 random = new(3);
        int refused = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] changed = [.. models[i % models.Length]];
            for (int k = random.Below(4); k >= 0; k--)
            {
                changed[random.Below(changed.Length)] = (byte)random.Next();
            }

            try
            {
                Inspect(changed);
            }
            catch (ModelRejectedException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1_000, 20_000);
    }

    private static void Inspect(byte[] model) => OnnxGuard.Inspect(model, new OnnxGuardOptions());
}
