using FsCheck.Xunit;
using Lifecycle.Statistics;
using Lifecycle.Validation.Tests.Gates;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Validation.Tests.Value;

public class ObjectiveTests
{
    private static BusinessObjective Objective(params decimal[] values) =>
        BusinessObjective.Named("refuse bad loans").Value(CostMatrix.Of(values[0], values[1], values[2], values[3])).RecordedAt(Samples.Noon);

    [Theory]
    [InlineData(new double[] { 0, -1, -3, 0 }, -683.39340171888, 0.25, 2, -520.5156639866926)]
    [InlineData(new double[] { 0, -500, -1000, 200 }, -200998.05932908235, 0.29411764705882354, 2, -157319.10174660382)]
    [InlineData(new double[] { 10, -90, -200, 150 }, -3676.1851954532854, 0.2222222222222222, 2, 18904.907125034653)]
    [InlineData(new double[] { 0, -1, -1, 0 }, -346.27113945106737, 0.5, 6, -342.2511782644857)]
    [InlineData(new double[] { 5, -20, -40, 25 }, -1386.193512614361, 0.2777777777777778, 2, 1427.0862212364846)]
    public void Compas_HasTheseValues(double[] values, double perThousand, double threshold, int bestDecile, double bestPerThousand)
    {
        BusinessObjective objective = Objective(Array.ConvertAll(values, v => (decimal)v));
        Assert.Equal(perThousand, (double)objective.Estimate(Compas.Scores).PerThousand, Math.Abs(perThousand) * 1e-12);
        Assert.Equal(threshold, objective.Values!.CalibratedThreshold, 1e-15);
        ThresholdChoice choice = objective.BestThreshold(Compas.Scores);
        Assert.Equal((bestDecile - 0.5) / 10, choice.Threshold);
        Assert.Equal(bestPerThousand, (double)choice.PerThousand, Math.Abs(bestPerThousand) * 1e-12);
        Assert.Equal(choice.Total, objective.Estimate(Compas.Scores.WithThreshold(choice)).Total);
    }

    [Fact]
    public void Oracle_DecidesEachRowBest()
    {
        ThresholdChoice choice = Objective(10, -90, -200, 150).BestThreshold(Compas.Scores);
        Assert.Equal(73091.21153313002, (double)(1000 * choice.OracleTotal / 7214), 1e-8);
        Assert.Equal(choice.OracleTotal - choice.Total, choice.Regret);
    }

    [Property(MaxTest = 1000)]
    public bool Sweep_EqualsBruteForce(ulong seed, byte rows, sbyte tn, sbyte fp, sbyte fn, sbyte tp, bool weighted)
    {
        EvaluationSet set = Draw(seed, rows + 1, weighted);
        CostMatrix values = CostMatrix.Of(tn, fp, fn, tp);
        ThresholdChoice choice = BusinessObjective.Named("x").Value(values).BestThreshold(set);
        (double Threshold, decimal Total) best = Brute(set, values).MaxBy(c => (c.Total, c.Threshold));
        return Math.Abs(best.Total - choice.Total) <= 1e-9m && choice.Threshold == best.Threshold
            && Math.Abs(choice.Total - Naive(values, set.WithThreshold(choice.Threshold))) <= 1e-9m;
    }

    [Property(MaxTest = 300)]
    public bool PerRowValues_EqualConstantOnes(ulong seed, byte rows, sbyte tn, sbyte fp, sbyte fn, sbyte tp)
    {
        EvaluationSet set = Draw(seed, rows + 1, false);
        CostMatrix constant = CostMatrix.Of(tn, fp, fn, tp);
        CostMatrix perRow = CostMatrix.PerRow((_, decision, outcome) => (decision, outcome) switch { (false, false) => tn, (true, false) => fp, (false, true) => fn, _ => tp });
        ThresholdChoice one = BusinessObjective.Named("x").Value(constant).BestThreshold(set), two = BusinessObjective.Named("x").Value(perRow).BestThreshold(set);
        return one == two;
    }

    [Property(MaxTest = 300)]
    public bool Capacity_EqualsBruteForce_TiesSharingTheirMean(ulong seed, byte rows, byte capacity, sbyte fp, sbyte tp)
    {
        EvaluationSet set = Draw(seed, rows + 1, false);
        CostMatrix values = CostMatrix.Of(0, fp, 0, tp);
        int most = capacity % (set.Count + 2);
        decimal best = 0;
        for (int acting = 0; acting <= Math.Min(most, set.Count); acting++)
        {
            double[] falling = [.. set.Scores.ToArray().OrderDescending()];
            double border = acting == 0 ? double.PositiveInfinity : falling[acting - 1];
            int above = falling.Count(s => s > border), tied = falling.Count(s => s == border);
            if (acting - above < tied && acting != most)
            {
                continue;
            }

            decimal total = 0, shared = 0;
            for (int i = 0; i < set.Count; i++)
            {
                decimal gain = values.ValueOf(i, true, set.Labels[i]) - values.ValueOf(i, false, set.Labels[i]);
                total += set.Scores[i] > border ? gain : 0;
                shared += set.Scores[i] == border ? gain : 0;
            }

            best = Math.Max(best, total + (acting == 0 ? 0 : shared * (acting - above) / tied));
        }

        ThresholdChoice choice = BusinessObjective.Named("x").Value(values).BestThreshold(set, most);
        return Math.Abs(choice.Total - best) < 1e-9m && choice.Actions <= most;
    }

    [Fact]
    public void CurveAndBreakEven_FollowTheScores()
    {
        EvaluationSet set = EvaluationSet.Of([true, false, true, false, false], [0.9, 0.8, 0.8, 0.3, 0.1]);
        BusinessObjective objective = Objective(0, -10, 0, 15);
        ValueCurve curve = objective.Curve(set);
        Assert.Equal([double.PositiveInfinity, 0.9, 0.8, 0.3, 0.1], curve.Thresholds);
        Assert.Equal([0, 1, 3, 4, 5], curve.Actions);
        Assert.Equal([0m, 15m, 20m, 10m, 0m], curve.Totals);
        ThresholdChoice choice = objective.BestThreshold(set);
        Assert.Equal((0.8, 20m, 3, 0.1, 30m), (choice.Threshold, choice.Total, choice.Actions, choice.BreakEven!.Value, choice.OracleTotal));
        ThresholdChoice cut = objective.BestThreshold(set, capacity: 2);
        Assert.Equal((0.8, 17.5m, 2, 0.5), (cut.Threshold, cut.Total, cut.Actions, cut.ShareAtThreshold));
        ThresholdChoice never = Objective(0, -10, 0, -1).BestThreshold(set);
        Assert.Equal((double.PositiveInfinity, 0m, 0, null), (never.Threshold, never.Total, never.Actions, never.BreakEven));
    }

    [Fact]
    public void TrivialDecisions_AreNamed()
    {
        Assert.Contains("falsePositive 5", Assert.Throws<InvalidOperationException>(() => CostMatrix.Of(0, 5, -1, 1).CalibratedThreshold).Message, StringComparison.Ordinal);
        Assert.Contains("falseNegative 2", Assert.Throws<InvalidOperationException>(() => CostMatrix.Of(0, -5, 2, 1).CalibratedThreshold).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => CostMatrix.FromRows([[1, 2, 3], [4, 5, 6]]));
        CostMatrix read = CostMatrix.FromRows([[1, -2], [-3, 4]]);
        Assert.Equal((1m, -2m, -3m, 4m), (read.TrueNegative, read.FalsePositive, read.FalseNegative, read.TruePositive));
    }

    [Fact]
    public void OverflowIsAnError()
    {
        EvaluationSet set = EvaluationSet.Of([true, true], [0.9, 0.9]);
        Assert.Throws<OverflowException>(() => Objective(0, 0, 0, decimal.MaxValue).Estimate(set));
        Assert.Throws<OverflowException>(() => Objective(0, 0, 0, decimal.MaxValue).BestThreshold(set));
    }

    [Fact]
    public void Slices_KeepTheirRowsAndSumUp()
    {
        BusinessObjective objective = BusinessObjective.Named("x").Value(CostMatrix.PerRow((row, decision, _) => decision ? row : 0));
        EvaluationSet set = Compas.RaceAndSex;
        Assert.Equal(objective.Estimate(set).Total, objective.EstimateBy(set, "race").Sum(s => s.Value.Total));
        Assert.Equal(6, objective.EstimateBy(set, "race").Count);
        decimal last = objective.Estimate(set.Rows([7213])).Total;
        Assert.Equal(set.Predictions[7213] ? 7213 : 0, last);
    }

    [Theory]
    [InlineData(ValueIntervalMethod.StudentT, 2000, false)]
    [InlineData(ValueIntervalMethod.StudentT, 2000, true)]
    [InlineData(ValueIntervalMethod.BCa, 400, false)]
    public void Intervals_CoverTheTrueValue(ValueIntervalMethod method, int repeats, bool weighted)
    {
        BusinessObjective objective = Objective(5, -20, -40, 25);
        int covered = 0;
        for (int r = 0; r < repeats; r++)
        {
            RandomStream random = new(11, (ulong)r);
            bool[] labels = new bool[150], decisions = new bool[150];
            double[] weights = new double[150];
            for (int i = 0; i < labels.Length; i++)
            {
                labels[i] = random.NextDouble() < 0.3;
                decisions[i] = random.NextDouble() < (labels[i] ? 0.8 : 0.2);
                weights[i] = weighted ? 0.5 + random.NextDouble() : 1;
            }

            EvaluationSet set = EvaluationSet.Of(labels, decisions);
            ValueEstimate found = objective.Estimate(weighted ? set.WithWeights(weights) : set, 0.975, method);
            const double Truth = 1000 * (0.7 * (0.8 * 5 - 0.2 * 20) + 0.3 * (0.8 * 25 - 0.2 * 40));
            covered += found.Lower <= Truth && Truth <= found.Upper ? 1 : 0;
        }

        Assert.InRange((double)covered / repeats, 0.93, 0.97);
    }

    [Theory]
    [InlineData(-0.01, Verdict.Pass, ExitCode.Done)]
    [InlineData(0.3, Verdict.Inconclusive, ExitCode.DecisionPending)]
    [InlineData(1.01, Verdict.Fail, ExitCode.GateFailed)]
    public async Task Gate_JudgesTheUplift(double between, Verdict expected, int exitCode)
    {
        EvaluationSet set = Samples.Scored(1000);
        Baseline champion = Baseline.FromScores(Samples.Scored(1000, signal: 2).Scores, threshold: 0.8);
        BusinessObjective objective = Objective(0, -1, -3, 0).Against(BaselinePolicy.Champion);
        ValueEstimate uplift = objective.Uplift(set, champion);
        decimal least = (decimal)(uplift.Lower!.Value + (between * (uplift.Upper!.Value - uplift.Lower.Value)));
        GateReport report = await Gate.For("g").RequireValue(objective, least).EvaluateAsync(set, baseline: champion);
        Finding finding = Assert.Single(report.Findings);
        Assert.Equal((expected, exitCode), (finding.Verdict, report.ExitCode));
        Assert.Equal(finding.Business!.Total - finding.Business.BaselineTotal, finding.Business.UpliftPerThousand);
        Assert.Equal(expected == Verdict.Inconclusive, finding.NeededRows is not null);
        GateReport read = GateReport.FromJson(report.ToJson());
        Assert.Equal(finding.Business, read.Findings[0].Business);
    }

    [Fact]
    public async Task Threshold_ChosenOnTheSameRows_IsInconclusive()
    {
        EvaluationSet set = Samples.Scored(4000);
        BusinessObjective objective = Objective(0, -1, -3, 0);
        EvaluationSet tuned = set.WithThreshold(objective.BestThreshold(set));
        GateReport same = await Gate.For("g").RequireValue(objective, 0m).OnSlice("no", Slice.Equal("afam", "no"), g => g.RequireValue(objective, 0m)).EvaluateAsync(tuned);
        Assert.All(same.Findings, f => Assert.Equal(Verdict.Inconclusive, f.Verdict));
        Assert.Contains("these very rows", same.Findings[0].Message, StringComparison.Ordinal);
        GateReport other = await Gate.For("g").RequireValue(objective, 0m).EvaluateAsync(set.WithThreshold(objective.BestThreshold(Samples.Scored(4000, seed: 2))));
        Assert.Equal(Verdict.Pass, other.Verdict);
    }

    [Fact]
    public async Task Threshold_ChosenOnAPartOfTheRows_MayNotBeJudgedOnIt()
    {
        EvaluationSet all = Samples.Scored(4000), validation = all.Rows([.. Enumerable.Range(0, 2000)]), test = all.Rows([.. Enumerable.Range(2000, 2000)]);
        BusinessObjective objective = Objective(0, -1, -3, 0);
        ThresholdChoice choice = objective.BestThreshold(validation);
        GateBuilder gate = Gate.For("g").RequireValue(objective, 0m).OnSlice("no", Slice.Equal("afam", "no"), g => g.RequireValue(objective, 0m));
        Assert.All((await gate.EvaluateAsync(validation.WithThreshold(choice))).Findings, f => Assert.Contains("these very rows", f.Message, StringComparison.Ordinal));
        Assert.Equal(Verdict.Pass, (await gate.EvaluateAsync(test.WithThreshold(choice))).Verdict);
    }

    [Theory]
    [InlineData(0.70, 0.66, 0.72, 0.68, null, 400)]    // passes when the lower bound, .04 away, comes within .02
    [InlineData(0.70, 0.66, 0.72, 0.71, null, 400)]    // fails when the upper bound, .02 away, comes within .01
    [InlineData(0.70, 0.66, 0.72, null, 0.71, 400)]
    [InlineData(0.70, 0.66, 0.72, 0.6601, 0.9, 101)]
    public void NeededRows_LookAtTheSideOfTheLimit(double value, double lower, double upper, double? atLeast, double? atMost, double expected) =>
        Assert.Equal(expected, Limits.NeededRows(100, value, lower, upper, atLeast, atMost)!.Value, 1.0);

    [Fact]
    public async Task ObjectiveOfTooLate_MissingChampion_AndNoDifference_DoNotPass()
    {
        EvaluationSet set = Samples.Scored(400);
        EvaluationContext context = new() { Time = new FakeTimeProvider(Samples.Noon) };
        BusinessObjective late = Objective(0, -1, -3, 0).RecordedAt(Samples.Noon.AddHours(1));
        GateReport report = await Gate.For("g").RequireValue(late, 0m).EvaluateAsync(set, null, context: context);
        Assert.Equal((Verdict.Fail, ExitCode.Usage), (report.Verdict, report.ExitCode));
        GateReport missing = await Gate.For("g").RequireValue(Objective(0, -1, -3, 0).Against(BaselinePolicy.Champion), 0m).EvaluateAsync(set);
        Assert.Equal((Verdict.Fail, ExitCode.Missing), (missing.Verdict, missing.ExitCode));
        GateReport same = await Gate.For("g").RequireValue(Objective(0, -1, -3, 0).Against(BaselinePolicy.Champion), 0m)
            .EvaluateAsync(set, baseline: Baseline.FromScores(set.Scores));
        Assert.Equal((Verdict.Fail, UndefinedReason.ZeroVariance), (same.Verdict, same.Findings[0].Value!.Value.Reason));
        GateReport first = await Gate.For("g").RequireValue(Objective(0, -1, -3, 0).Against(BaselinePolicy.Champion), 0m).Require(Metric.Accuracy, atLeast: 0.6)
            .WhenNoBaseline(FirstRun.ValueLimitsOnly).EvaluateAsync(set);
        Assert.True(first is { Passed: true, FirstRun: true });
        Assert.Contains("CostMatrix", Assert.Throws<GateDefinitionException>(() => Gate.For("g").RequireValue(BusinessObjective.Named("x")).Build()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gate_RoundTrips()
    {
        BusinessObjective objective = Objective(0.5m, -500, -1000, 200.25m).Id("loans").Owner("credit-risk").Decision("grant or refuse").RiskTier("high").In("EUR").MinimumUplift(12.5m)
            .ApprovedBy("ada", Samples.Noon).Against(BaselinePolicy.ActOnAll)
            .Kpi(new KeyFigure("loss", "EUR", Direction.LowerIsBetter, 1_000_000, new DateOnly(2026, 12, 31)));
        Gate gate = Gate.For("g").RequireValue(objective).RequireValue(objective, 3m).AsAdvisory().Build();
        Gate read = Gate.FromJson(gate.ToJson());
        Assert.Equal(gate.Digest, read.Digest);
        Gate code = Gate.For("g").RequireValue(Objective(0, -1, -3, 0).Against(BaselinePolicy.Rule("all", s => new bool[s.Count]))).Build();
        Assert.Contains("build this gate in code", Assert.Throws<GateDefinitionException>(() => Gate.FromJson(code.ToJson())).Message, StringComparison.Ordinal);
    }

    private static EvaluationSet Draw(ulong seed, int rows, bool weighted)
    {
        RandomStream random = new(seed);
        bool[] labels = new bool[rows];
        double[] scores = new double[rows], weights = new double[rows];
        for (int i = 0; i < rows; i++)
        {
            labels[i] = random.NextDouble() < 0.4;
            scores[i] = Math.Round(random.NextDouble(), 1);
            weights[i] = 0.25 * (1 + (int)(random.NextDouble() * 8));
        }

        EvaluationSet set = EvaluationSet.Of(labels, scores);
        return weighted ? set.WithWeights(weights) : set;
    }

    private static IEnumerable<(double Threshold, decimal Total)> Brute(EvaluationSet set, CostMatrix values) =>
        set.Scores.ToArray().Distinct().Append(double.PositiveInfinity).Select(t => (t, Naive(values, set.WithThreshold(t))));

    private static decimal Naive(CostMatrix values, EvaluationSet set) => Enumerable.Range(0, set.Count).Sum(i =>
        values.ValueOf(i, set.Predictions[i], set.Labels[i]) * (set.IsWeighted ? (decimal)set.Weights[i] : 1));
}
