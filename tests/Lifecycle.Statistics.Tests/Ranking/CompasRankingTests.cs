namespace Lifecycle.Statistics.Tests;

/// <summary>COMPAS deciles, rebuilt from their counts by label.</summary>
public class CompasRankingTests
{
    private static readonly int[] Negatives = [1132, 648, 466, 435, 355, 283, 242, 162, 153, 87];
    private static readonly int[] Positives = [308, 293, 281, 334, 326, 358, 350, 350, 355, 296];
    private static readonly (double[] Deciles, bool[] Labels) Rows = Rebuild();

    [Fact]
    public void Area_and_average_precision_agree()
    {
        Close.Relative(.7021662544019726, RankCurves.AreaUnderRoc(Rows.Deciles, Rows.Labels), 1e-13);
        Close.Relative(.6283740292169139, RankCurves.AveragePrecision(Rows.Deciles, Rows.Labels), 1e-13);
    }

    [Fact]
    public void DeLong_error_and_logit_interval_agree()
    {
        AreaEstimate estimate = DeLong.Estimate(Rows.Deciles, Rows.Labels);
        Close.Relative(.7021662544019726, estimate.Area, 1e-13);
        Close.Relative(.006089079340368245, estimate.StandardError, 1e-11);
        Interval interval = estimate.LogitInterval();
        Close.Absolute(.690096, interval.Lower, 5e-7);
        Close.Absolute(.713961, interval.Upper, 5e-7);
    }

    [Fact]
    public void Calibration_error_agrees()
    {
        double[] scores = [.. Rows.Deciles.Select(d => (d - .5) / 10)];
        CalibrationError error = CalibrationError.Of(scores, Rows.Labels);
        Close.Relative(.10887163848073189, error.Expected, 1e-12);
        Close.Relative(.17715404699738913, error.Maximum, 1e-12);
        Assert.InRange(CalibrationError.Of(scores, Rows.Labels, 10, CalibrationBins.EqualCount).Expected, 0.09, 0.13);
    }

    [Fact]
    public void Wald_and_newcombe_agree_on_false_positive_rates()
    {
        Interval difference = BinomialInterval.NewcombeDifference(805, 1795, 349, 1488);
        Close.Absolute(.18205318232698947, difference.Lower, 1e-13);
        Close.Absolute(.24502334032690656, difference.Upper, 1e-13);
    }

    private static (double[], bool[]) Rebuild()
    {
        List<double> deciles = [];
        List<bool> labels = [];
        for (int d = 0; d < 10; d++)
        {
            deciles.AddRange(Enumerable.Repeat(d + 1.0, Negatives[d] + Positives[d]));
            labels.AddRange(Enumerable.Repeat(false, Negatives[d]));
            labels.AddRange(Enumerable.Repeat(true, Positives[d]));
        }

        return ([.. deciles], [.. labels]);
    }
}
