using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Lifecycle.Tracking;

/// <summary>A point on its way from a journal into the database.</summary>
internal readonly record struct JournaledPoint(string Key, long Step, long Ms, double Value);

/// <summary>Records of one segment that go into the database in one transaction, and the position behind them.</summary>
internal sealed class JournalBatch
{
    public const int MaximumRecords = 4096;

    private readonly Dictionary<int, string> _keys;

    public JournalBatch(string runId, Guid writer, uint segment, long offset, Dictionary<int, string> keys)
    {
        RunId = runId;
        Writer = writer.ToString("N");
        Segment = segment;
        Offset = offset;
        _keys = keys;
    }

    public string RunId { get; }

    public string Writer { get; }

    public uint Segment { get; }

    /// <summary>Behind the last record taken.</summary>
    public long Offset { get; private set; }

    /// <summary>Records taken, keys included.</summary>
    public int Records { get; private set; }

    public JournalStop Stop { get; private set; }

    public StartRecord? Start { get; private set; }

    public List<JournaledPoint> Points { get; } = [];

    /// <summary>Points of <see cref="Points"/> that also speak of a model.</summary>
    public List<(JournaledPoint Point, string Model, string DatasetName, string DatasetDigest)> OfModels { get; } = [];

    /// <summary>The last signal that the process got, and when.</summary>
    public (string Name, long Ms)? Signal { get; private set; }

    public List<(string Key, string Value)> Params { get; } = [];

    /// <summary>Last word on each tag; null takes it away.</summary>
    public Dictionary<string, string?> Tags { get; } = new(StringComparer.Ordinal);

    public List<RunInput> Inputs { get; } = [];

    public EndRecord? End { get; private set; }

    /// <summary>Misuse that was refused since the last batch; not in the journal.</summary>
    public List<RunProblem> Problems { get; } = [];

    /// <summary>Whether the segment holds nothing behind this batch and will get nothing more, so that the file may go once the commit is on the disk.</summary>
    public bool FinishesSegment { get; set; }

    /// <summary>Whether something was written below a run that was deleted meanwhile.</summary>
    public bool RunIsDeleted { get; set; }

    public bool IsEmpty => Records == 0 && Problems.Count == 0 && !FinishesSegment;

    /// <summary>What must survive a power loss when the transaction returns.</summary>
    public CommitDurability Durability => Start is not null || End is not null || FinishesSegment ? CommitDurability.Flushed : CommitDurability.Buffered;

    /// <summary>Milliseconds of the last record that carries a time; null when none does.</summary>
    public long? LastMs { get; private set; }

    /// <summary>Takes records from a segment, beginning at <see cref="Offset"/>.</summary>
    /// <param name="segment">The bytes of the segment from <paramref name="from"/> to its end.</param>
    /// <param name="most">At most so many records.</param>
    /// <param name="from">Where the bytes begin in the segment.</param>
    public void Take(ReadOnlySpan<byte> segment, int most = MaximumRecords, long from = 0)
    {
        JournalReader reader = new(segment, Offset, from);
        while (Records < most && reader.TryRead(out ReadOnlySpan<byte> payload))
        {
            try
            {
                Take(payload);
            }
            catch (Exception e) when (e is KeyNotFoundException or JsonException or ArgumentException or InvalidOperationException or FormatException or IndexOutOfRangeException)
            {
                // its checksum fits, but no writer of ours made it
                Stop = JournalStop.Torn;
                return;
            }

            Records++;
            Offset = reader.Offset;
        }

        Stop = reader.Stop;
    }

    /// <summary>Says that the file must be kept, whatever it holds.</summary>
    public void MarkTorn() => Stop = JournalStop.Torn;

    private void Take(ReadOnlySpan<byte> payload)
    {
        switch ((JournalKind)payload[0])
        {
            case JournalKind.Key:
                _keys[JournalRecords.ReadNumber(payload)] = Encoding.UTF8.GetString(payload[4..]);
                break;
            case JournalKind.Metric:
                Points.Add(ReadPoint(payload));
                break;
            case JournalKind.MetricOfModel:
                JournaledPoint point = ReadPoint(payload);
                Points.Add(point);
                (string model, string name, string digest) = JournalRecords.ReadModel(payload);
                OfModels.Add((point, model, name, digest));
                break;
            case JournalKind.Signal:
                Signal = (Encoding.UTF8.GetString(payload[9..]), BinaryPrimitives.ReadInt64LittleEndian(payload[1..]));
                break;
            case JournalKind.Param:
                Params.Add(JournalRecords.ReadPair(payload));
                break;
            case JournalKind.Tag:
                (string key, string value) = JournalRecords.ReadPair(payload);
                Tags[key] = value;
                break;
            case JournalKind.TagRemoved:
                Tags[JournalRecords.ReadPair(payload).Key] = null;
                break;
            case JournalKind.Start:
                Start = StartRecord.Read(payload[1..]);
                LastMs = Start.StartMs;
                break;
            case JournalKind.End:
                End = EndRecord.Read(payload);
                LastMs = End.EndMs;
                break;
            case JournalKind.Input:
                Inputs.Add(JournalRecords.ReadInput(payload[1..]));
                break;
            default:
                // a kind of a later version; its length has been skipped
                break;
        }
    }

    private JournaledPoint ReadPoint(ReadOnlySpan<byte> payload)
    {
        long ms = BinaryPrimitives.ReadInt64LittleEndian(payload[12..]);
        LastMs = ms;
        return new JournaledPoint(
            _keys[JournalRecords.ReadNumber(payload)], BinaryPrimitives.ReadInt64LittleEndian(payload[4..]), ms, BinaryPrimitives.ReadDoubleLittleEndian(payload[20..]));
    }
}
