using Lifecycle.Statistics;

namespace Lifecycle.Validation.Tests.Comparison;

/// <summary>How often intervals of areas and of paired differences hold the truth; fixed seeds, truths by formula.</summary>
public class CoverageTests
{
    [Fact]
    public void AreasOfTheRowBootstrap_AndOfDeLong_CoverIn93To97OfHundred()
    {
        const int Runs = 1_000, Rows = 160;
        double truth = NormalDistribution.Cdf(Math.Sqrt(0.5));
        int bootstrap = 0, deLong = 0;
        for (int run = 0; run < Runs; run++)
        {
            RandomStream random = new(41, (ulong)run);
            bool[] labels = [.. Enumerable.Range(0, Rows).Select(i => i % 2 == 0)];
            double[] scores = [.. labels.Select(l => random.NextGaussian() + (l ? 1 : 0))];
            EvaluationSet set = EvaluationSet.Of(labels, scores);
            BootstrapFigure found = Metric.AreaUnderRoc.Bootstrap(set, new BootstrapOptions { Replicates = 500, Seed = (ulong)run, MaxDegreeOfParallelism = 1 });
            Interval closed = DeLong.Estimate(scores, labels).LogitInterval();
            bootstrap += found.Lower <= truth && truth <= found.Upper ? 1 : 0;
            deLong += closed.Contains(truth) ? 1 : 0;
        }

        Assert.InRange(bootstrap / (double)Runs, 0.93, 0.97);
        Assert.InRange(deLong / (double)Runs, 0.93, 0.97);
    }

    /// <summary>Two models that agree on many rows: F1 by the eight cells, accuracy by Agresti-Min; one-sided bounds at 97.5 % are a two-sided interval at 95 %.</summary>
    [Fact]
    public void PairedDifferences_CoverIn93To97OfHundred()
    {
        const int Runs = 1_000, Rows = 500;
        double[] shares = [0.45, 0.05, 0.04, 0.06, 0.05, 0.04, 0.06, 0.25];
        double F1(double tp, double fp, double fn) => 2 * tp / (2 * tp + fp + fn);
        double trueF1 = F1(0.31, 0.10, 0.09) - F1(0.29, 0.11, 0.11), trueAccuracy = 0.50 + 0.31 - (0.49 + 0.29);
        MultinomialSampler sampler = new(shares);
        double[] cells = new double[8];
        int f1 = 0, accuracy = 0;
        for (int run = 0; run < Runs; run++)
        {
            sampler.Draw(new RandomStream(42, (ulong)run), Rows, cells);
            bool[] labels = new bool[Rows], first = new bool[Rows], second = new bool[Rows];
            for (int c = 0, row = 0; c < 8; c++)
            {
                for (int i = 0; i < cells[c]; i++, row++)
                {
                    (labels[row], first[row], second[row]) = ((c & 4) != 0, (c & 2) != 0, (c & 1) != 0);
                }
            }

            ModelComparison pair = ModelComparison.Of(EvaluationSet.Of(labels, first), Baseline.FromDecisions(second), 500, (ulong)run);
            ComparisonTest one = pair.Superior(Metric.F1, confidence: 0.975), other = pair.Superior(Metric.Accuracy, confidence: 0.975);
            f1 += one.Lower <= trueF1 && trueF1 <= one.Upper ? 1 : 0;
            accuracy += other.Lower <= trueAccuracy && trueAccuracy <= other.Upper ? 1 : 0;
        }

        Assert.InRange(f1 / (double)Runs, 0.93, 0.97);
        Assert.InRange(accuracy / (double)Runs, 0.93, 0.97);
    }

    /// <summary>A non-inferior model at the margin itself: the claim is made in about 5 % of the runs, also by the bootstrap's p-value.</summary>
    [Fact]
    public void ClaimsAtTheMargin_AreFalseInAboutFiveOfHundred()
    {
        const int Runs = 1_000, Rows = 600;
        MultinomialSampler sampler = new([0.4, 0.06, 0.06, 0.08, 0.06, 0.06, 0.06, 0.22]);
        double[] cells = new double[8];
        int claimed = 0;
        for (int run = 0; run < Runs; run++)
        {
            sampler.Draw(new RandomStream(43, (ulong)run), Rows, cells);
            bool[] labels = new bool[Rows], first = new bool[Rows], second = new bool[Rows];
            for (int c = 0, row = 0; c < 8; c++)
            {
                for (int i = 0; i < cells[c]; i++, row++)
                {
                    (labels[row], first[row], second[row]) = ((c & 4) != 0, (c & 2) != 0, (c & 1) != 0);
                }
            }

            ComparisonTest test = ModelComparison.Of(EvaluationSet.Of(labels, first), Baseline.FromDecisions(second), 400, (ulong)run).Superior(Metric.F1);
            claimed += test.PValue <= 0.05 ? 1 : 0;
        }

        Assert.InRange(claimed / (double)Runs, 0.03, 0.07);
    }

    [Fact]
    public void OneClassReplicates_OfScores_AreRedrawn_AndTooManyAreUndefined()
    {
        double[] scores = [.. Enumerable.Range(0, 200).Select(i => i * 37 % 200 / 200.0)];
        EvaluationSet With(int positives) => EvaluationSet.Of([.. Enumerable.Range(0, 200).Select(i => i < positives)], scores);
        BootstrapFigure rare = Metric.AreaUnderRoc.Bootstrap(With(3)), enough = Metric.AreaUnderRoc.Bootstrap(With(8));
        Assert.Equal(UndefinedReason.TooFewRows, rare.Value.Reason);
        Assert.True(enough.IsDefined && enough.Lower < enough.Value.Value && enough.Value.Value < enough.Upper);
        Assert.Equal(UndefinedReason.OneClass, Metric.AreaUnderRoc.Bootstrap(With(0)).Value.Reason);
    }
}
