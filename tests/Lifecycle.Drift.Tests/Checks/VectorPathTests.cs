using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Lifecycle.Statistics;

namespace Lifecycle.Drift.Tests;

/// <summary>
/// Verdicts have the same bits with 512, 256 and 128 bit vectors and without any. The machine decides which ones a run uses; the switches
/// DOTNET_EnableAVX512=0 and DOTNET_EnableHWIntrinsic=0 take them away, and LIFECYCLE_WIDEST_VECTOR says what the run is meant to have at most.
/// </summary>
[Trait("Vectors", "any")]
public sealed class VectorPathTests
{
    private const string Golden = "b7143ed958372e3343aada2d12c3d86580141ef15e66bb9ec96f6347d4676563";

    private static int Widest =>
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;

    [Fact]
    public void A_run_has_the_vectors_it_is_meant_to_have()
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"widest accelerated vector: {Widest} bits");
        string? expected = Environment.GetEnvironmentVariable("LIFECYCLE_WIDEST_VECTOR");
        Assert.True(expected is null || Widest <= int.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), $"{Widest} bits, meant to be {expected}");
    }

    [Fact]
    public void Verdicts_have_golden_bits_on_every_path()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        ReferenceProfile reference = ReferenceProfile.From(Table(20_011, 1, 0));
        foreach (int rows in (int[])[37, 1_013, 20_000])
        {
            foreach (ColumnFinding finding in reference.Check(Table(rows, 2, 0.125)).Columns)
            {
                Add(hash, finding);
            }
        }

        for (ulong pair = 0; pair < 6; pair++)
        {
            double[] a = Numbers(4_000 + 997 * (int)pair, 10 + pair, 0), b = Numbers(3_001, 20 + pair, pair / 64.0);
            float[] narrowA = [.. a.Select(v => (float)v)], narrowB = [.. b.Select(v => (float)v)];
            Add(hash, DriftCheck.Compare(a, b));
            Add(hash, DriftCheck.Compare(narrowA, narrowB));
            using TwoSampleComparison all = TwoSample.Compare(narrowA, narrowB);
            foreach (Lifecycle.Statistics.TestResult test in (Lifecycle.Statistics.TestResult[])[all.KolmogorovSmirnov, all.CramerVonMises, all.AndersonDarling, all.MannWhitney, all.BrunnerMunzel, all.Kuiper])
            {
                Add(hash, test.Statistic);
                Add(hash, test.LogPValue);
            }

            Add(hash, all.Wasserstein);
            Add(hash, all.Energy);
        }

        string digest = Convert.ToHexStringLower(hash.GetHashAndReset());
        TestContext.Current.TestOutputHelper?.WriteLine($"{Widest} bits: {digest}");
        Assert.Equal(Golden, digest);
    }

    private static void Add(IncrementalHash hash, ColumnFinding finding)
    {
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{finding.Column} {finding.Verdict};"));
        foreach (double? figure in (double?[])
            [
                finding.LogPValue, finding.LogAdjustedPValue, finding.PopulationStabilityIndex, finding.PopulationStabilityIndexCorrected,
                finding.Hellinger, finding.Wasserstein, finding.Energy, finding.ProbabilityOfGreater, finding.KolmogorovSmirnov?.Statistic,
                finding.Reference.Mean, finding.Current.Mean, .. finding.Keys.SelectMany(k => (double?[])[k.Statistic, k.LogPValue]),
            ])
        {
            Add(hash, figure ?? -1);
        }
    }

    private static void Add(IncrementalHash hash, double figure)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, figure);
        hash.AppendData(bytes);
    }

    /// <summary>Values from whole numbers and divisions only; missing, infinite, tied and constant ones among them.</summary>
    private static ColumnBatch Table(int rows, ulong seed, double shift)
    {
        double[] smooth = Numbers(rows, seed, 0), moved = Numbers(rows, seed + 100, shift), rough = Numbers(rows, seed + 200, 0);
        RandomStream random = new(seed, 3);
        for (int i = 0; i < rows; i++)
        {
            rough[i] = random.NextBelow(9) switch { 0 => double.NaN, 1 => double.PositiveInfinity, 2 => -0.0, 3 => 1e300, 4 => 5e-324, _ => rough[i] };
        }

        return new ColumnBatch(
        [
            BatchColumn.Of<double>("smooth", smooth), BatchColumn.Of<double>("moved", moved), BatchColumn.Of<double>("rough", rough),
            BatchColumn.Of<float>("single", smooth.Select(v => (float)v).ToArray()),
            BatchColumn.Of<int>("whole", smooth.Select(v => (int)(v * 12)).ToArray()),
            BatchColumn.Of<double>("tied", moved.Select(v => Math.Floor(v * 3)).ToArray()),
            BatchColumn.Of<double>("constant", smooth.Select(_ => 7.25).ToArray()),
            BatchColumn.Of<string>("label", smooth.Select(v => $"{(int)(v * 5)}").ToArray()),
            BatchColumn.Of<bool>("flag", moved.Select(v => v > 0).ToArray()),
        ]);
    }

    /// <summary>Sums of four even draws, bell-shaped.</summary>
    private static double[] Numbers(int count, ulong seed, double shift)
    {
        RandomStream random = new(77, seed);
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = random.NextDouble() + random.NextDouble() + random.NextDouble() + random.NextDouble() - 2 + shift;
        }

        return values;
    }
}
