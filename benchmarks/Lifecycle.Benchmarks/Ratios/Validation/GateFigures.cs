using System.Globalization;
using Lifecycle.Statistics;
using Lifecycle.Validation;

namespace Lifecycle.Benchmarks.Ratios.Validation;

/// <summary>A whole gate on a table of loans, its reports, and the sweep over thresholds.</summary>
internal static class GateFigures
{
    private const int Rounds = 9;

    public static IEnumerable<Figure> Measure()
    {
        yield return Sweep();
        yield return Gate();
        yield return Reports();
    }

    private static Figure Sweep()
    {
        RandomStream random = new(1);
        bool[] labels = new bool[1_000_000];
        double[] scores = new double[labels.Length];
        for (int i = 0; i < labels.Length; i++)
        {
            scores[i] = random.NextDouble();
            labels[i] = random.NextDouble() < scores[i];
        }

        EvaluationSet set = EvaluationSet.Of(labels, scores);
        BusinessObjective objective = Objective;
        return new Figure("validation.value.sweep.1m", 1000 * Best(() => objective.BestThreshold(set)), "ms", false, 120);
    }

    private static Figure Gate()
    {
        (EvaluationSet set, Baseline champion) = Loans();
        Gate gate = Lifecycle.Validation.Gate.For("mortgage")
            .Require(Metric.AreaUnderRoc, atLeast: 0.60)
            .RequireNotWorse(Metric.Accuracy, margin: 0.01)
            .RequireFair(by: "afam", FairnessMetric.EqualOpportunityDifference, atMost: 0.10, confidence: 0.95)
            .RequireValue(Objective.Against(BaselinePolicy.Champion), upliftAtLeast: 0m)
            .Build();
        return new Figure("validation.gate.hmda", 1000 * Best(() => gate.EvaluateAsync(set, baseline: champion).AsTask().GetAwaiter().GetResult()), "ms", false, 10);
    }

    private static Figure Reports()
    {
        (EvaluationSet set, _) = Loans();
        string[] slices = [.. Enumerable.Range(0, set.Count).Select(i => $"slice {i % 2_000:0000}")];
        EvaluationSet parts = set.Attribute("part", slices);
        Gate gate = Lifecycle.Validation.Gate.For("many", confidence: Confidence.None)
            .OnEverySlice("part", 0, g => g.Require(Metric.Accuracy, atLeast: 0.5).Require(Metric.SelectionRate, atMost: 0.9).Require(Metric.ErrorRate, atMost: 0.3))
            .Build();
        GateReport Evaluate() => gate.EvaluateAsync(parts).AsTask().GetAwaiter().GetResult();
        if (Evaluate().Findings.Count < 5_000)
        {
            throw new InvalidOperationException($"The report has {Evaluate().Findings.Count} findings; 5,000 are to be measured.");
        }

        double best = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            // A new report each time: one keeps its JSON.
            GateReport fresh = Evaluate();
            best = Math.Min(best, RatioRunner.Time(() => _ = fresh.ToJson().Length + fresh.ToJUnit().Length + fresh.ToSarif().Length + fresh.ToMarkdown().Length + fresh.ToHtml().Length));
        }

        return new Figure("validation.report.5k", 1000 * best, "ms", false, 150);
    }

    private static BusinessObjective Objective { get; } = BusinessObjective.Named("refuse bad loans").Value(CostMatrix.Of(0m, -500m, -1000m, 200m));

    /// <summary>The applications of <c>hmda.csv</c>, judged by two rules of thumb.</summary>
    private static (EvaluationSet Set, Baseline Champion) Loans()
    {
        string[][] rows = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "data", "hmda.csv")).Select(line => line.Replace("\"", "").Split(','))];
        int deny = Array.IndexOf(rows[0], "deny"), afam = Array.IndexOf(rows[0], "afam"), burden = Array.IndexOf(rows[0], "pirat"), loan = Array.IndexOf(rows[0], "lvrat");
        string[][] body = rows[1..];
        double Number(string[] row, int column) => double.Parse(row[column], CultureInfo.InvariantCulture);
        double[] scores = [.. body.Select(r => Number(r, burden) + (Number(r, loan) / 2))];
        double[] other = [.. body.Select(r => Number(r, loan))];
        EvaluationSet set = EvaluationSet.Of([.. body.Select(r => r[deny] == "yes")], scores, 0.8).Attribute("afam", body.Select(r => r[afam])).Meaning("denied");
        return (set, Baseline.FromScores(other, 0.9));
    }

    private static double Best(Action action)
    {
        double best = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            best = Math.Min(best, RatioRunner.Time(action));
        }

        return best;
    }
}
