namespace Lifecycle.Drift.Tests;

/// <summary>The two tools' scores of 1992 against 2004, and of a lattice, as they were computed apart from this code.</summary>
public sealed class CpsPresetTests
{
    private const double Relative = 1e-12;

    private static readonly ColumnBatch Then = CpsTable.Batch("1992"), Now = CpsTable.Batch("2004");
    private static readonly DriftReport Default = DriftCheck.Compare(Then, Now, DriftPolicy.Evidently);

    public static TheoryData<string, EvidentlyTest, double> All => new()
    {
        { "earnings", EvidentlyTest.Wasserstein, .9253347254973786 },
        { "earnings", EvidentlyTest.PopulationStabilityIndex, .5481655607048788 },
        { "earnings", EvidentlyTest.KullbackLeibler, .24168270047710783 },
        { "earnings", EvidentlyTest.JensenShannon, .24995270705529501 },
        { "earnings", EvidentlyTest.Hellinger, .2516339756752301 },
        { "earnings", EvidentlyTest.EnergyDistance, 1.3761392904083036 },
        { "age", EvidentlyTest.Wasserstein, .03430885498796462 },
        { "age", EvidentlyTest.PopulationStabilityIndex, .007694302830121269 },
        { "age", EvidentlyTest.JensenShannon, .03100254558822118 },
        { "age", EvidentlyTest.Hellinger, .027301353397428188 },
        { "degree", EvidentlyTest.JensenShannon, .04737310239247472 },
        { "degree", EvidentlyTest.PopulationStabilityIndex, .017968470935093062 },
        { "degree", EvidentlyTest.Hellinger, .04738284874343867 },
        { "degree", EvidentlyTest.ChiSquare, 7.848170925538474e-34 },
        { "gender", EvidentlyTest.JensenShannon, .008130993591180335 },
        { "gender", EvidentlyTest.PopulationStabilityIndex, .0005289173194759506 },
        { "gender", EvidentlyTest.ChiSquare, .04021709367731897 },
        { "gender", EvidentlyTest.TwoProportions, .1512074111612467 },
    };

    public static TheoryData<string, EvidentlyTest?, double> FirstThousand => new()
    {
        { "earnings", null, 1.1289850689115942e-25 },
        { "age", null, .26347172719864703 },
        { "degree", null, .00014129673017015953 },
        { "degree", EvidentlyTest.ChiSquare, 5.802061657477743e-8 },
        { "gender", null, .891975154931602 },
    };

    public static TheoryData<string, NannyMLMethod, double> OneChunk => new()
    {
        { "earnings", NannyMLMethod.JensenShannon, .3030715781903326 },
        { "earnings", NannyMLMethod.Hellinger, .26063245233421944 },
        { "earnings", NannyMLMethod.Wasserstein, 5.142970315234968 },
        { "age", NannyMLMethod.JensenShannon, .03723785223543594 },
        { "age", NannyMLMethod.Hellinger, .031007623258571093 },
        { "degree", NannyMLMethod.LInfinity, .06616333911891192 },
        { "degree", NannyMLMethod.ChiSquare, 69.55901729862373 },
        { "gender", NannyMLMethod.LInfinity, .01135264139236569 },
        { "gender", NannyMLMethod.ChiSquare, 2.013699459413598 },
    };

    [Theory]
    [MemberData(nameof(All))]
    public void Evidently_scores_of_all_rows(string column, EvidentlyTest test, double expected) =>
        Near(expected, DriftCheck.Compare(Then.Select(column), Now.Select(column), DriftPolicy.Evidently.ColumnMethod(column, test))[column].Preset!.Score);

    [Fact]
    public void Evidently_chooses_distances_for_a_large_reference()
    {
        Assert.Equal(
            [("earnings", "wasserstein", true), ("degree", "jensenshannon", false), ("age", "wasserstein", false), ("gender", "jensenshannon", false)],
            Default.Columns.Select(c => (c.Column, c.Preset!.Test, c.Preset.IsDrift)));
        Assert.False(Default.HasDrift);
        Assert.Equal(0.25, Default.DriftedShare);
    }

    [Theory]
    [MemberData(nameof(FirstThousand))]
    public void Evidently_scores_of_the_first_thousand_of_each_year(string column, EvidentlyTest? test, double expected)
    {
        int[] rows = [.. Enumerable.Range(0, 1000)];
        PresetScore score = DriftCheck.Compare(
            Then.Select(column).Rows(rows), Now.Select(column).Rows(rows), test is { } named ? DriftPolicy.Evidently.ColumnMethod(column, named) : DriftPolicy.Evidently)[column].Preset!;
        Near(expected, score.Score);
        Assert.Equal(test is not null ? "chisquare" : column is "earnings" or "age" ? "ks" : "z", score.Test);
    }

    [Theory]
    [MemberData(nameof(OneChunk))]
    public void NannyML_scores_of_2004_as_one_chunk(string column, NannyMLMethod method, double expected) =>
        Near(expected, DriftCheck.Compare(Then.Select(column), Now.Select(column), DriftPolicy.NannyML.ColumnMethod(column, method))[column].Preset!.Score);

    [Fact]
    public void Scores_of_the_lattice()
    {
        double[] then = PresetOracle.Lattice(20_000, 2654435783, 1, 0), now = PresetOracle.Lattice(20_000, 2246822541, 1.05, 0);
        double[] moved = [.. now.Select(v => v - .02)];
        double NannyML(NannyMLMethod method, double[] current, Defects defects = Defects.AsIs) =>
            DriftCheck.Compare(then, current, DriftPolicy.NannyML.Continuous(method) with { Defects = defects }).Preset!.Score;
        double Evidently(EvidentlyTest test) => DriftCheck.Compare(then, now, DriftPolicy.Evidently.NumericMethod(test)).Preset!.Score;
        Near(.0476999999999972, NannyML(NannyMLMethod.KolmogorovSmirnov, now));
        Near(.025014920863873812, NannyML(NannyMLMethod.Wasserstein, now));
        Near(.025012533232765297, NannyML(NannyMLMethod.Wasserstein, now, Defects.Fixed));
        Near(.012992787469888613, NannyML(NannyMLMethod.Wasserstein, moved));
        Near(.013002329526502647, NannyML(NannyMLMethod.Wasserstein, moved, Defects.Fixed));
        Near(.15570682626595805, NannyML(NannyMLMethod.JensenShannon, now));
        Near(.15529285216842775, NannyML(NannyMLMethod.Hellinger, now));
        Near(.0779001878941873, Evidently(EvidentlyTest.PopulationStabilityIndex));
        Near(.0292459619341949, Evidently(EvidentlyTest.KullbackLeibler));
    }

    private static void Near(double expected, double actual) =>
        Assert.True(Math.Abs(expected - actual) <= Relative * Math.Abs(expected), $"{actual:R} and not {expected:R}");
}
