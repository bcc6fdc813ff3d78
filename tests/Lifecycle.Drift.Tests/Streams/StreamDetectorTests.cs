using System.Diagnostics;

namespace Lifecycle.Drift.Tests;

[Trait("Vectors", "any")]
public sealed class StreamDetectorTests
{
    private static readonly double[] Hostile =
        [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0, 1, -0.0, double.Epsilon, 1e308, -1e308, 1e308, 0.5, 1, 1, 1, 1e12, 1e12, -1, 2];

    public static TheoryData<string> Names => DetectorCatalogue.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Detector_memory_is_constant_over_ten_million_updates(string name)
    {
        // The dear ones get fewer: each of their updates takes the same path from the first full window on.
        int updates = name.StartsWith("Bocd", StringComparison.Ordinal) ? 30_000 : name.StartsWith("Kswin", StringComparison.Ordinal) || name.StartsWith("Glr", StringComparison.Ordinal) ? 500_000
            : name.StartsWith("Adwin", StringComparison.Ordinal) ? 1_000_000 : 10_000_000;
        double[] stream = ErrorStreams.Changing(11, 1 << 14, 1 << 13, 0.2, 0.25);
        StreamDetector detector = DetectorCatalogue.All[name]();
        Feed(detector, stream, stream.Length);

        // What the runtime itself allocates on this thread, once, when it compiles the loop again is not the detector's: a part without any decides, and the sum is bounded.
        long[] parts = new long[5];
        for (int part = 0; part < parts.Length; part++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Feed(detector, stream, updates / parts.Length);
            parts[part] = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        // Without its optimizer the compiler of the runtime keeps a few short-lived objects of each alarm on the heap.
        bool isPlain = typeof(StreamDetector).Assembly.GetCustomAttributes(typeof(DebuggableAttribute), false).Cast<DebuggableAttribute>().Any(a => a.IsJITOptimizerDisabled);
        Assert.InRange(parts.Min(), 0, isPlain ? updates / 10 : 0);
        Assert.InRange(parts.Sum(), 0, isPlain ? updates : 16_384);
        Assert.InRange(detector.Save().Length, 1, 25_000);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_a_stream_can_hold_throws(string name)
    {
        StreamDetector detector = DetectorCatalogue.All[name]();
        Random order = new(5);
        for (int i = 0; i < 5_000; i++)
        {
            detector.Update(Hostile[order.Next(Hostile.Length)]);
        }

        Assert.Equal(5_000, detector.Updates);
        Assert.InRange(detector.Ignored, 300, 4_999);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Ignored_values_are_counted_and_change_nothing(string name)
    {
        double[] stream = ErrorStreams.Standard(4);
        StreamDetector clean = DetectorCatalogue.All[name](), dirty = DetectorCatalogue.All[name]();
        foreach (double value in stream)
        {
            Assert.Equal(Signal.None, dirty.Update(double.NaN));
            Assert.Equal(clean.Update(value), dirty.Update(value));
            Assert.Equal(clean.Signal, dirty.Signal);
        }

        Assert.Equal((0, stream.Length), (clean.Ignored, dirty.Ignored));
        Assert.Equal(2 * stream.Length, dirty.Updates);
        Assert.Equal(2 * clean.LastAlarm + 1, dirty.LastAlarm);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Reset_forgets_the_stream_and_keeps_the_counts(string name)
    {
        double[] stream = ErrorStreams.Standard(9);
        StreamDetector used = DetectorCatalogue.All[name](), fresh = DetectorCatalogue.All[name]();
        List<Signal> first = [.. stream.Select(fresh.Update)];
        foreach (double value in stream[..2222])
        {
            used.Update(value);
        }

        used.Reset();
        Assert.Equal((0, 2222), (used.Count, used.Updates));
        Assert.Equal(first, stream.Select(used.Update));
        Assert.Equal(2222 + stream.Length, used.Updates);
    }

    [Fact]
    public void A_fresh_detector_has_the_settings_and_none_of_the_state()
    {
        double[] stream = ErrorStreams.Standard(9);
        Require(new Ddm { Drift = 2.7 }, stream);
        Require(new Rddm { StableConcept = 300 }, stream);
        Require(new Adwin { Delta = 0.01 }, stream);
        Require(new Kswin { Alpha = 0.05 }, stream);
        Require(new Stepd(), stream);
        Require(new Fhddm { Window = 50 }, stream);
        Require(new Fhddms(), stream);
        Require(new MddmA(), stream);
        Require(new MddmG(), stream);
        Require(new MddmE(), stream);
        Require(new Bocd { IsBinary = true }, stream);
        Require(new GlrCusum { ErrorRate = 0.2 }, stream);
        Assert.Equal(465.44, new TabularCusum { Mean = 0, StandardDeviation = 1 }.Fresh().ExpectedRunLength!.Value, 0.01);

        static void Require<TDetector>(TDetector used, double[] stream)
            where TDetector : StreamDetector<TDetector>, new()
        {
            List<Signal> first = [.. stream[..3000].Select(used.Update)], second;
            TDetector fresh = used.Fresh();
            Assert.Equal((used.ToString(), 0, 0, null, Signal.None), (fresh.ToString(), fresh.Updates, fresh.Alarms, fresh.LastAlarm, fresh.Signal));
            second = [];
            for (int i = 0; i < 3000; i++)
            {
                second.Add(fresh.Update(stream[i]));
                used.Update(stream[(i * 7) % stream.Length]);
            }

            Assert.Equal(first, second);
        }
    }

    [Fact]
    public void Strict_detectors_throw_and_name_what_they_take()
    {
        Assert.Contains("0 or 1", Assert.Throws<ArgumentOutOfRangeException>(() => new Ddm { Strict = true }.Update(0.5)).Message, StringComparison.Ordinal);
        Assert.Contains("from 0 to 1", Assert.Throws<ArgumentOutOfRangeException>(() => new HddmA { Strict = true }.Update(1.5)).Message, StringComparison.Ordinal);
        Assert.Contains("1e100", Assert.Throws<ArgumentOutOfRangeException>(() => new Adwin { Strict = true }.Update(double.NaN)).Message, StringComparison.Ordinal);
        Assert.Equal(Signal.None, new Adwin { Strict = true }.Update(1e99));
    }

    [Fact]
    public void Settings_out_of_range_are_refused_with_an_example()
    {
        Assert.Contains("for example 3", Assert.Throws<ArgumentOutOfRangeException>(() => new Ddm { Drift = -1 }).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Adwin { Delta = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new Adwin { Clock = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new Fhddm { Window = 1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new Kswin { Alpha = 1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new PageHinkley { Fading = 1.1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new EcddWt { PaperRunLength = 500 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new Shewhart { StandardDeviation = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new Bocd { Hazard = double.NaN });
    }

    [Fact]
    public void Wrong_predictions_can_be_given_as_booleans()
    {
        double[] stream = ErrorStreams.Standard(1);
        Ddm numbers = new(), booleans = new();
        Assert.Equal(stream.Select(numbers.Update), stream.Select(v => booleans.Update(v == 1)));
    }

    [Fact]
    public void A_warning_comes_before_the_drift()
    {
        Ddm ddm = new();
        Signal[] signals = [.. ErrorStreams.Standard(1).Select(ddm.Update)];
        Assert.Equal(2819, Array.IndexOf(signals, Signal.Drift));
        Assert.InRange(Array.FindIndex(signals, 2000, s => s == Signal.Warning), 2000, 2818);
    }

    [Fact]
    public void Stepd_is_silent_without_recent_errors()
    {
        // 40 % errors, then none: the recent rate differs greatly and is the lower one.
        double[] stream = [.. ErrorStreams.Uniform(1, 500).Select(u => u < 0.4 ? 1.0 : 0.0), .. Enumerable.Repeat(0.0, 500)];
        Stepd detector = new();
        foreach (double value in stream[..500])
        {
            detector.Update(value);
        }

        Assert.All(stream[500..].Select(detector.Update).Skip(30), s => Assert.Equal(Signal.None, s));

        // p = 0 and p = 1 make the reference's statistic 0/0.
        Stepd right = new(), wrong = new();
        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal(Signal.None, right.Update(0));
            Assert.Equal(Signal.None, wrong.Update(1));
        }
    }

    [Fact]
    public void Fhddms_waits_for_its_window()
    {
        // Both windows would have alarmed at value 60 had they been judged before they were full.
        double[] stream = [.. Enumerable.Repeat(0.0, 40), .. Enumerable.Repeat(1.0, 60), .. Enumerable.Repeat(0.0, 100), .. Enumerable.Repeat(1.0, 60)];
        int[] alarms = ErrorStreams.Alarms(new Fhddms(), stream);
        Assert.True(alarms.Length > 0 && alarms[0] >= 200, string.Join(' ', alarms));
        
        // The short window needs 14 more errors than in its best 25: 25 √(ln 1e6 / 50) = 13.1.
        Assert.Equal(200 + 13, alarms[0]);
    }

    [Fact]
    public void Gma_default_can_fire()
    {
        double[] stream = [.. Enumerable.Repeat(0.0, 1000), .. Enumerable.Repeat(1.0, 100)];
        Assert.NotEmpty(ErrorStreams.Alarms(new GeometricMovingAverage(), stream));
        Assert.Empty(ErrorStreams.Alarms(new GeometricMovingAverage { Threshold = 1 }, stream));
    }

    [Fact]
    public void Falling_means_are_found_by_those_that_look_for_them()
    {
        double[] stream = ErrorStreams.Changing(3, 4000, 2000, 0.6, 0.2);
        Assert.DoesNotContain(ErrorStreams.Alarms(new PageHinkley(), stream), a => a >= 2000);
        Assert.Contains(ErrorStreams.Alarms(new PageHinkley { Direction = ChangeDirection.Down }, stream), a => a >= 2000);
        Assert.Contains(ErrorStreams.Alarms(new Cusum { Direction = ChangeDirection.Both }, stream), a => a >= 2000);
        Assert.Contains(ErrorStreams.Alarms(new HddmA { TwoSided = true }, stream), a => a >= 2000);
        Assert.Contains(ErrorStreams.Alarms(new GlrCusum { ErrorRate = 0.6, Direction = ChangeDirection.Down }, stream), a => a >= 2000);
        Assert.Contains(ErrorStreams.Alarms(new Adwin(), stream), a => a >= 2000);
    }

    private static void Feed(StreamDetector detector, double[] stream, int updates)
    {
        for (int i = 0; i < updates; i++)
        {
            detector.Update(stream[i & (stream.Length - 1)]);
        }
    }

    /// <summary>Squares of a value of 1e200 leave the range of a double: taken once, no change would ever be found again.</summary>
    [Fact]
    public void A_value_beyond_all_use_does_not_silence_a_detector()
    {
        foreach (StreamDetector detector in (StreamDetector[])[new Adwin(), new PageHinkley(), new Cusum()])
        {
            Assert.Equal(Signal.None, detector.Update(0));
            Assert.Equal(Signal.None, detector.Update(1e200));
            Assert.Equal(Signal.None, detector.Update(1.7e308));
            Assert.Equal(Signal.None, detector.Update(-1.7e308));
            for (int i = 0; i < 1000; i++)
            {
                detector.Update(0);
            }

            Assert.Equal(3, detector.Ignored);
            Assert.Contains(Signal.Drift, Enumerable.Range(0, 2000).Select(_ => detector.Update(1)));
        }
    }
}
