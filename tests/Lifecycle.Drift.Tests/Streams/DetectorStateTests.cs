namespace Lifecycle.Drift.Tests;

/// <summary>A saved detector goes on in another process as if nothing had happened.</summary>
public sealed class DetectorStateTests
{
    private const string GoldenBytes =
        "4C53440A01002E00437573756D285468726573686F6C6420322C2044656C746120302E3030352C205761726D55702033302C20557029000005000000"
        + "00000000010000000000000000000000000000000400000000000000FFFFFFFFFFFFFFFF0000000000000000000000000000F8FFFFFFFFFFFFFFFF3F"
        + "FFFFFFFFFFFFFF3F0400000000000000000000000000E43F3096FC62C92FE63FB81E85EB51B8BE3F0C07E80F395CFD26E843DE1C1B7BC1AE";

    public static TheoryData<string> Names => DetectorCatalogue.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_restored_detector_gives_the_same_signals(string name)
    {
        double[] stream = ErrorStreams.Standard(7);
        foreach (int stop in (int[])[0, 1, 57, 333, 1999, 2500])
        {
            StreamDetector whole = DetectorCatalogue.All[name](), part = DetectorCatalogue.All[name](), restored = DetectorCatalogue.All[name]();
            List<Signal> expected = [.. stream.Select(whole.Update)];
            List<Signal> seen = [.. stream[..stop].Select(part.Update)];
            restored.Restore(part.Save());
            seen.AddRange(stream[stop..].Select(restored.Update));
            Assert.Equal(expected, seen);
            Assert.Equal((whole.Updates, whole.Alarms, whole.LastAlarm, whole.Count), (restored.Updates, restored.Alarms, restored.LastAlarm, restored.Count));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void State_goes_on_after_an_alarm_too(string name)
    {
        double[] stream = [.. ErrorStreams.Standard(7), .. Enumerable.Repeat(1.0, 300)];
        StreamDetector whole = DetectorCatalogue.All[name](), part = DetectorCatalogue.All[name](), restored = DetectorCatalogue.All[name]();
        int stop = Array.FindLastIndex([.. stream.Select(whole.Update)], s => s == Signal.Drift) + 1;
        Assert.True(stop > 0, "The stream raises no alarm.");
        foreach (double value in stream[..stop])
        {
            part.Update(value);
        }

        restored.Restore(part.Save());
        Assert.Equal(part.Save(), restored.Save());
        Assert.Equal(Signal.Drift, restored.Signal);
        Assert.Equal(stream.Select(part.Update), stream.Select(restored.Update));
    }

    [Fact]
    public void The_run_length_is_saved_too()
    {
        Cusum detector = Cusum.ForRunLength(200, errorRate: 0.2), restored = Cusum.ForRunLength(200, errorRate: 0.2);
        restored.Restore(detector.Save());
        Assert.Equal(detector.ExpectedRunLength, restored.ExpectedRunLength);
    }

    [Fact]
    public void Another_detector_or_setting_is_refused()
    {
        byte[] saved = new Ddm().Save();
        Assert.Contains("Ddm(Drift 3", Assert.Throws<ArgumentException>(() => new Eddm().Restore(saved)).Message, StringComparison.Ordinal);
        Assert.Contains("Ddm(Drift 2.5", Assert.Throws<ArgumentException>(() => new Ddm { Drift = 2.5 }.Restore(saved)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_bytes_are_refused_and_leave_a_new_detector()
    {
        Adwin adwin = new();
        foreach (double value in ErrorStreams.Standard(3))
        {
            adwin.Update(value);
        }

        byte[] saved = adwin.Save();
        for (int i = 0; i < saved.Length; i++)
        {
            byte[] flipped = [.. saved], cut = saved[..i];
            flipped[i] ^= 0x10;
            Assert.Throws<InvalidDataException>(() => new Adwin().Restore(flipped));
            Assert.Throws<InvalidDataException>(() => new Adwin().Restore(cut));
        }

        Assert.Throws<InvalidDataException>(() => adwin.Restore([.. saved, 0]));
        Assert.Throws<InvalidDataException>(() => adwin.Restore([]));
    }

    [Fact]
    public void The_bytes_are_those_of_version_one()
    {
        Cusum detector = new() { Threshold = 2 };
        foreach (double value in (double[])[0, 1, double.NaN, 1, 0.5])
        {
            detector.Update(value);
        }

        Assert.Equal(GoldenBytes, Convert.ToHexString(detector.Save()));
    }
}
