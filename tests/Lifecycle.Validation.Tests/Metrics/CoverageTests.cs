using Lifecycle.Statistics;

namespace Lifecycle.Validation.Tests.Metrics;

/// <summary>Bounds of metrics of numbers, classes and individuals hold the truth as often as they say, over rows drawn with fixed seeds.</summary>
public class CoverageTests
{
    private const int Runs = 400, Rows = 200, Replicates = 600;

    private static readonly double[][] Decided = [[0.7, 0.2, 0.1], [0.15, 0.6, 0.25], [0.05, 0.25, 0.7]];

    /// <summary>Shares of runs in which the truth lies below the lower and above the upper 95 % bound.</summary>
    private static (double Below, double Above) Miss(Metric metric, double truth, Func<RandomStream, EvaluationSet> draw)
    {
        int below = 0, above = 0;
        for (int run = 0; run < Runs; run++)
        {
            MetricInterval found = MetricInterval.Of(metric, draw(new RandomStream(31, (ulong)run)), 0.95, Replicates, 7);
            Assert.True(found.Value.IsDefined, $"{metric} {found.Value}");
            below += truth < found.Lower ? 1 : 0;
            above += truth > found.Upper ? 1 : 0;
        }

        return ((double)below / Runs, (double)above / Runs);
    }

    /// <summary>Each side misses 5 % of the time; 3 standard errors of 400 runs are 3.3 points.</summary>
    private static void Check((double Below, double Above) miss, Metric metric)
    {
        Assert.InRange(miss.Below + miss.Above, 0.055, 0.145);
        Assert.True(miss.Below < 0.09 && miss.Above < 0.09, $"{metric} {miss}");
    }

    private static EvaluationSet Classes(RandomStream random)
    {
        string[] truth = new string[Rows], decided = new string[Rows];
        for (int i = 0; i < Rows; i++)
        {
            int y = random.NextDouble() is var u && u < 0.5 ? 0 : u < 0.8 ? 1 : 2;
            double v = random.NextDouble();
            truth[i] = $"{y}";
            decided[i] = v < Decided[y][0] ? "0" : v < Decided[y][0] + Decided[y][1] ? "1" : "2";
        }

        return EvaluationSet.Of(truth, decided, classes: ["0", "1", "2"]);
    }

    [Theory]
    [InlineData("MacroF1")]
    [InlineData("WeightedF1")]
    [InlineData("MacroPrecision")]
    [InlineData("CohenKappa")]
    public void OfClasses(string name)
    {
        Metric metric = Metric.Named(name);
        double[] prior = [0.5, 0.3, 0.2];
        double[] table = [.. Enumerable.Range(0, 9).Select(c => prior[c / 3] * Decided[c / 3][c % 3])];
        double truth = metric.On(EvaluationKind.Multiclass)!.Table!.Figure(table).Value;
        Check(Miss(metric, truth, Classes), metric);
    }

    [Theory]
    [InlineData("RootMeanSquaredError", 2)]
    [InlineData("MeanAbsoluteError", 1.5957691216057308)]
    [InlineData("MedianAbsoluteError", 1.3489795003921634)]
    [InlineData("RSquared", 0.8)]
    public void OfNumbers(string name, double truth)
    {
        Metric metric = Metric.Named(name);
        Check(Miss(metric, truth, random =>
        {
            double[] predictions = new double[Rows], labels = new double[Rows];
            for (int i = 0; i < Rows; i++)
            {
                // Predictions of variance 16 and errors of variance 4, so that 16/20 of the labels' variance is explained.
                predictions[i] = 4 * random.NextGaussian();
                labels[i] = predictions[i] + 2 * random.NextGaussian();
            }

            return EvaluationSet.Of(labels, predictions);
        }), metric);
    }

    [Theory]
    [InlineData("Theil")]
    [InlineData("DifferentialFairness(g)")]
    public void OfIndividuals(string name)
    {
        Metric metric = Metric.Named(name);
        double[] selected = [0.3, 0.5];
        EvaluationSet Draw(RandomStream random)
        {
            bool[] labels = new bool[Rows], decisions = new bool[Rows];
            string[] groups = new string[Rows];
            for (int i = 0; i < Rows; i++)
            {
                int g = random.NextDouble() < 0.5 ? 0 : 1;
                groups[i] = g == 0 ? "a" : "b";
                labels[i] = random.NextDouble() < 0.4;
                decisions[i] = random.NextDouble() < selected[g];
            }

            return EvaluationSet.Of(labels, decisions).Attribute("g", groups);
        }

        double truth = name == "Theil"
            ? IndividualFairness.Theil(new ConfusionCounts(0.6 * 0.6, 0.6 * 0.4, 0.4 * 0.6, 0.4 * 0.4)).Value
            : Math.Log(0.5 / 0.3);
        Check(Miss(metric, truth, Draw), metric);
    }
}
