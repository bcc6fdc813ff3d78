using Xunit;

namespace Lifecycle.Drift.Tests;

/// <summary>Slips in names and settings are refused with what to do, not ignored.</summary>
public sealed class RefusalTests
{
    private static readonly ColumnBatch Batch = new([BatchColumn.Of<double>("income", Samples.Normal(500, 1))]);

    [Fact]
    public void Settings_of_a_column_that_is_not_there_are_refused_in_checks_and_monitors()
    {
        ReferenceProfile profile = ReferenceProfile.From(Batch);
        DriftPolicy floor = DriftPolicy.Default.EffectAtLeast("incom", Effect.Hellinger, 0.1);
        DriftPolicy evidently = DriftPolicy.Evidently.ColumnMethod("incom", EvidentlyTest.Wasserstein);
        DriftPolicy nannyML = DriftPolicy.NannyML.ColumnMethod("incom", NannyMLMethod.Wasserstein);
        foreach (DriftPolicy policy in (DriftPolicy[])[floor, evidently, DriftPolicy.Evidently.ColumnThreshold("incom", 0.2), nannyML])
        {
            Assert.Contains("incom", Assert.Throws<UnknownColumnException>(() => profile.Check(Batch, policy)).Message, StringComparison.Ordinal);
            Assert.Throws<UnknownColumnException>(() => profile.Monitor(m => m.Judge(policy)));
        }

        Assert.Throws<UnknownColumnException>(() => ChunkedDrift.Of(Batch, Batch, DriftPolicy.NannyML.ColumnMethod("incom", NannyMLMethod.Wasserstein)));
    }

    [Fact]
    public void Numbers_that_are_no_value_of_an_enumeration_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => DriftPolicy.Default.EffectAtLeast((Effect)99, 0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => DriftPolicy.Default.EffectAtLeast("income", (Effect)99, 0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => DriftPolicy.Default with { Correction = (DriftCorrection)99 });
        Assert.Throws<ArgumentOutOfRangeException>(() => DriftPolicy.Evidently with { Defects = (Defects)99 });
        Assert.Throws<ArgumentOutOfRangeException>(() => DriftPolicy.NannyML.Continuous((NannyMLMethod)99));
        Assert.Throws<ArgumentOutOfRangeException>(() => ChunkedDrift.Of(Batch, Batch, Chunker.ByCount(8), distance: (ChunkDistance)99));
        Assert.Throws<ArgumentOutOfRangeException>(() => ReferenceProfile.From(Batch, c => c.Role("income", (ColumnRole)99)));
        Assert.Contains("Holm", Assert.Throws<ArgumentOutOfRangeException>(() => new DriftPolicy { Correction = (DriftCorrection)99 }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Detector_settings_that_contradict_each_other_are_refused_at_the_first_value()
    {
        StreamDetector[] detectors =
        [
            new Kswin { Window = 100, Recent = 100 }, new Fhddms { Window = 10, ShortWindow = 25 }, new Rddm { Drift = 1, Warning = 2 },
            new Ddm { Drift = 2, Warning = 3 }, new Eddm { Drift = 0.95, Warning = 0.9 },
        ];
        foreach (StreamDetector detector in detectors)
        {
            Assert.Contains("for example", Assert.Throws<ArgumentException>(() => detector.Update(1.0)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_getter_that_throws_is_named_with_its_row()
    {
        int[] rows = [.. Enumerable.Range(0, 20)];
        Exception error = Assert.Throws<InvalidOperationException>(
            () => ReferenceProfile.From(rows, p => p.Numeric("income", r => r == 7 ? throw new FormatException("no number") : r)));
        Assert.IsType<FormatException>(error.InnerException);
        Assert.Contains("'income'", error.Message, StringComparison.Ordinal);
        Assert.Contains("row 7", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_named_and_a_null_profile_is_an_argument()
    {
        ReferenceProfile profile = ReferenceProfile.From(Batch);
        string folder = Path.Combine(Path.GetTempPath(), "lifecycle-no-such-folder");
        DirectoryNotFoundException error = await Assert.ThrowsAsync<DirectoryNotFoundException>(
            async () => await profile.SaveAsync(Path.Combine(folder, "a.ldp"), TestContext.Current.CancellationToken));
        Assert.Contains(folder, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(AtomicFile.TemporaryPrefix, error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => ReferenceProfile.Merge(profile, null!));
    }

    [Fact]
    public void Numbers_that_differ_in_the_thirteenth_digit_read_differently()
    {
        Assert.Equal("999999999999 to 1000000000001", NumberRange.Of(1e12 - 1, 1e12 + 1));
        Assert.Equal("0.25 to 3", NumberRange.Of(0.25, 3));
        double[] values = [.. Enumerable.Range(0, 90).Select(i => 1e12 + i % 3 - 1)];
        ColumnFinding finding = ReferenceProfile.From(values, p => p.Numeric("x", v => v)).Check(values)["x"];
        Assert.Equal(["999999999999", "1000000000000", "1000000000001"], finding.Bars.Select(b => b.Label));
    }

    [Theory]
    [InlineData(320, 16_384)]
    [InlineData(1280, 32_768)]
    [InlineData(5120, 98_304)]
    public void A_column_keeps_within_the_bytes_of_its_resolution(int resolution, int most)
    {
        double[] normal = Samples.Normal(60_000, 4);
        Func<int, double>[] laws =
            [i => normal[i] * 1e300, i => 1e12 + normal[i] * 1e-3, i => Math.Exp(50 * normal[i]), i => BitConverter.UInt64BitsToDouble((ulong)i + 1), i => Math.Floor(normal[i] * 1000)];
        foreach (Func<int, double> law in laws)
        {
            double[] values = [.. Enumerable.Range(0, normal.Length).Select(law)];
            byte[] bytes = ReferenceProfile.From(
                values, p => p.Numeric(new string('n', 1000), v => v).Unit(new string('n', 1000), new string('u', 64)).Resolution(resolution)).ToBytes();
            Assert.InRange(bytes.Length, 1000, most);
        }
    }
}
