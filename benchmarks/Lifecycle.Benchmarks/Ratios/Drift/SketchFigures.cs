using System.Diagnostics;
using Lifecycle.Drift;
using Lifecycle.Statistics;

namespace Lifecycle.Benchmarks.Ratios.Drift;

/// <summary>Sketches and reference profiles: time a value and bytes a column.</summary>
internal static class SketchFigures
{
    private const int Values = 1_000_000;
    private const int Batch = 50_000;
    private const int Rounds = 40;

    public static IEnumerable<Figure> Measure()
    {
        double[] values = Normal(Values, 1);
        yield return new Figure("drift.profile.build", 1e3 / Nanoseconds(values.Length, () => Streamed(values)), "Mvalues/s", AtLeast: true, 20);
        yield return new Figure("drift.profile.build.nokll", 1e3 / Nanoseconds(values.Length, () => WithoutQuantiles(values)), "Mvalues/s", AtLeast: true, 100);
        yield return new Figure("drift.profile.bytes.max", HostileColumns().Max(), "B", AtLeast: false, 16_384);
        yield return new Figure("drift.kll.update", Nanoseconds(values.Length, () => Quantiles(values)), "ns", AtLeast: false, 25);
        yield return new Figure("drift.hll.update", Nanoseconds(values.Length, () => Distinct(values)), "ns", AtLeast: false, 7);
        yield return new Figure("drift.log.update", Nanoseconds(values.Length, () => Histogram(values)), "ns", AtLeast: false, 5);
    }

    /// <summary>Best time of many, a value.</summary>
    private static double Nanoseconds(int count, Action work)
    {
        double best = double.PositiveInfinity;
        for (int round = 0; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            work();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / count);
        }

        return best;
    }

    /// <summary>
    /// The public streaming build of one column: quantile sketch, distinct values, moments, whole numbers. Such a column keeps no logarithmic
    /// histogram; the time of one is added.
    /// </summary>
    private static void Streamed(double[] values)
    {
        LogHistogram histogram = new();
        histogram.Add(values);
        Require(ReferenceProfile.FromAsync(Batches(values)).AsTask().GetAwaiter().GetResult().Rows == histogram.Count);
    }

    private static async IAsyncEnumerable<ColumnBatch> Batches(double[] values)
    {
        for (int from = 0; from < values.Length; from += Batch)
        {
            yield return new ColumnBatch([BatchColumn.Of<double>("x", values.AsMemory(from, Math.Min(Batch, values.Length - from)))]);
        }

        await Task.CompletedTask;
    }

    /// <summary>Distinct values, logarithmic histogram and moments, in blocks as a profile reads them.</summary>
    private static void WithoutQuantiles(double[] values)
    {
        const int block = 4096;
        CardinalitySketch distinct = new();
        LogHistogram histogram = new();
        Moments moments = default;
        for (int from = 0; from < values.Length; from += block)
        {
            ReadOnlySpan<double> part = values.AsSpan(from, Math.Min(block, values.Length - from));
            distinct.Add(part);
            histogram.Add(part);
            moments = moments.Merge(Moments.OfBlock(part));
        }

        Require(moments.Count == values.Length && histogram.Count == values.Length && distinct.Estimate() > 0);
    }

    private static void Quantiles(double[] values)
    {
        QuantileSketch sketch = new();
        foreach (double value in values)
        {
            sketch.Add(value);
        }

        Require(sketch.Count == values.Length);
    }

    private static void Distinct(double[] values)
    {
        CardinalitySketch sketch = new();
        foreach (double value in values)
        {
            sketch.Add(value);
        }

        Require(sketch.Estimate() > 0);
    }

    private static void Histogram(double[] values)
    {
        LogHistogram histogram = new();
        foreach (double value in values)
        {
            histogram.Add(value);
        }

        Require(histogram.Count == values.Length);
    }

    /// <summary>Bytes of profiles of one column each, with the longest name and unit.</summary>
    private static IEnumerable<double> HostileColumns()
    {
        const int rows = 100_000;
        double[] normal = Normal(rows, 2);
        Func<int, double>[] laws =
        [
            i => normal[i], i => normal[i] * 1e300, i => 1e12 + normal[i] * 1e-3, i => Math.Exp(50 * normal[i]), i => i % 7 == 0 ? 0 : normal[i],
            i => BitConverter.UInt64BitsToDouble((ulong)(i + 1)), i => i % 3 == 0 ? double.NaN : -1 / (i + 1.0), i => Math.Pow(10, i % 600 - 300.0),
        ];
        string name = new('n', 1000), unit = new('u', 64);
        foreach (Func<int, double> law in laws)
        {
            double[] values = [.. Enumerable.Range(0, rows).Select(law)];
            yield return ReferenceProfile.From(values, p => p.Numeric(name, v => v).Unit(name, unit)).ToBytes().Length;
            yield return Stream(values, p => p.Numeric(name, v => v).Unit(name, unit)).ToBytes().Length;
        }

        foreach (int distinct in (int[])[2, 640, 641, 9_999, rows])
        {
            string[] labels = [.. Enumerable.Range(0, rows).Select(i => $"{i % distinct}{new string('ж', i % 200)}")];
            yield return ReferenceProfile.From(labels, p => p.Category(name, l => l)).ToBytes().Length;
            yield return Stream(labels, p => p.Category(name, l => l)).ToBytes().Length;
        }
    }

    private static ReferenceProfile Stream<T>(T[] rows, Action<ProfileBuilder<T>> columns) =>
        ReferenceProfile.FromAsync(rows.ToAsyncEnumerable(), columns).AsTask().GetAwaiter().GetResult();

    private static double[] Normal(int count, ulong seed)
    {
        RandomStream random = new(seed);
        double[] values = new double[count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = random.NextGaussian();
        }

        return values;
    }

    private static void Require(bool isSound)
    {
        if (!isSound)
        {
            throw new InvalidOperationException("A sketch lost values.");
        }
    }
}
