using Lifecycle.Statistics;

namespace Lifecycle.Validation.Tests.Metrics;

public class IntervalTests
{
    private const ulong Seed = 20260101;

    [Fact]
    public void BcaAcceleration_OfCompasAccuracy() => Assert.Equal(
        -0.001268057967623192, Bootstrap.CellAcceleration(c => Metric.Accuracy.Compute(c), ConfusionCounts.Of(Compas.RaceAndSex))!.Value, 1e-12);

    [Fact]
    public void Proportions_TakeWilson()
    {
        MetricInterval found = MetricInterval.Of(Metric.Accuracy, Compas.RaceAndSex, 0.975, 2000, Seed);
        Interval wilson = BinomialInterval.Wilson(4716, 7214);
        Assert.Equal(("Wilson", wilson.Lower, wilson.Upper), (found.Method, found.Lower, found.Upper));
    }

    [Fact]
    public void Area_TakesDeLongOnTheLogitScale()
    {
        MetricInterval found = MetricInterval.Of(Metric.AreaUnderRoc, Compas.Scores, 0.975, 2000, Seed);
        Assert.Equal(0.690096, found.Lower, 1e-5);
        Assert.Equal(0.713961, found.Upper, 1e-5);
    }

    [Fact]
    public void TheBootstraps_AgreeWithTheClosedForms()
    {
        EvaluationSet set = Compas.Scores;
        ConfusionCounts counts = ConfusionCounts.Of(set);
        MetricValue accuracy = Metric.Accuracy.Compute(set);
        Interval wilson = BinomialInterval.Wilson(4716, 7214, 0.9);
        MetricInterval cells = Bootstrap.Cells(c => Metric.Accuracy.Compute(c), counts, accuracy, 0.95, 4000, Seed);
        MetricInterval rows = Bootstrap.Rows(Metric.Accuracy, set, accuracy, 0.95, 400, Seed);
        Assert.Equal(wilson.Lower, cells.Lower, 0.001);
        Assert.Equal(wilson.Upper, cells.Upper, 0.001);
        Assert.Equal(wilson.Lower, rows.Lower, 0.0025);
        Assert.Equal(wilson.Upper, rows.Upper, 0.0025);
    }

    [Fact]
    public void TheRowBootstrap_OfTheArea_AgreesWithDeLong()
    {
        EvaluationSet set = Compas.Scores.Rows([.. Enumerable.Range(0, Compas.Scores.Count).Where(i => i % 12 == 0)]);
        MetricInterval bootstrap = Bootstrap.Rows(Metric.AreaUnderRoc, set, Metric.AreaUnderRoc.Compute(set), 0.95, 1000, Seed);
        MetricInterval deLong = MetricInterval.Of(Metric.AreaUnderRoc, set, 0.95, 1000, Seed);
        Assert.Equal(deLong.Lower, bootstrap.Lower, 0.01);
        Assert.Equal(deLong.Upper, bootstrap.Upper, 0.01);
    }

    [Theory]
    [InlineData("F1")]
    [InlineData("AveragePrecision")]
    [InlineData("ExpectedCalibrationError")]
    [InlineData("LogLoss")]
    [InlineData("MatthewsCorrelation")]
    public void EveryOtherMetric_LiesBetweenItsBounds(string name)
    {
        EvaluationSet set = Compas.Scores.Rows([.. Enumerable.Range(0, Compas.Scores.Count).Where(i => i % 20 == 0)]);
        MetricInterval found = MetricInterval.Of(Metric.Named(name), set, 0.95, 500, Seed);
        Assert.True(found.Lower < found.Value.Value && found.Value.Value < found.Upper, $"{found}");
        Assert.Equal(found, MetricInterval.Of(Metric.Named(name), set, 0.95, 500, Seed));
    }

    [Fact]
    public void OneClassReplicate_IsRedrawn()
    {
        bool[] labels = [.. Enumerable.Range(0, 200).Select(i => i < 2)], predictions = [.. Enumerable.Range(0, 200).Select(i => i % 2 == 0)];
        MetricInterval rare = MetricInterval.Of(Metric.MatthewsCorrelation, EvaluationSet.Of(labels, predictions), 0.95, 500, Seed);
        Assert.Equal(UndefinedReason.TooFewRows, rare.Value.Reason);
        bool[] more = [.. Enumerable.Range(0, 200).Select(i => i < 8)];
        Assert.True(MetricInterval.Of(Metric.MatthewsCorrelation, EvaluationSet.Of(more, predictions), 0.95, 500, Seed).Value.IsDefined);
    }

    [Fact]
    public void OneRow_AndNoVariance_HaveNoBounds()
    {
        Assert.Equal(UndefinedReason.TooFewRows, MetricInterval.Of(Metric.Accuracy, EvaluationSet.Of([true], [0.9]), 0.95, 500, Seed).Value.Reason);
        Assert.Equal(UndefinedReason.ZeroVariance, MetricInterval.Of(Metric.MeanScore, EvaluationSet.Of([true, false], [0.9, 0.9]), 0.95, 500, Seed).Value.Reason);
    }

    [Fact]
    public void AgrestiMin_OfThePage()
    {
        PairedProportions pair = new(1202, 1124, 7214);
        Assert.Equal(0.01080931263858093, pair.Difference, 1e-15);
        Assert.Equal(0.006683792756875576, pair.StandardError, 1e-15);
        Assert.Equal(-0.002290680445024876, pair.Interval().Lower, 1e-12);
        Assert.Equal(0.02390930572218674, pair.Interval().Upper, 1e-12);
    }

    /// <summary>Areas without a block by taking off pairs, against the area of the rows that stay.</summary>
    [Theory]
    [InlineData(60, 60)]
    [InlineData(61, 7)]
    [InlineData(40, 3)]
    public void AreasWithoutABlock_AreThoseOfTheOtherRows(int rows, int blocks)
    {
        RandomStream random = new(2);
        bool[] labels = [.. Enumerable.Range(0, rows).Select(_ => random.NextDouble() < 0.4)];
        double[] scores = [.. labels.Select(l => Math.Round(random.NextGaussian() + (l ? 1 : 0), 1))];
        EvaluationSet set = EvaluationSet.Of(labels, scores);
        RowFigure figure = RowFigure.For(Metric.AreaUnderRoc, set);
        byte[] ones = [.. Enumerable.Repeat((byte)1, rows)];
        Assert.Equal(Metric.AreaUnderRoc.Compute(set).Value, figure.Of(ones).Value, 1e-12);
        for (int b = 0; b < blocks; b++)
        {
            EvaluationSet others = set.Rows([.. Enumerable.Range(0, rows).Where(i => i % blocks != b)]);
            Assert.Equal(Metric.AreaUnderRoc.Compute(others).Value, figure.Without(b, blocks, ones).Value, 1e-12);
        }

        byte[] drawn = new byte[rows];
        PoissonMultiplicity.Draw(random, drawn);
        EvaluationSet repeated = set.Rows([.. Enumerable.Range(0, rows).SelectMany(i => Enumerable.Repeat(i, drawn[i]))]);
        Assert.Equal(Metric.AreaUnderRoc.Compute(repeated).Value, figure.Of(drawn).Value, 1e-12);
    }

    [Fact]
    public void PoissonMultiplicities_HaveMeanAndVarianceOne()
    {
        byte[] drawn = new byte[100_001];
        PoissonMultiplicity.Draw(new RandomStream(1), drawn);
        Assert.Equal(1, drawn.Average(d => d), 0.02);
        Assert.Equal(1, drawn.Average(d => (d - 1.0) * (d - 1.0)), 0.03);
    }
}
