using System.Text;

namespace Lifecycle.Storage.Local.Tests;

/// <summary>The bytes of the log and the chain over them are fixed.</summary>
public sealed class AuditFormatTests
{
    private static readonly DateTimeOffset At = new DateTimeOffset(2026, 3, 4, 7, 6, 7, TimeSpan.FromHours(2)).AddTicks(1_234_567);

    [Fact]
    public void TheChain_IsFixed()
    {
        Digest first = AuditChain.Next(default, "{}"u8);
        Assert.Equal("1f42ae262679597b1b25a082d99e368464d8a3243613e766350d1cee09893057", first.Hex);
        Assert.Equal("7bd33a4c140029fb0b21c4128a375eea18dc4784f455529eef8776efa023137f", AuditChain.Next(first, "{}"u8).Hex);
    }

    [Fact]
    public void AnEntry_IsFixed()
    {
        AuditRecord record = new("model.alias.moved", "model/mortgage", """{ "version" : 1 }""", """{"version":2}""", "better <AUC> \"é🐎\"\n");
        string text = Encoding.UTF8.GetString(AuditEntryFormat.Write(12, At, "ada@scoring", record));
        Assert.Equal(
            """{"seq":12,"at":"2026-03-04T05:06:07.1234567Z","actor":"ada@scoring","action":"model.alias.moved","subject":"model/mortgage","before":{ "version" : 1 },"after":{"version":2},"reason":"better <AUC> \"é"""
            + "\\uD83D\\uDC0E" + """\"\n"}""",
            text);
        AuditEntry read = AuditEntryFormat.Read(12, Encoding.UTF8.GetBytes(text), default);
        Assert.Equal(new AuditEntry(12, At.ToUniversalTime(), "ada@scoring", record.Action, record.Subject, record.Before, record.After, record.Reason, default), read);
    }

    [Fact]
    public void AnEntryWithoutStates_IsFixed() => Assert.Equal(
        """{"seq":1,"at":"1970-01-01T00:00:00.0000000Z","actor":"a","action":"b.c","subject":"d","before":null,"after":null,"reason":null}""",
        Encoding.UTF8.GetString(AuditEntryFormat.Write(1, DateTimeOffset.UnixEpoch, "a", new AuditRecord("b.c", "d"))));

    [Fact]
    public void TheCheckpoint_IsFixed()
    {
        AuditHead head = new(1234, Digest.Of("x"u8));
        byte[] bytes = AuditCheckpoint.Write(head);
        Assert.Equal("1234 sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\n", Encoding.ASCII.GetString(bytes));
        Assert.Equal(head, AuditCheckpoint.Parse(bytes));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1234")]
    [InlineData("-1 sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\n")]
    [InlineData("01 sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\n")]
    [InlineData("1 sha256:2D711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\n")]
    [InlineData("1 sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881")]
    [InlineData("1 sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\n\n")]
    public void ACheckpointThatIsNoneOfOurs_IsNotRead(string text) => Assert.Null(AuditCheckpoint.Parse(Encoding.UTF8.GetBytes(text)));
}
