using System.Text;
using System.Text.Json;

namespace Lifecycle.Serving.Tests;

public sealed class RedactionTests
{
    private static readonly PseudonymKey Key = new("k1", Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Redaction_MaskAndHmac_AreWhatTheHouseMakes()
    {
        await using LogWorkspace world = LogWorkspace.New();
        LogRing ring = await world.OpenAsync(l => l
            .Redact("Card", Redaction.Mask(4)).Redact("short", Redaction.Mask(4)).Redact("customer_id", Redaction.Hmac(Key)).Redact("age", Redaction.Hmac(Key))
            .Redact("secret", Redaction.Drop));
        using TensorSet inputs = TensorSet.Of(
            ("card", TensorValue.From(["4000123412341234", "12😀4"], [2])),
            ("short", TensorValue.From([12L], [1])),
            ("CustomerId", TensorValue.From(["Zoe\u0308"], [1, 1])),
            ("age", TensorValue.From([41.5f], [1])),
            ("secret", TensorValue.From([1.5], [1])),
            ("plain", TensorValue.From([7], [1])));
        using TensorSet outputs = TensorSet.Of(("secret", TensorValue.From([2.5], [1])), ("y", TensorValue.From([8], [1])));
        ring.Record(world.Stamp(), inputs, outputs, 1);
        InferenceRecord record = Assert.Single(await world.ReadAsync());
        Assert.Equal(["card", "short", "CustomerId", "age", "plain"], record.Inputs.Select(i => i.Key));
        Assert.Equal(["y"], record.Outputs!.Select(o => o.Key));
        Assert.Equal(["****1234", "****"], record.Inputs["card"].ToStrings());
        Assert.Equal(["****"], record.Inputs["short"].ToStrings());
        using Pseudonyms customers = new(Key, "mortgage/customer_id"), ages = new(Key, "mortgage/age");
        Assert.Equal([customers.Of("Zo\u00eb")], record.Inputs["CustomerId"].ToStrings());
        Assert.Equal([ages.Of("41.5")], record.Inputs["age"].ToStrings());
        Assert.Equal(7, record.Inputs["plain"].Span<int>()[0]);
        Assert.Equal(["card", "short", "CustomerId", "age"], record.RedactedColumns);
        Assert.Contains("\"CustomerId\":{\"t\":\"BYTES\",\"s\":[1,1],\"r\":\"hmac\",\"d\":[\"k1:", Assert.Single(world.Lines()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redaction_NoByteOfAValueIsOnTheDisk_InSpoolSegmentOrDatabase()
    {
        await using LogWorkspace world = LogWorkspace.New();
        LogRing ring = await world.OpenAsync(l => l
            .Redact("dropped", Redaction.Drop).Redact("masked", Redaction.Mask(2)).Redact("hashed", Redaction.Hmac(Key)).Redact("number", Redaction.Drop));
        Guid id = Guid.Empty;
        for (int i = 0; i < 300; i++)
        {
            using TensorSet inputs = TensorSet.Of(
                ("dropped", TensorValue.From(["secret-one"], [1])), ("masked", TensorValue.From(["secret-two"], [1])),
                ("hashed", TensorValue.From(["secret-three"], [1])), ("number", TensorValue.From([987654321.125], [1])),
                ("kept", TensorValue.From(["kept-value"], [1])));
            InferenceStamp stamp = world.Stamp();
            id = stamp.RequestId;
            ring.Record(stamp, inputs, inputs, 1);
        }

        await world.Log.WrittenAsync(LogWorkspace.Model);
        await AssertHidden(world);
        await world.Log.FeedbackAsync(LogWorkspace.Model, id, "true", Token);
        await world.RestartAsync();
        Assert.Single(await world.SegmentsAsync());
        Assert.Empty(world.Spools());
        await AssertHidden(world);
        Assert.Equal(300, (await world.ReadAsync()).Count);
    }

    [Theory]
    [InlineData("x", true)]
    [InlineData("CUSTOMER_ID", true)]
    [InlineData("score", true)]
    [InlineData("CustomerIdentity", false)]
    [InlineData("x2", false)]
    public void Check_ColumnOfTheModel_OrAStartUpErrorThatListsThem(string column, bool isThere)
    {
        InferenceLogOptions options = new InferenceLogOptions().Redact(column, Redaction.Drop);
        TensorSignature signature = new(
            [new TensorSpec("x", TensorElementType.Float32, [-1, 4]), new TensorSpec("CustomerId", TensorElementType.Bytes, [-1, 1])],
            [new TensorSpec("Score", TensorElementType.Float32, [-1, 1])]);
        if (isThere)
        {
            options.Check("mortgage", signature);
            return;
        }

        LifecycleException error = Assert.Throws<LifecycleException>(() => options.Check("mortgage", signature));
        Assert.Contains($"'{column}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'x', 'CustomerId', 'Score'", error.Message, StringComparison.Ordinal);
        Assert.Contains("none", Assert.Throws<LifecycleException>(() => options.Check("mortgage", TensorSignature.Empty)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redaction_KeyInsideTheStore_IsRefused()
    {
        await using LogWorkspace world = LogWorkspace.New();
        PseudonymKeys keys = PseudonymKeys.CreateFile(Path.Combine(world.Store.Root, "keys"));
        await Assert.ThrowsAsync<PseudonymKeyException>(() => world.OpenAsync(l => l.Redact("x", Redaction.Hmac(keys))));
    }

    [Fact]
    public void Mask_OutOfRange_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Redaction.Mask(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Redaction.Mask(65));
        Assert.Throws<ArgumentException>(() => new InferenceLogOptions().Redact(" ", Redaction.Drop));
    }

    private static async Task AssertHidden(LogWorkspace world)
    {
        byte[] all = await world.AllBytesAsync();
        foreach (string hidden in new[] { "secret-", "dropped", "987654321", Convert.ToBase64String("secret-one"u8), JsonSerializer.Serialize(987654321.125) })
        {
            Assert.True(all.AsSpan().IndexOf(Encoding.UTF8.GetBytes(hidden)) < 0, $"'{hidden}' is on the disk");
        }

        Assert.True(all.AsSpan().IndexOf("kept-value"u8) >= 0, "the log is not on the disk, or not readable: nothing was proven");
    }
}
