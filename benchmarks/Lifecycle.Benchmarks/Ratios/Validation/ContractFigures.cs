using Lifecycle.Statistics;
using Lifecycle.Validation;

namespace Lifecycle.Benchmarks.Ratios.Validation;

/// <summary>Data contracts: ten ranges over ten columns, over records, and memory over a long stream.</summary>
internal static class ContractFigures
{
    private const int Rows = 1_000_000;
    private const int Columns = 10;
    private const int Rounds = 15;

    private static readonly ContractOptions OneThread = new() { MaxThreads = 1 };

    public static IEnumerable<Figure> Measure()
    {
        double[][] columns = [.. Enumerable.Range(0, Columns).Select(c => Uniform(Rows, (ulong)c + 1))];
        ColumnContract contract = Ranges();
        ColumnBatch batch = Batch(columns, 0, Rows);
        Func<double> ours = () => RatioRunner.Time(() => Require(contract.Check(batch, OneThread).Passed));
        Func<double> loop = () => RatioRunner.Time(() => Require(RowLoop(columns) == 0));
        (double columnTime, double loopTime) = RatioRunner.Interleaved(Rounds, ours, loop);
        yield return new Figure("validation.contract.columns.vs_loop", columnTime / loopTime, "x", AtLeast: false, 0.9);
        yield return VsPandas(ours);
        yield return SevenMillion(contract);
        yield return Records();
        yield return new Figure("validation.contract.memory", Memory(), "MB", AtLeast: false, 64);
    }

    private static ColumnContract Ranges() =>
        Enumerable.Range(0, Columns).Aggregate(DataContract.ForColumns("ranges"), (c, i) => c.Column($"c{i}", r => r.Between(0, 1)));

    private static ColumnBatch Batch(double[][] columns, int from, int rows) =>
        new(columns.Select((values, i) => BatchColumn.Of<double>($"c{i}", values.AsMemory(from, rows))));

    /// <summary>What one would write by hand: row after row, every column against its limits.</summary>
    private static long RowLoop(double[][] columns)
    {
        long broken = 0;
        for (int row = 0; row < columns[0].Length; row++)
        {
            for (int c = 0; c < columns.Length; c++)
            {
                double value = columns[c][row];
                if (value < 0 || value > 1)
                {
                    broken++;
                }
            }
        }

        return broken;
    }

    private static Figure VsPandas(Func<double> ours)
    {
        using Peer? peer = Peer.Start("validation_contract_pandas.py");
        if (peer is null)
        {
            return new Figure("validation.contract.columns.vs_pandas", null, "x", AtLeast: true, 3.5, "python3-pandas");
        }

        (double mine, double theirs) = RatioRunner.Interleaved(Rounds, ours, peer.Seconds);
        return new Figure("validation.contract.columns.vs_pandas", theirs / mine, "x", AtLeast: true, 3.5);
    }

    private static Figure SevenMillion(ColumnContract contract)
    {
        const int rows = 7_000_000;
        ColumnBatch batch = Batch([.. Enumerable.Range(0, Columns).Select(c => Uniform(rows, (ulong)c + 1))], 0, rows);
        double best = Enumerable.Range(0, Rounds).Min(_ => RatioRunner.Time(() => Require(contract.Check(batch, new ContractOptions { MaxThreads = 2 }).Passed)));
        return new Figure("validation.contract.7m", best, "s", AtLeast: false, 0.06);
    }

    private static Figure Records()
    {
        RandomStream random = new(3);
        Loan[] loans = [.. Enumerable.Range(0, Rows).Select(i => new Loan(
            random.NextDouble(), random.NextDouble(), random.NextDouble(), random.NextDouble(), i % 90, i % 12, i, i % 2 == 0, random.NextDouble(), random.NextDouble()))];
        DataContract<Loan> contract = DataContract.For<Loan>("loans")
            .Column(l => l.Income, c => c.Between(0, 1)).Column(l => l.Amount, c => c.Between(0, 1)).Column(l => l.Price, c => c.Between(0, 1))
            .Column(l => l.Debt, c => c.Between(0, 1)).Column(l => l.Age, c => c.Between(0, 120)).Column(l => l.Month, c => c.Between(0, 11))
            .Column(l => l.Id, c => c.Increasing(strict: true)).Column(l => l.IsOwner, c => c.Required()).Column(l => l.Rate, c => c.Finite())
            .Column(l => l.Ratio, c => c.Required());
        double best = Enumerable.Range(0, Rounds).Min(_ => RatioRunner.Time(() => Require(contract.Check(loans, OneThread).Passed)));
        return new Figure("validation.contract.records", Rows / best / 1e6, "Mrows/s", AtLeast: true, 12);
    }

    /// <summary>The largest growth of the managed heap while 100 million generated rows go by, looked at every 6.5 million.</summary>
    private static double Memory()
    {
        const int batchRows = 65_536, batches = 100_000_000 / batchRows + 1;
        ColumnContract contract = DataContract.ForColumns("stream").Column("key", c => c.Unique()).Column("x", c => c.Between(0, 1).MeanBetween(0));
        long[] keys = new long[batchRows];
        double[] values = Uniform(batchRows, 1);
        long before = GC.GetTotalMemory(forceFullCollection: true), peak = before;
        ContractResult result = contract.Check(Stream());
        Require(result.Rows >= 100_000_000 && result.Findings[0].Verdict == Verdict.Inconclusive);
        return (peak - before) / 1e6;

        IEnumerable<ColumnBatch> Stream()
        {
            for (int batch = 0; batch < batches; batch++)
            {
                for (int i = 0; i < keys.Length; i++)
                {
                    keys[i] = (long)batch * batchRows + i;
                }

                yield return new ColumnBatch([BatchColumn.Of<long>("key", keys), BatchColumn.Of<double>("x", values)]);
                peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: batch % 100 == 0));
            }
        }
    }

    private static double[] Uniform(int rows, ulong seed)
    {
        RandomStream random = new(seed);
        double[] values = new double[rows];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = random.NextDouble();
        }

        return values;
    }

    private static void Require(bool isSound)
    {
        if (!isSound)
        {
            throw new InvalidOperationException("A contract gave another answer than it must.");
        }
    }

    private sealed record Loan(double Income, double Amount, double Price, double Debt, int Age, int Month, long Id, bool IsOwner, double Rate, double Ratio);
}
