namespace Lifecycle.Drift.Tests;

/// <summary>
/// False alarms and delays over 200 streams each: A 0.2 to 0.4 at 10,000 of 20,000, B 0.05 to 0.10 likewise, C 0.2 to 0.8 at 1,000 of
/// 2,000. The guide's table comes from here.
/// </summary>
public sealed class DetectorDelayTests
{
    private static readonly (int Change, double Before, double After)[] Scenarios = [(10_000, 0.2, 0.4), (10_000, 0.05, 0.10), (1_000, 0.2, 0.8)];

    [Fact]
    public void Ddm_has_the_known_delays() => Require(() => new Ddm(), (75, 195, 315_532), (335, 191, 390_560), (62, 200, 11_929));

    [Fact]
    public void HddmA_has_the_known_delays() => Require(() => new HddmA(), (18, 200, 36_915), (0, 200, 364_616), (6, 200, 4_156));

    [Fact]
    public void HddmW_has_the_known_delays() => Require(() => new HddmW(), (97, 200, 18_425), (0, 0, 0), (9, 200, 2_245));

    [Fact]
    public void PageHinkley_has_the_known_delays() => Require(() => new PageHinkley(), (4, 200, 43_874), (0, 200, 238_609), (0, 200, 14_964));

    [Fact]
    public void Cusum_has_the_known_delays() => Require(() => new Cusum(), (10, 200, 40_003), (0, 200, 219_201), (0, 200, 14_784));

    /// <summary>With the bound of river up to 0.21 and frouros the first delays of A and B sum up to five and three times as
    /// much.</summary>
    [Fact]
    public void Adwin_scans_every_bucket()
    {
        Require(() => new Adwin(), (0, 200, 30_296), (0, 200, 128_536), (0, 200, 9_464));
        Require(() => new Adwin { Clock = 1 }, (0, 200, 26_033), (0, 200, 121_930), (0, 200, 5_468));
    }

    /// <summary>No reference has these; they keep the guide's table true.</summary>
    [Fact]
    public void The_other_rows_of_the_guide_are_as_printed()
    {
        Require(() => new MddmA(), (41, 200, 18_736), (0, 0, 0), (1, 199, 4_711));
        Require(() => new Stepd(), (575, 200, 24_617), (714, 200, 66_380), (50, 199, 2_257));
        Require(() => new Rddm(), (236, 199, 57_034), (352, 200, 107_642), (97, 200, 4_207));
        Require(() => new EcddWt(), (5270, 200, 12_605), (6930, 200, 27_376), (474, 185, 762));
    }

    private static (int Before, int Detected, int Delays) Measure(Func<StreamDetector> create, int change, double before, double after)
    {
        int early = 0, detected = 0, delays = 0;
        Lock gate = new();
        Parallel.For(1, 201, seed =>
        {
            int[] alarms = ErrorStreams.Alarms(create(), ErrorStreams.Changing((ulong)seed, 2 * change, change, before, after));
            lock (gate)
            {
                early += alarms.Count(a => a < change);
                int first = Array.Find(alarms, a => a >= change);
                (detected, delays) = first == 0 ? (detected, delays) : (detected + 1, delays + first - change);
            }
        });

        return (early, detected, delays);
    }

    private static void Require(Func<StreamDetector> create, params (int Before, int Detected, int Delays)[] expected)
    {
        for (int i = 0; i < Scenarios.Length; i++)
        {
            Assert.Equal(expected[i], Measure(create, Scenarios[i].Change, Scenarios[i].Before, Scenarios[i].After));
        }
    }
}
