namespace Lifecycle.Statistics.Tests;

public class BinomialIntervalTests
{
    [Fact]
    public void Constants_of_the_page_agree()
    {
        Check(.49016247153664183, .9433178485456247, BinomialInterval.Wilson(8, 10));
        Check(0, .2775327998628892, BinomialInterval.Wilson(0, 10));
        Check(.4439045376923585, .9747892736731666, BinomialInterval.ClopperPearson(8, 10));
        Check(0, .3084971078187608, BinomialInterval.ClopperPearson(0, 10));
        Check(.05243147240236498, .33387265403690614, BinomialInterval.NewcombeDifference(56, 70, 48, 80));
    }

    [Fact]
    public void Intervals_are_symmetric_in_success_and_failure()
    {
        for (int x = 0; x <= 25; x++)
        {
            Interval wilson = BinomialInterval.Wilson(x, 25, 0.9), mirrored = BinomialInterval.Wilson(25 - x, 25, 0.9);
            Check(1 - mirrored.Upper, 1 - mirrored.Lower, wilson);
            Interval exact = BinomialInterval.ClopperPearson(x, 25, 0.9), other = BinomialInterval.ClopperPearson(25 - x, 25, 0.9);
            Check(1 - other.Upper, 1 - other.Lower, exact);
            Assert.True(exact.Lower <= x / 25.0 && x / 25.0 <= exact.Upper && wilson.Contains(x / 25.0));
        }
    }

    [Fact]
    public void Clopper_Pearson_ends_have_the_tail_they_promise()
    {
        Interval exact = BinomialInterval.ClopperPearson(37, 5_000, 0.99);
        Close.Relative(0.005, BinomialDistribution.Cdf(37, 5_000, exact.Upper), 1e-9);
        Close.Relative(0.005, BinomialDistribution.Survival(36, 5_000, exact.Lower), 1e-9);
    }

    [Fact]
    public void Nothing_tried_means_nothing_known()
    {
        Assert.Equal(new Interval(0, 1), BinomialInterval.Wilson(0, 0));
        Assert.Equal(new Interval(0, 1), BinomialInterval.ClopperPearson(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => BinomialInterval.Wilson(3, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => BinomialInterval.Wilson(1, 2, 1));
    }

    private static void Check(double lower, double upper, Interval actual)
    {
        Close.Absolute(lower, actual.Lower, 1e-13);
        Close.Absolute(upper, actual.Upper, 1e-13);
    }
}
