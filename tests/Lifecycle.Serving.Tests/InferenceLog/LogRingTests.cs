using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lifecycle.Serving.Tests;

public sealed class LogRingTests
{
    private static readonly InferenceStamp Stamp = new("m", "1", new Guid("0195503a-1b2c-7d3e-8f40-0123456789ab"), DateTimeOffset.UnixEpoch);

    [Fact]
    public void Ring_Full_DropsTheNewest_AndCounts()
    {
        LogRing ring = New(records: 16);
        using TensorSet inputs = Numbers(10);
        for (int i = 0; i < 20; i++)
        {
            ring.Record(Stamp with { Version = i.ToString(System.Globalization.CultureInfo.InvariantCulture) }, inputs, null, 1);
        }

        Assert.Equal((16L, 4L, 16L), (ring.Recorded, ring.DroppedFull, ring.Waiting));
        Assert.Equal(Enumerable.Range(0, 16).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture)), Drain(ring));
        ring.Record(Stamp with { Version = "again" }, inputs, null, 1);
        Assert.Equal(["again"], Drain(ring));
    }

    [Fact]
    public void Ring_FullOfBytes_DropsTheNewest_AndHasRoomAgain()
    {
        LogRing ring = New(records: 1_000, bytes: 10_000);
        using TensorSet large = Numbers(1_000);
        using TensorSet tooLarge = Numbers(3_000);
        ring.Record(Stamp, tooLarge, null, 1);
        ring.Record(Stamp, large, null, 1);
        ring.Record(Stamp, large, null, 1);
        ring.Record(Stamp, large, null, 1);
        Assert.Equal((2L, 2L), (ring.Recorded, ring.DroppedFull));
        Drain(ring);
        ring.Record(Stamp, large, large, 1);
        Assert.Equal((3L, 2L), (ring.Recorded, ring.DroppedFull));
    }

    [Fact]
    public void Ring_LargeRecordsWritten_TheirRoomIsThere_BeforeManyAre()
    {
        LogRing ring = New(records: 1_000, bytes: 10_000);
        using TensorSet large = Numbers(1_000);
        ring.Record(Stamp, large, null, 1);
        ring.Record(Stamp, large, null, 1);
        Assert.NotNull(ring.Peek().Layout);
        ring.Release();
        ring.Record(Stamp, large, null, 1);
        Assert.Equal((3L, 0L), (ring.Recorded, ring.DroppedFull));
    }

    [Fact]
    public async Task Ring_RedactedColumns_CountAsWhatIsStored()
    {
        Dictionary<string, Redaction> redactions = new()
        {
            ["dropped"] = Redaction.Drop,
            ["masked"] = Redaction.Mask(3),
            ["keyed"] = Redaction.Hmac(new PseudonymKey("k1", System.Text.Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef"))),
        };
        System.Collections.Frozen.FrozenDictionary<string, ColumnRedaction>? columns =
            await ColumnRedaction.OfAsync("m", redactions, null, TestContext.Current.CancellationToken);
        LogRing ring = new(1, 64, 100_000, columns, new WakeSignal());
        using TensorSet dropped = Column("dropped", 100_000), masked = Column("masked", 3_000), keyed = Column("keyed", 1_500);
        ring.Record(Stamp, dropped, null, 1);
        Assert.Equal((1L, 0L), (ring.Recorded, ring.DroppedFull));
        foreach (TensorSet set in new[] { masked, keyed })
        {
            // 12,000 and 6,000 bytes as they come; more than half of the room as they are stored
            ring = new(1, 64, 100_000, columns, new WakeSignal());
            ring.Record(Stamp, set, null, 1);
            ring.Record(Stamp, set, null, 1);
            Assert.Equal((1L, 1L), (ring.Recorded, ring.DroppedFull));
            Assert.InRange(ring.Peek().Content.Length, 30_000, ring.Peek().Size);
            Drain(ring);
            ring.Record(Stamp, set, null, 1);
            Assert.Equal((2L, 1L), (ring.Recorded, ring.DroppedFull));
        }
    }

    [Fact]
    public void Ring_Closed_DropsAndCounts()
    {
        LogRing ring = New();
        using TensorSet inputs = Numbers(1);
        ring.Close();
        ring.Record(Stamp, inputs, null, 1);
        Assert.Equal((0L, 1L, 0L), (ring.Recorded, ring.DroppedFull, ring.Waiting));
    }

    [Fact]
    public void Ring_CopiesWhatTheCallerUsesAgain()
    {
        LogRing ring = New();
        using TensorSet inputs = Numbers(3);
        ring.Record(Stamp, inputs, inputs, 1);
        inputs["x"].Span<float>().Fill(-1);
        Assert.Equal(
            [1, 3, 1, 3, .. MemoryMarshal.AsBytes<float>([0f, 1, 2]), .. MemoryMarshal.AsBytes<float>([0f, 1, 2])],
            ring.Peek().Content.ToArray());
    }

    [Fact]
    public async Task Ring_EverNewKindsOfCalls_EachRecordKeepsItsOwn()
    {
        const int Callers = 4, Each = 500;
        LogRing ring = New(records: Callers * Each);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() =>
        {
            for (int i = 0; i < Each; i++)
            {
                int kind = i % 50;
                using TensorSet inputs = TensorSet.Of(($"x{kind}", TensorValue.From([kind, caller], kind % 2 == 0 ? [2] : [1, 2])));
                using TensorSet? outputs = kind % 3 == 0 ? null : TensorSet.Of(("y", TensorValue.From([new string('t', kind * 7)], [1])));
                ring.Record(Stamp with { Version = $"{kind % 7}", Error = outputs is null ? "Broken" : null, RequestId = new Guid(kind, 0, 0, new byte[8]) }, inputs, outputs, 1);
            }
        })));
        RecordWriter writer = new();
        int read = 0;
        for (ref readonly LogCell record = ref ring.Peek(); !Unsafe.IsNullRef(in record); record = ref ring.Peek(), read++)
        {
            using InferenceRecord back = RecordReader.Record(writer.Write(record)[..^1].ToArray(), "test");
            int kind = back.Inputs[0].Value.Span<int>()[0];
            Assert.Equal((new Guid(kind, 0, 0, new byte[8]), $"{kind % 7}", $"x{kind}"), (back.RequestId, back.Stamp.Version, back.Inputs[0].Key));
            Assert.Equal((kind % 2 == 0 ? 1 : 2, kind % 3 == 0 ? "Broken" : null), (back.Inputs[0].Value.Shape.Rank, back.Stamp.Error));
            Assert.Equal(kind % 3 == 0 ? null : new string('t', kind * 7), back.Outputs?["y"].ToStrings()[0]);
            ring.Release();
        }

        Assert.Equal(Callers * Each, read);
    }

    [Fact]
    public void Cell_IsTwoCacheLines() => Assert.Equal(LogCell.Bytes, Unsafe.SizeOf<LogCell>());

    [Fact]
    public void Ring_DisposedTensors_AreCounted_AndNothingIsThrown()
    {
        LogRing ring = New();
        TensorSet inputs = Numbers(3);
        inputs.Dispose();
        ring.Record(Stamp, inputs, null, 1);
        ring.Record(default, null!, null, 1);
        Assert.Equal(2, ring.DroppedFull + ring.DroppedFailed);
        Assert.Empty(Drain(ring));
    }

    [Fact]
    public async Task Ring_8ProducersAndOneConsumer_EachRecordOnce_InTheOrderOfItsProducer()
    {
        const int Producers = 8, Each = 20_000;
        LogRing ring = New(records: 37);
        ConcurrentQueue<long> dropped = new();
        Task[] producers = [.. Enumerable.Range(0, Producers).Select(p => Task.Run(() =>
        {
            using TensorSet inputs = TensorSet.Of(("x", TensorValue.From([0L, 0L], [2])));
            for (int i = 0; i < Each; i++)
            {
                inputs["x"].Span<long>()[0] = p;
                inputs["x"].Span<long>()[1] = i;
                ring.Record(Stamp, inputs, i % 3 == 0 ? inputs : null, 1);
                if (i % 64 == 0)
                {
                    Thread.Yield();
                }
            }
        }))];
        long[] last = [.. Enumerable.Repeat(-1L, Producers)];
        long taken = 0;
        Task all = Task.WhenAll(producers);
        while (!all.IsCompleted || ring.Waiting > 0)
        {
            ref readonly LogCell record = ref ring.Peek();
            if (!Unsafe.IsNullRef(in record))
            {
                // Past the size of each dimension.
                bool hasOutputs = record.Layout!.HasOutputs;
                ReadOnlySpan<long> x = MemoryMarshal.Cast<byte, long>(record.Content[(hasOutputs ? 2 : 1)..]);
                Assert.True(x[1] > last[x[0]]);
                Assert.Equal(x[1] % 3 == 0, hasOutputs);
                last[x[0]] = x[1];
                taken++;
                ring.Release();
            }
        }

        await all;
        Assert.Equal(Producers * Each, taken + ring.DroppedFull);
        Assert.Equal((taken, 0L), (ring.Recorded, ring.DroppedFailed));
    }

    [Fact]
    public void Wants_SameId_SameAnswer_InEveryRing_AndTheShareIsKept()
    {
        LogRing half = New(sample: 0.5), again = New(sample: 0.5), tenth = New(sample: 0.1), all = New(sample: 1);
        int inHalf = 0, inTenth = 0;
        for (int i = 0; i < 40_000; i++)
        {
            Guid id = i % 2 == 0 ? LifecycleId.New(TimeProvider.System) : new Guid(i, 0, 0, new byte[8]);
            Assert.Equal(half.Wants(id), again.Wants(id));
            Assert.True(all.Wants(id));
            Assert.True(half.Wants(id) || !tenth.Wants(id), "a smaller sample is a part of a larger one");
            inHalf += half.Wants(id) ? 1 : 0;
            inTenth += tenth.Wants(id) ? 1 : 0;
        }

        // six standard deviations
        Assert.InRange(inHalf, 20_000 - 600, 20_000 + 600);
        Assert.InRange(inTenth, 4_000 - 360, 4_000 + 360);
    }

    [Fact]
    public void Record_SteadyState_AllocatesNothing()
    {
        LogRing ring = New(records: 64);
        using TensorSet inputs = TensorSet.Of(("x", TensorValue.From(new float[10], [1, 10])), ("name", TensorValue.From(["a text"], [1])));
        using TensorSet outputs = Numbers(400);
        for (int i = 0; i < 200; i++)
        {
            ring.Record(Stamp, inputs, outputs, 1);
            ring.Release();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++)
        {
            ring.Record(Stamp, inputs, outputs, 1);
            ring.Release();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(0, ring.DroppedFull + ring.DroppedFailed);
    }

    private static LogRing New(double sample = 1, int records = 64, long bytes = 64L << 20) => new(sample, records, bytes, null, new WakeSignal());

    private static TensorSet Numbers(int count) => TensorSet.Of(("x", TensorValue.From([.. Enumerable.Range(0, count).Select(i => (float)i)], [1, count])));

    private static TensorSet Column(string name, int count) => TensorSet.Of((name, TensorValue.From([.. Enumerable.Range(0, count).Select(i => 1000f + i)], [count])));

    private static List<string> Drain(LogRing ring)
    {
        List<string> versions = [];
        for (ref readonly LogCell record = ref ring.Peek(); !Unsafe.IsNullRef(in record); record = ref ring.Peek())
        {
            if (record.Layout is { } layout)
            {
                versions.Add(layout.Stamp(record.Id, record.At, record.Duration, record.ClientId).Version);
            }

            ring.Release();
        }

        return versions;
    }
}
