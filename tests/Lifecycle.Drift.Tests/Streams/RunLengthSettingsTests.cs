using Lifecycle.Statistics;

namespace Lifecycle.Drift.Tests;

/// <summary>What a choice of a run length changes, what it leaves, and what it refuses.</summary>
public sealed class RunLengthSettingsTests
{
    [Theory]
    [InlineData(20, 0.2)]
    [InlineData(40, 0.2)]
    [InlineData(60, 0.3)]
    [InlineData(500, 0.2)]
    public void A_window_changes_by_at_most_a_quarter(int window, double rate)
    {
        Within(() => new Fhddm { Window = window }.WithRunLength(1_000, StreamLaw.Errors(rate)), d => [(window, d.Window)]);
        int half = Math.Max(3, window / 2);
        Within(
            () => new Fhddms { Window = window, ShortWindow = half }.WithRunLength(1_000, StreamLaw.Errors(rate)),
            d => [(window, d.Window), (half, d.ShortWindow)]);

        static void Within<TDetector>(Func<TDetector> make, Func<TDetector, (int Asked, int Given)[]> settings)
            where TDetector : StreamDetector
        {
            try
            {
                TDetector made = make();
                Assert.InRange(made.ExpectedRunLength!.Value, 900, 1_100);
                Assert.All(settings(made), s => Assert.True(4 * Math.Abs(s.Given - s.Asked) <= s.Asked, $"{made}: {s.Asked} became {s.Given}"));
            }
            catch (RunLengthException exception)
            {
                Assert.Contains("cannot be had", exception.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Steps_go_to_a_quarter_and_stay_in_the_range()
    {
        Assert.Equal([75, 125, 30, 50, 3, 3], new int?[] { Setting.Resized(100, -25, 2, 1_000), Setting.Resized(100, 25, 2, 1_000), Setting.Resized(40, -10, 2, 1_000), Setting.Resized(40, 10, 2, 1_000), Setting.Resized(3, 0, 2, 1_000), Setting.Resized(4, -1, 2, 1_000) }.Select(w => w!.Value));
        Assert.Null(Setting.Resized(40, 11, 2, 1_000));
        Assert.Null(Setting.Resized(40, -11, 2, 1_000));
        Assert.Null(Setting.Resized(2, -1, 2, 1_000));
        Assert.Null(Setting.Resized(100_000, 1, 2, 100_000));
        Fhddm widest = new Fhddm { Window = 100_000 };
        Assert.Equal(100_000, widest.Window);
    }

    [Fact]
    public void A_window_that_cannot_have_the_run_length_does_not_stop_the_others()
    {
        // At a rate of 0.02, 30 latest values differ by more than a tenth hardly ever; 15 do.
        Kswin detector = Kswin.ForRunLength(700, errorRate: 0.02);
        Assert.InRange(detector.Recent, 15, 29);
        Assert.InRange(detector.ExpectedRunLength!.Value, 630, 770);
    }

    [Fact]
    public void A_run_length_below_the_shortest_is_said_to_be_too_short()
    {
        string message = Assert.Throws<RunLengthException>(() => Kswin.ForRunLength(200, errorRate: 0.01)).Message;
        Assert.Contains("the shortest is longer", message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_window_of_kswin_stays_and_its_recent_values_change_by_at_most_half()
    {
        Kswin detector = new Kswin { Window = 60, Recent = 30 }.WithRunLength(500, StreamLaw.Errors(0.5));
        Assert.Equal(60, detector.Window);
        Assert.InRange(detector.Recent, 15, 30);
        Assert.InRange(detector.ExpectedRunLength!.Value, 450, 550);
    }

    [Fact]
    public void Settings_that_contradict_each_other_are_refused_before_the_search()
    {
        StreamLaw law = StreamLaw.Errors(0.2);
        Refused(() => new Kswin { Window = 40, Recent = 30 }.WithRunLength(1_000, law), "Recent is 30 and at most 20");
        Refused(() => new Fhddms { Window = 20, ShortWindow = 25 }.WithRunLength(1_000, law), "ShortWindow is 25 and at most 20");
        Refused(() => new Ddm { Warning = 4 }.WithRunLength(1_000, law), "Warning is 4 and at most 3");
        Refused(() => new Rddm { Warning = 4 }.WithRunLength(1_000, law), "Warning is 4");
        Refused(() => new Eddm { Warning = 0.5 }.WithRunLength(1_000, law), "Drift is 0.9 and at most 0.5");

        static void Refused(Action choose, string message) => Assert.Contains(message, Assert.Throws<ArgumentException>(choose).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_constant_sample_is_called_constant()
    {
        double[] quiet = new double[600], level = [.. Enumerable.Repeat(4.25, 600)];
        Refused(() => Ddm.ForRunLength(1_000, quiet), "Ddm");
        Refused(() => GlrCusum.ForRunLength(1_000, quiet), "GlrCusum");
        Refused(() => Ewma.ForRunLength(1_000, level), "4.25");
        Refused(() => PageHinkley.ForRunLength(1_000, level), "4.25");
        Refused(() => Bocd.ForRunLength(1_000, level), "Bocd");
        quiet[^1] = 1;
        Assert.True(StreamLaw.FromSample(quiet).IsBinary);
        quiet[^1] = 0.5;
        Assert.False(StreamLaw.FromSample(quiet).IsBinary);

        static void Refused(Action choose, string part)
        {
            string message = Assert.Throws<ArgumentException>(choose).Message;
            Assert.Contains("The sample is constant", message, StringComparison.Ordinal);
            Assert.Contains(part, message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_takes_too_long_is_refused_at_once()
    {
        Assert.Contains("the longest is 10,000", Assert.Throws<RunLengthException>(() => Bocd.ForRunLength(20_000, errorRate: 0.2)).Message, StringComparison.Ordinal);
        Assert.Contains("the longest is 10,000", Assert.Throws<RunLengthException>(() => Kswin.ForRunLength(100_000, 0, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("RunLength.Measure", Assert.Throws<RunLengthException>(() => HddmW.ForRunLength(10_000_000, errorRate: 0.2)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_refused_names_a_run_length_only_where_it_can_be_asked_for()
    {
        string none = Refused(0.5), one = Refused(0.2);
        Assert.Contains("never passed", none, StringComparison.Ordinal);
        Assert.DoesNotContain("Infinity", none, StringComparison.Ordinal);
        Assert.Contains("the nearest is 5.", one, StringComparison.Ordinal);
        Assert.DoesNotContain("Ask for that", one, StringComparison.Ordinal);

        static string Refused(double rate) => Assert.Throws<RunLengthException>(() => Shewhart.ForRunLength(1_000, rate)).Message;
    }

    [Fact]
    public void A_threshold_lies_between_scores_that_differ_by_more_than_rounding()
    {
        // Scores on errors at 0.2 with a slack of 0.5 are multiples of a half; a threshold in the middle of two of them.
        TabularCusum chart = TabularCusum.ForRunLength(1_000, errorRate: 0.2);
        Assert.Equal(0.5, chart.Slack);
        Assert.Equal(0.25, Math.Abs(chart.Threshold * 2 - Math.Round(chart.Threshold * 2)) / 2, 1e-6);
    }
}
