using Lifecycle.Statistics;

namespace Lifecycle.Validation.Tests.Fairness;

public class CellBootstrapTests
{
    private static readonly Metric[] Rates = [Metric.Accuracy, Metric.SelectionRate, Metric.TruePositiveRate, Metric.FalsePositiveRate];

    private static EvaluationSet DataSet(string name) => name switch
    {
        "race" => Compas.RaceAndSex.Attribute("g", Compas.RaceAndSex.AttributeNamed("race").Codes.ToArray().Select(c => $"r{c}")),
        "age" => Compas.Age.Attribute("g", Compas.Age.AttributeNamed("age_cat").Codes.ToArray().Select(c => $"a{c}")),
        _ => Compas.Make([(["a"], 20, 3, 4, 9), (["b"], 11, 2, 5, 6)], "g"),
    };

    [Theory]
    [InlineData("race")]
    [InlineData("age")]
    [InlineData("small")]
    public void Multinomial_DrawsTheSameLaw_AsResamplingRows(string name)
    {
        EvaluationSet set = DataSet(name);
        GroupMetrics groups = GroupMetrics.Compute(set, "g");
        const int Replicates = 1000;
        GroupReplicates[] drawn = CellBootstrap.Draw(groups, Rates, new BootstrapOptions { Replicates = Replicates });
        double[][][] resampled = Resample(set, groups, Replicates);
        for (int m = 0; m < Rates.Length; m++)
        {
            for (int s = 0; s <= groups.Groups.Count; s++)
            {
                double[] ours = Array.FindAll(drawn[m].Drawn[s], v => !double.IsNaN(v)), theirs = Array.FindAll(resampled[m][s], v => !double.IsNaN(v));
                double p = KolmogorovSmirnov.Test(ours, theirs).PValue;
                Assert.True(p > 0.001, $"{Rates[m]} of series {s}: p = {p}");
            }
        }
    }

    private static double[][][] Resample(EvaluationSet set, GroupMetrics groups, int replicates)
    {
        GroupColumn column = set.AttributeNamed("g");
        double[][][] values = [.. Rates.Select(_ => Enumerable.Range(0, groups.Groups.Count + 1).Select(_ => new double[replicates]).ToArray())];
        int[] rank = [.. column.Values.Select(v => groups.Groups.ToList().FindIndex(g => g.Key == v))];
        int[] codes = [.. column.Codes.ToArray().Select(c => rank[c])];
        for (int i = 0; i < replicates; i++)
        {
            RandomStream random = new(99, (ulong)i);
            double[] cells = new double[4 * (groups.Groups.Count + 1)];
            for (int r = 0; r < set.Count; r++)
            {
                int row = random.NextBelow(set.Count), cell = (set.Labels[row] ? 2 : 0) + (set.Predictions[row] ? 1 : 0);
                cells[cell]++;
                cells[4 * (codes[row] + 1) + cell]++;
            }

            for (int m = 0; m < Rates.Length; m++)
            {
                for (int s = 0; s < values[m].Length; s++)
                {
                    values[m][s][i] = Rates[m].Compute(new ConfusionCounts(cells[4 * s], cells[4 * s + 1], cells[4 * s + 2], cells[4 * s + 3])).Or(double.NaN);
                }
            }
        }

        return values;
    }

    [Fact]
    public void EqualBits_OnOneTwoAndSevenThreads()
    {
        GroupMetrics counted = GroupMetrics.Compute(Compas.RaceAndSex, "race"), scored = GroupMetrics.Compute(Gates.Samples.Scored(300), "afam");
        foreach (BootstrapInterval kind in Enum.GetValues<BootstrapInterval>())
        {
            string[] count = [.. Threads(kind, counted, Metric.Accuracy, Metric.F1)], score = [.. Threads(kind, scored, Metric.AreaUnderRoc, Metric.Brier)];
            Assert.Equal((count[0], count[0]), (count[1], count[2]));
            Assert.Equal((score[0], score[0]), (score[1], score[2]));
        }
    }

    private static IEnumerable<string> Threads(BootstrapInterval kind, GroupMetrics groups, params Metric[] metrics) => new[] { 1, 2, 7 }.Select(threads =>
        string.Join("\n", groups.Intervals(metrics, new BootstrapOptions { Replicates = 300, Interval = kind, WithSpread = true, MaxDegreeOfParallelism = threads })
            .SelectMany(i => i.Groups.Values.Concat([i.Overall, i.Minimum, i.Maximum, i.Difference!.Value, i.Ratio!.Value]))
            .Select(f => f.IsDefined ? FormattableString.Invariant($"{f.Value.Value:R} {f.Lower:R} {f.Upper:R}") : f.Value.ToString())));

    [Fact]
    public void EqualBits_OfBounds_OnOneTwoAndSevenThreads()
    {
        GroupMetrics groups = GroupMetrics.Compute(Compas.RaceAndSex, ["race", "sex"]);
        ContrastFamily family = new(groups, FairnessMetric.EqualizedOddsDifference);
        double one = SimultaneousBounds.CriticalValue(family, 0.95, 4000, 1, threads: 1);
        Assert.Equal((one, one), (SimultaneousBounds.CriticalValue(family, 0.95, 4000, 1, threads: 2), SimultaneousBounds.CriticalValue(family, 0.95, 4000, 1, threads: 7)));
    }

    [Fact]
    public void IntervalsOfGroups_AreNearWilsons()
    {
        GroupIntervals found = GroupMetrics.Compute(Compas.RaceAndSex, "race").Intervals([Metric.SelectionRate])[0];
        Interval wilson = BinomialInterval.Wilson(854, 2454);
        Assert.Equal(wilson.Lower, found.Groups["Caucasian"].Lower, 0.003);
        Assert.Equal(wilson.Upper, found.Groups["Caucasian"].Upper, 0.003);
        Assert.Equal(found.Groups.Values.Min(g => g.Value.Value), found.Minimum.Value.Value);
        Assert.Equal(found.Groups.Values.Max(g => g.Value.Value), found.Maximum.Value.Value);
        Assert.True(found.Minimum.Lower < found.Minimum.Value.Value && found.Maximum.Value.Value < found.Maximum.Upper);
        Assert.Null(found.Difference);
        Assert.Null(found.Ratio);
    }

    [Fact]
    public void SpreadBetweenGroups_OnlyOnRequest_AndItCannotShowEquality()
    {
        Assert.Equal("cannot show equality", GroupIntervals.SpreadNote);
        EvaluationSet equal = Compas.Make([.. Enumerable.Range(0, 5).Select(g => (new[] { $"g{g}" }, 140, 60, 0, 0))], "g");
        GroupIntervals found = GroupMetrics.Compute(equal, "g").Intervals([Metric.SelectionRate], new BootstrapOptions { WithSpread = true })[0];
        Assert.Equal(0, found.Difference!.Value.Value.Value);
        Assert.True(found.Difference.Value.Lower > 0, "five equal groups, and the percentile interval excludes 0");
        Assert.Equal(1, found.Ratio!.Value.Value.Value, 1e-12);
    }

    [Fact]
    public void GroupsWithTooFewRows_AreListed_NotDropped()
    {
        GroupIntervals found = GroupMetrics.Compute(Compas.RaceAndSex, ["race", "sex"]).Intervals([Metric.TruePositiveRate])[0];
        Assert.Equal(12, found.Groups.Count);
        Assert.False(found.Groups["Asian|Female"].IsDefined);
        Assert.Contains(found.NotJudged, n => n.Group == "Asian|Female" && n.Rows == 2);
        Assert.True(found.Overall.IsDefined && found.Minimum.IsDefined);
    }

    [Fact]
    public void WeightsOfOne_GiveNearlyTheSameIntervals()
    {
        EvaluationSet set = Compas.TwoRaces.Rows([.. Enumerable.Range(0, Compas.TwoRaces.Count).Where(i => i % 4 == 0)]);
        double[] ones = new double[set.Count];
        Array.Fill(ones, 1);
        GroupIntervals cells = GroupMetrics.Compute(set, "race").Intervals([Metric.Accuracy])[0];
        GroupIntervals rows = GroupMetrics.Compute(set.WithWeights(ones), "race").Intervals([Metric.Accuracy])[0];
        Assert.Equal(cells.Overall.Lower, rows.Overall.Lower, 0.004);
        Assert.Equal(cells.Groups["Caucasian"].Upper, rows.Groups["Caucasian"].Upper, 0.005);
        Assert.Equal(cells.Maximum.Lower, rows.Maximum.Lower, 0.006);
    }

    [Fact]
    public void MissingRows_CountOverall_AndAreNoExtreme()
    {
        EvaluationSet set = EvaluationSet.Of(new bool[400], (bool[])[.. Enumerable.Range(0, 400).Select(i => i >= 300 || i % 3 == 0)])
            .Attribute("g", Enumerable.Range(0, 400).Select(i => i < 150 ? "a" : i < 300 ? "b" : null));
        GroupIntervals found = GroupMetrics.Compute(set, "g").Intervals([Metric.SelectionRate])[0];
        Assert.Equal(0.5, found.Overall.Value.Value);
        Assert.Equal(1.0 / 3, found.Maximum.Value.Value, 1e-12);
        Assert.Equal(UndefinedReason.ZeroVariance, found.Groups["(missing)"].Value.Reason);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Intervals_CoverTheTruth_In93To97OfHundred(int which)
    {
        const int Runs = 1500;
        int covered = 0;
        double truth = which switch { 0 => 0.7, 1 => 2 * 0.24 / (2 * 0.24 + 0.1 + 0.16), _ => 0.24 / 0.4 };
        Metric metric = which switch { 0 => Metric.Accuracy, 1 => Metric.F1, _ => Metric.TruePositiveRate };
        double[] shares = which == 0 ? [0.46, 0.14, 0.16, 0.24] : [0.5, 0.1, 0.16, 0.24];
        MultinomialSampler sampler = new(shares);
        double[] cells = new double[4];
        for (int run = 0; run < Runs; run++)
        {
            sampler.Draw(new RandomStream(31, (ulong)run), 400, cells);
            GroupMetrics all = GroupMetrics.FromCounts(["all"], [(long)cells[0]], [(long)cells[1]], [(long)cells[2]], [(long)cells[3]]);
            BootstrapFigure found = all.Intervals([metric], new BootstrapOptions { Replicates = 600, Seed = (ulong)run, MaxDegreeOfParallelism = 1 })[0].Groups["all"];
            covered += found.Lower <= truth && truth <= found.Upper ? 1 : 0;
        }

        Assert.InRange(covered / (double)Runs, 0.93, 0.97);
    }

    [Fact]
    public void BadOptions_AreRefused()
    {
        GroupMetrics groups = GroupMetrics.Compute(Compas.RaceAndSex, "sex");
        Assert.Throws<ArgumentOutOfRangeException>(() => groups.Intervals([Metric.Accuracy], new BootstrapOptions { Replicates = 10 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => groups.Intervals([Metric.Accuracy], new BootstrapOptions { Confidence = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => groups.Intervals([Metric.Accuracy], new BootstrapOptions { MaxDegreeOfParallelism = 0 }));
        GroupMetrics counts = GroupMetrics.FromCounts(["a"], [5], [5], [5], [5]);
        Assert.Throws<InvalidOperationException>(() => counts.Intervals([Metric.AreaUnderRoc]));
    }
}
