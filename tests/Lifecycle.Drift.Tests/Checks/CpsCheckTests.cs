namespace Lifecycle.Drift.Tests;

/// <summary>Real drift between two years of the Current Population Survey, against constants computed apart from this code.</summary>
[Trait("Vectors", "any")]
public sealed class CpsCheckTests
{
    private static readonly ReferenceProfile Reference = ReferenceProfile.From(CpsTable.Batch("1992"));
    private static readonly DriftReport Report = Reference.Check(CpsTable.Batch("2004"));

    [Fact]
    public void Raw_earnings_give_the_published_statistics()
    {
        ColumnFinding v = DriftCheck.Compare(CpsTable.Earnings("1992"), CpsTable.Earnings("2004"));
        Assert.Equal(DriftVerdict.Drift, v.Verdict);
        Assert.Equal(DriftSeverity.Major, v.Severity);
        Near(.48174095268131945, v.PopulationStabilityIndex);
        Near(.47943008150601285, v.PopulationStabilityIndexCorrected);
        Near(.2428190269719723, v.Hellinger);
        Near(.2825962601087025, v.KolmogorovSmirnov!.Statistic);
        Lifecycle.Statistics.TestResult squares = Lifecycle.Statistics.CramerVonMises.Test(CpsTable.Earnings("1992"), CpsTable.Earnings("2004"));
        Near(170.53482446510498, squares.Statistic);
        Assert.Equal(-845.1764, squares.LogPValue, 5e-5);
        Near(891.0723561403397, v.Keys[0].Statistic);
        Assert.Equal("Anderson-Darling", v.Keys[0].Name);
        Assert.Equal(-894.603147, v.Keys[0].LogPValue, 5e-6);
        Assert.Equal("10 bins", v.Keys[1].Name);
        Near(1731.4110956127352, v.ChiSquare!.Statistic);
        Assert.Equal(-844.482831, v.ChiSquare.LogPValue, 5e-6);
        Near(5.142970315234968, v.Wasserstein!.Value);
        Assert.Equal(.92527386, v.WassersteinInStandardDeviations!.Value, 5e-9);
        Assert.Equal(.6932474174, v.ProbabilityOfGreater!.Value, 5e-11);
        Assert.StartsWith("Drift; p ", v.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("PSI 0.48, Wasserstein 0.93 sd, P(new > old) 0.69, n 7,602 / 7,986", v.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Earnings_on_the_profile_lie_within_the_bounds_of_its_bins()
    {
        NumericColumn column = (NumericColumn)Reference["earnings"];
        Assert.Equal(206, column.Counts.Length);
        Assert.Equal([758, 761, 687, 833, 695, 788, 668, 889, 747, 776], column.Grid.ToCoarse(column.Counts));
        ColumnFinding earnings = Report["earnings"];
        Assert.Equal(DriftVerdict.Drift, earnings.Verdict);
        Near(.48174095268131945, earnings.PopulationStabilityIndex);
        Near(1731.4110956127352, earnings.ChiSquare!.Statistic);
        Assert.Equal(.2823584722, earnings.KolmogorovSmirnov!.Statistic, 5e-11);
        Assert.Equal(.3088811102, earnings.KolmogorovSmirnov.AtMost, 5e-11);
        Assert.Equal(891.0723561403397, earnings.Keys[0].Statistic, 0.02 * 891);
        Assert.Equal(5.142970315234968, earnings.Wasserstein!.Value, 0.05);
        Assert.Equal(.6932474174, earnings.ProbabilityOfGreater!.Value, 1e-3);
    }

    [Fact]
    public void New_earnings_fall_into_the_coarse_bins()
    {
        NumericColumn column = (NumericColumn)Reference["earnings"];
        NumericTally tally = NumericTally.Of<double>(column, CpsTable.Earnings("2004"));
        Assert.Equal([266, 294, 344, 441, 524, 629, 736, 1164, 1067, 2521], column.Grid.ToCoarse(tally.Bins));
    }

    [Fact]
    public void Age_is_slight()
    {
        ColumnFinding age = DriftCheck.Compare(CpsTable.Age("1992"), CpsTable.Age("2004"));
        Assert.Equal(ColumnKind.Discrete, age.Kind);
        Assert.Equal(DriftVerdict.Slight, age.Verdict);
        Near(29.917612555226647, age.ChiSquare!.Statistic);
        Assert.Equal("Mann-Whitney", age.Keys[0].Name);
        Assert.Equal(.28679765648123, Math.Exp(age.Keys[0].LogPValue), 1e-9);
        Assert.Equal(.00090519, age.PValue, 5e-9);
        Assert.Equal(.0077, age.PopulationStabilityIndex, 5e-5);
        ColumnFinding profiled = Report["age"];
        Assert.Equal(DriftVerdict.Slight, profiled.Verdict);
        Assert.Equal(age.Keys[0].LogPValue, profiled.Keys[0].LogPValue, 1e-12);
        Assert.Equal(age.LogPValue, profiled.LogPValue, 1e-12);
        Assert.Equal(age.Wasserstein!.Value, profiled.Wasserstein!.Value, 1e-9);
        Assert.Equal(age.KolmogorovSmirnov!.Statistic, profiled.KolmogorovSmirnov!.Statistic, 1e-12);
    }

    [Fact]
    public void The_first_500_of_1992_against_the_last_500_are_slight()
    {
        double[] earnings = CpsTable.Earnings("1992");
        ColumnFinding v = DriftCheck.Compare(earnings.AsSpan(0, 500), earnings.AsSpan(earnings.Length - 500));
        Assert.Equal(DriftVerdict.Slight, v.Verdict);
        Near(4.998309845399411, v.Keys[0].Statistic);
        Assert.Equal(-5.858551, v.Keys[0].LogPValue, 5e-7);
        Near(14.735624059748103, v.ChiSquare!.Statistic);
        Assert.Equal(.0985, v.ChiSquare.PValue, 5e-5);
        Assert.Equal(.00556, v.PValue, 1e-5);
        Assert.Equal(.0585, v.PopulationStabilityIndex, 5e-5);
        Assert.Equal(.0225, v.PopulationStabilityIndexCorrected, 5e-5);
    }

    [Fact]
    public void One_report_names_the_columns_worst_first()
    {
        Assert.True(Report.HasDrift);
        Assert.Equal(["earnings", "degree", "age", "gender"], Report.Columns.Select(c => c.Column));
        Assert.Equal(
            [DriftVerdict.Drift, DriftVerdict.Slight, DriftVerdict.Slight, DriftVerdict.Stable], Report.Columns.Select(c => c.Verdict));
        Assert.DoesNotContain(Report.Quality, q => q.Column != "earnings");
        Assert.Contains("earnings", Report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Floats_give_what_the_same_values_as_doubles_give()
    {
        float[] then = [.. CpsTable.Earnings("1992").Select(e => (float)e)], now = [.. CpsTable.Earnings("2004").Select(e => (float)e)];
        ColumnFinding single = DriftCheck.Compare(then, now);
        ColumnFinding wide = DriftCheck.Compare([.. then.Select(e => (double)e)], [.. now.Select(e => (double)e)]);
        Assert.Equal(wide.LogPValue, single.LogPValue);
        Assert.Equal(wide.Wasserstein!.Value, single.Wasserstein!.Value, 1e-9);
    }

    private static void Near(double expected, double actual) => Assert.Equal(expected, actual, 1e-12 * Math.Abs(expected) * 10);
}
