using Lifecycle.Statistics;

namespace Lifecycle.Validation.Tests.Robustness;

/// <summary>Models of numbers: another decision is a change of the prediction by more than a share of its size.</summary>
public class NumberTests
{
    private const int Rows = 800;

    private static EvaluationSet Prices()
    {
        RandomStream random = new(4);
        double[] size = [.. Enumerable.Range(0, Rows).Select(_ => 50 + 20 * random.NextGaussian())];
        double[] price = [.. size.Select(s => 3 * s + 5 * random.NextGaussian())];
        return EvaluationSet.Of(price, new double[Rows]).Feature(
            "size", size).Attribute("town", Enumerable.Range(0, Rows).Select(i => i % 2 == 0 ? "a" : "b"));
    }

    private static ValueTask Predict(ColumnBatch rows, Memory<double> scores, CancellationToken token)
    {
        rows["size"].ToDoubles().Select(s => 3 * s).ToArray().CopyTo(scores);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.02)]
    public async Task Flips_AreChangesBeyondAShareOfThePrediction(double share)
    {
        EvaluationSet set = Prices();
        RobustnessReport report = await PerturbationSuite.Of(
            [Perturbation.Noise(0.2), Perturbation.BatchInvariance(), Perturbation.WorstShare(0.1)])
            .RunAsync(set, Predict, options: new ValidationOptions { FlipShare = share });
        double[] before = set.FeatureNamed("size").Column.ToDoubles(), after = Perturbation.Noise(0.2).Apply(set)["size"].ToDoubles();
        int expected = before.Zip(after).Count(p => Math.Abs(p.First - p.Second) > share * Math.Abs(p.First));
        Assert.Equal(expected / (double)Rows, report.Levels[0].FlipRate!.Value.Value);
        double Error(double[] x) => Math.Sqrt(x.Zip(set.NumberLabels.ToArray(), (s, y) => Math.Pow(3 * s - y, 2)).Average());
        Assert.Equal("RootMeanSquaredError", report.Metric);
        Assert.Equal(Error(after) - Error(before), report.Levels[0].Drop.Value, 1e-9);
        Assert.InRange(report.Levels[0].Drop.Value, report.Levels[0].Lower!.Value, report.Levels[0].Upper!.Value);
        Assert.StartsWith("town=", report.Levels[0].WorstSlice!.Slice, StringComparison.Ordinal);
        Assert.Equal(0, report.Levels[1].Drop.Value);
    }

    [Fact]
    public async Task Gate_AllowsDropsInTheUnitOfTheMetric_AndRefusesAttacks()
    {
        GateReport report = await Gate.For(
            "g").RequireRobust(Perturbation.Noise(0.2), 20, Metric.RootMeanSquaredError).RequireRobust(Perturbation.Noise(0.2), 1, Metric.RootMeanSquaredError)
            .RequireWithstands(new GreedyCoordinateAttack(), 0.5).EvaluateAsync(Prices(), Predict);
        Assert.Equal([Verdict.Pass, Verdict.Fail, Verdict.Fail], report.Findings.Select(f => f.Verdict));
        Assert.Equal(UndefinedReason.MissingMetric, report.Findings[2].Value!.Value.Reason);
        Assert.Throws<GateDefinitionException>(() => Gate.For("g").RequireRobust(Perturbation.Noise(0.2), 20, Metric.Accuracy).Build());
    }
}
