namespace Lifecycle.Tracking.Tests;

/// <summary>Makes journal files as a process would have left them.</summary>
internal static class JournalWriting
{
    public const long StartMs = 1_772_366_400_000;

    public static readonly Guid Writer = Guid.Parse("01955c3e-0000-7000-8000-0000000000ff");

    /// <summary>All kinds of records of one run, in order.</summary>
    public static IReadOnlyList<byte[]> Records(Guid run)
    {
        byte[] metric = new byte[JournalRecords.MetricSize];
        JournalRecords.WriteMetric(metric, 0, -5, StartMs + 1000, 0.853);
        StartRecord start = new(
            run.ToString("N"), "mortgage", "gbm-31", "ada", StartMs, "scoring/42", new Dictionary<string, string> { ["mlflow.runName"] = "gbm-31" },
            [new RunInput(new DatasetReference("mortgages", "sha256:00") { Rows = 2380 }, "training")]);
        return
        [
            start.ToPayload(), JournalRecords.Key(0, "auc"), metric, JournalRecords.Pair(JournalKind.Param, "trainer", "LightGbm"),
            JournalRecords.Pair(JournalKind.Tag, "owner", "Kreditrisiko \u00e4"), JournalRecords.Pair(JournalKind.TagRemoved, "owner", ""),
            JournalRecords.Input(new RunInput(new DatasetReference("other", "md5:1"), "")), new EndRecord(RunStatus.Finished, StartMs + 2000, "done").ToPayload(),
        ];
    }

    /// <summary>Writes a segment and returns its bytes and where each record begins; the last number is where the records end.</summary>
    public static (byte[] Bytes, List<long> Offsets) Write(string file, Guid run, IEnumerable<byte[]> records)
    {
        using JournalSegment segment = JournalSegment.Create(file, new JournalHeader(run, Writer, StartMs, 42, 1), 16 * 1024);
        List<long> offsets = [];
        foreach (byte[] record in records)
        {
            offsets.Add(segment.Position);
            Assert.True(segment.TryAppend(record));
        }

        offsets.Add(segment.Position);
        return (segment.Read(0, out _).ToArray(), offsets);
    }
}
