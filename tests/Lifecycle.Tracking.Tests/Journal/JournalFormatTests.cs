using Lifecycle.Storage.Specification;

namespace Lifecycle.Tracking.Tests;

public sealed class JournalFormatTests
{
    private static readonly Guid Run = Guid.Parse("01955c3e-1111-7222-8333-444455556666");

    [Fact]
    public void Checksum_IsCrc32C() => Assert.Equal(0xE3069283u, JournalFormat.Checksum("123456789"u8));

    [Fact]
    public void Bytes_AreThoseOfVersion1()
    {
        using TemporaryFolder folder = new();
        (byte[] bytes, List<long> offsets) = JournalWriting.Write(folder["a.wal"], Run, JournalWriting.Records(Run));
        Assert.Equal(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "golden", "journal-v1.bin")), bytes[..(int)offsets[^1]]);
        Assert.All(bytes[(int)offsets[^1]..], b => Assert.Equal(0, b));
    }

    [Fact]
    public void GoldenFile_IsReadWhole()
    {
        byte[] bytes = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "golden", "journal-v1.bin"));
        Assert.Null(JournalFormat.ReadHeader(bytes, out JournalHeader header));
        Assert.Equal(new JournalHeader(Run, JournalWriting.Writer, JournalWriting.StartMs, 42, 1), header);
        JournalBatch batch = new(Run.ToString("N"), header.Writer, 1, JournalFormat.HeaderSize, []);
        batch.Take(bytes);
        Assert.Equal((8, JournalStop.Written, bytes.Length), (batch.Records, batch.Stop, batch.Offset));
        Assert.Equal(("mortgage", "gbm-31", JournalWriting.StartMs), (batch.Start!.Experiment, batch.Start.Name, batch.Start.StartMs));
        Assert.Equal([new JournaledPoint("auc", -5, JournalWriting.StartMs + 1000, 0.853)], batch.Points);
        Assert.Equal([("trainer", "LightGbm")], batch.Params);
        Assert.Equal(new Dictionary<string, string?> { ["owner"] = null }, batch.Tags);
        Assert.Equal(new EndRecord(RunStatus.Finished, JournalWriting.StartMs + 2000, "done"), batch.End);
        Assert.Equal(JournalWriting.StartMs + 2000, batch.LastMs);
    }

    [Fact]
    public void UnknownKinds_AreSkippedByLength()
    {
        using TemporaryFolder folder = new();
        IReadOnlyList<byte[]> records = JournalWriting.Records(Run);
        (byte[] bytes, List<long> offsets) = JournalWriting.Write(folder["a.wal"], Run, [records[0], [200, 1, 2, 3], records[1], records[2]]);
        JournalBatch batch = new(Run.ToString("N"), JournalWriting.Writer, 1, JournalFormat.HeaderSize, []);
        batch.Take(bytes);
        Assert.Equal((4, JournalStop.Written, offsets[^1]), (batch.Records, batch.Stop, batch.Offset));
        Assert.Single(batch.Points);
    }

    [Fact]
    public void RandomRecords_NeverThrow()
    {
        using TemporaryFolder folder = new();
        for (int seed = 0; seed < 300; seed++)
        {
            byte[] payload = new byte[1 + (seed % 40)];
            ulong state = (ulong)seed * 0x9E3779B97F4A7C15 + 1;
            for (int i = 0; i < payload.Length; i++)
            {
                state = (state * 6364136223846793005) + 1442695040888963407;
                payload[i] = (byte)(state >> 56);
            }

            payload[0] = (byte)(seed % 12);
            (byte[] bytes, _) = JournalWriting.Write(folder[$"{seed}.wal"], Run, [payload]);
            JournalBatch batch = new(Run.ToString("N"), JournalWriting.Writer, 1, JournalFormat.HeaderSize, []);
            batch.Take(bytes);
            Assert.True(batch.Stop is JournalStop.Written or JournalStop.Torn);
        }
    }
}
