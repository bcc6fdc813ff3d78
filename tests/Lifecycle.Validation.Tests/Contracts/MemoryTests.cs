using Lifecycle.Statistics;

namespace Lifecycle.Validation.Tests.Contracts;

/// <summary>Memory of the process: these tests run alone.</summary>
[CollectionDefinition("memory", DisableParallelization = true)]
public sealed class MemoryCollection;

/// <summary>A check reads every row and allocates nothing that grows with the source.</summary>
[Collection("memory")]
public class MemoryTests
{
    private const int BatchRows = 65_536;

    [Fact]
    public void TwentyMillionRows_InConstantMemory()
    {
        const int batches = 20_000_000 / BatchRows + 1;
        ColumnContract contract = DataContract.ForColumns("t")
            .Column("key", c => c.Unique().Increasing().DistinctCountBetween(1)).Column("x", c => c.Required().Between(0, 1).MeanBetween(0.4, 0.6).QuantileBetween(0.5, 0.4, 0.6));
        ContractOptions options = new() { MaxTrackedKeys = 200_000, MaxThreads = 1 };
        long before = GC.GetTotalMemory(forceFullCollection: true), peak = 0;
        ContractResult result = contract.Check(Generated(batches, batch => peak = batch % 60 == 0 ? Math.Max(peak, GC.GetTotalMemory(forceFullCollection: true)) : peak), options);
        Assert.Equal((long)batches * BatchRows, result.Rows);
        Assert.All(result.Findings.Skip(1), f => Assert.Equal((result.Rows, Verdict.Pass), (f.Evaluated, f.Verdict)));
        Assert.Equal(UndefinedReason.LimitExceeded, result.Findings[0].Value!.Value.Reason);
        Assert.InRange(peak - before, long.MinValue, 16L << 20);
    }

    [Fact]
    public void RowsThatBreakNothing_AllocateNothing()
    {
        ColumnContract contract = DataContract.ForColumns("t").Column("key", c => c.Increasing(strict: true).Between(0, 1e15)).Column("x", c => c.Required().Between(0, 1).MeanBetween(0.4, 0.6));
        ContractOptions options = new() { MaxThreads = 1 };
        Assert.True(contract.Check(Generated(300), options).Passed);
        long few = Allocated(() => contract.Check(Generated(10), options)), many = Allocated(() => contract.Check(Generated(110), options));

        // The source makes a batch of two columns each time; 65,536 rows of it pass through without an object of their own.
        Assert.InRange((many - few) / 100, 0, 8_000);
        Line[] lines = Line.Some(1, 40_960);
        DataContract<Line> records = DataContract.For<Line>("t").Column(l => l.L, c => c.Between(0, double.MaxValue)).Column(l => l.X, c => c.Between(-100, 100)).Column(l => l.S, c => c.NotIn("nobody"));
        Assert.True(records.Check(lines).Passed);
        long first = Allocated(() => records.Check(lines.AsSpan(0, 4_096).ToArray())), all = Allocated(() => records.Check(lines));
        Assert.InRange(all - first, long.MinValue, 40_000);
    }

    [Fact]
    public void OneMillionRows_NoSampling_Under2GB()
    {
        const int rows = 1_000_000, columns = 50;
        RandomStream random = new(1);
        double[] values = new double[rows + columns];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = random.NextDouble();
        }

        values[rows / 2] = 7;
        ColumnBatch batch = new(Enumerable.Range(0, columns).Select(i => BatchColumn.Of<double>($"c{i}", values.AsMemory(i, rows))));
        ColumnContract contract = Enumerable.Range(0, columns).Aggregate(
            DataContract.ForColumns("wide"), (c, i) => c.Column($"c{i}", r => r.Required().Between(0, 1).MeanBetween(0.4, 0.6)));
        ContractResult? result = null;
        long bytes = Allocated(() => result = contract.Check(batch));
        Assert.True(bytes < 2L << 30, $"{bytes:N0} bytes");
        Assert.Equal(150, result!.Findings.Count);
        Assert.All(result.Findings, f => Assert.Equal(rows, f.Evaluated));
        Assert.Equal(Enumerable.Range(0, columns).Select(i => (long)(rows / 2 - i)), result.Findings.Where(f => f.Kind == "between").Select(f => Assert.Single(f.Rows)));
    }

    private static long Allocated(Action work)
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        work();
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }

    private static IEnumerable<ColumnBatch> Generated(int batches, Action<int>? seen = null)
    {
        long[] keys = new long[BatchRows];
        double[] values = new double[BatchRows];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (i * 7919L % BatchRows + 0.5) / BatchRows;
        }

        for (int batch = 0; batch < batches; batch++)
        {
            for (int i = 0; i < keys.Length; i++)
            {
                keys[i] = (long)batch * BatchRows + i;
            }

            yield return new ColumnBatch([BatchColumn.Of<long>("key", keys), BatchColumn.Of<double>("x", values)]);
            seen?.Invoke(batch);
        }
    }
}
