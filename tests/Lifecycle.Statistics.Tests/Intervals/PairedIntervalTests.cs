namespace Lifecycle.Statistics.Tests;

public class PairedIntervalTests
{
    [Fact]
    public void Newcombe_and_Katz_agree_with_the_page()
    {
        Interval newcombe = BinomialInterval.NewcombeDifference(56, 70, 48, 80);
        Close.Relative(.05243147240236498, newcombe.Lower, 1e-10);
        Close.Relative(.33387265403690614, newcombe.Upper, 1e-10);

        // Selected by COMPAS: Caucasian 854 of 2,454, African-American 2,174 of 3,696.
        Interval katz = BinomialInterval.KatzRatio(854, 2454, 2174, 3696);
        Close.Relative(.5569038100793631, katz.Lower, 1e-10);
        Close.Relative(.6285376262610154, katz.Upper, 1e-10);
        Assert.Equal(new Interval(0, double.PositiveInfinity), BinomialInterval.KatzRatio(0, 10, 3, 10));
    }

    [Fact]
    public void Agresti_Min_agrees_with_the_page()
    {
        PairedProportions pair = new(1202, 1124, 7214);
        Close.Relative(.01080931263858093, pair.Difference, 1e-10);
        Close.Relative(.006683792756875576, pair.StandardError, 1e-10);
        Close.Relative(-.002290680445024876, pair.Interval().Lower, 1e-10);
        Close.Relative(.02390930572218674, pair.Interval().Upper, 1e-10);
    }

    [Fact]
    public void Holm_and_Benjamini_Hochberg_agree_with_the_page()
    {
        double[] values = [.01, .04, .03, .005];
        Assert.All(FamilyWise.Holm(values).Zip([.03, .06, .06, .02]), p => Close.Relative(p.Second, p.First, 1e-10));
        Assert.All(FalseDiscovery.BenjaminiHochberg(values).Zip([.02, .04, .04, .02]), p => Close.Relative(p.Second, p.First, 1e-10));
    }

    [Fact]
    public void Rows_a_group_agree_with_the_page() => Close.Relative(355.9428127116252, SampleSize.TwoProportions(.3, .4), 1e-10);

    [Fact]
    public void Paired_t_agrees_with_its_definition()
    {
        // Student's sleep data (1908): t = -4.0621, p = .002833, interval (-2.4599, -.7001).
        double[] first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0], second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
        PairedMeans pair = new([.. first.Zip(second, (a, b) => a - b)]);
        Close.Absolute(-1.58, pair.Difference, 1e-12);
        Close.Absolute(-4.0621, pair.T, 5e-5);
        Close.Absolute(.002833, pair.PValue, 5e-7);
        Close.Absolute(-2.4599, pair.Interval().Lower, 5e-5);
        Close.Absolute(-.7001, pair.Interval().Upper, 5e-5);
        Close.Relative(pair.PValue / 2, 1 - pair.PValueAbove(0), 1e-9);
        Assert.True(double.IsNaN(new PairedMeans([1.0]).StandardError));
    }
}
