using FsCheck.Xunit;

namespace Lifecycle.Drift.Tests;

/// <summary>Scores against second forms of their formulas, on small samples with ties, NaN and infinities.</summary>
public sealed class PlainScoreTests
{
    [Property(MaxTest = 150)]
    public void Evidently_shares_of_values_are_those_of_the_definition(byte[] first, byte[] second)
    {
        (double[] then, double[] now) = Pair(first, second, values: 12);
        double[] all = [.. then.Concat(now).Where(double.IsFinite).Distinct()];
        double[] p = Shares(then, all), q = Shares(now, all), f = Filled(p), g = Filled(q);
        double sumF = f.Sum(), sumG = g.Sum();
        Near(all.Select((_, i) => (f[i] - g[i]) * Math.Log(f[i] / g[i])).Sum(), Score(EvidentlyTest.PopulationStabilityIndex, then, now));
        Near(all.Select((_, i) => f[i] / sumF * (Math.Log(f[i] / sumF) - Math.Log(g[i] / sumG))).Sum(), Score(EvidentlyTest.KullbackLeibler, then, now));
        double Entropy(Func<int, double> share) => -Enumerable.Range(0, all.Length).Select(share).Where(s => s > 0).Sum(s => s * Math.Log(s));
        double divergence = Entropy(i => (p[i] + q[i]) / 2) - (Entropy(i => p[i]) + Entropy(i => q[i])) / 2;
        double distance = Score(EvidentlyTest.JensenShannon, then, now);
        Near(divergence, distance * distance);
    }

    [Property(MaxTest = 150)]
    public void Distances_of_samples_are_those_of_their_quantiles(byte[] first, byte[] second)
    {
        (double[] then, double[] now) = Pair(first, second, values: 200);
        double[] a = [.. then.Where(double.IsFinite).Order()], b = [.. now.Where(double.IsFinite).Order()];
        // W1 is the area between the quantile functions, in steps of 1/(nm).
        double area = 0;
        for (int k = 0; k < a.Length * b.Length; k++)
        {
            area += Math.Abs(a[k / b.Length] - b[k / a.Length]) / (a.Length * b.Length);
        }

        double mean = a.Average(), norm = Math.Max(Math.Sqrt(a.Average(v => (v - mean) * (v - mean))), 0.001);
        Near(area / norm, Score(EvidentlyTest.Wasserstein, then, now));
        double Mean(double[] x, double[] y) => x.Average(v => y.Average(w => Math.Abs(v - w)));
        double energy = Score(EvidentlyTest.EnergyDistance, then, now);
        Near(2 * Mean(a, b) - Mean(a, a) - Mean(b, b), energy * energy);
    }

    [Property(MaxTest = 150)]
    public void NannyML_counts_labels_as_the_definition_says(byte[] first, byte[] second)
    {
        string?[] then = Labels(first), now = Labels(second);
        ColumnBatch Table(string?[] labels) => new([BatchColumn.Of<string>("c", labels!)]);
        double Of(NannyMLMethod method) => DriftCheck.Compare(
            Table(then), Table(now), DriftPolicy.NannyML.Categorical(method).Limit(method, 1))["c"].Preset!.Score;
        string[] known = [.. then.OfType<string>()], recent = [.. now.OfType<string>()], all = [.. known.Concat(recent).Distinct()];
        double Share(string[] labels, string label) => labels.Count(l => l == label) / (double)labels.Length;
        Near(all.Max(l => Math.Abs(Share(known, l) - Share(recent, l))), Of(NannyMLMethod.LInfinity));

        double leftover = recent.Count(l => !known.Contains(l)) / (double)recent.Length;
        double affinity = known.Distinct().Sum(l => Math.Sqrt(Share(known, l) * Share(recent, l))), hellinger = Of(NannyMLMethod.Hellinger);
        Near(1 - affinity, hellinger * hellinger);
        (double P, double Q)[] pairs = [.. known.Distinct().Select(l => (Share(known, l), Share(recent, l))), (0, leftover)];
        double Term(double share, double middle) => share > 0 ? share * Math.Log2(share / middle) : 0;
        double divergence = pairs.Sum(s => Term(s.P, (s.P + s.Q) / 2) + Term(s.Q, (s.P + s.Q) / 2)) / 2, distance = Of(NannyMLMethod.JensenShannon);
        Near(divergence, distance * distance);
    }

    [Property(MaxTest = 100)]
    public void What_chance_explains_is_the_mean_over_bridges(byte[] first, byte[] second)
    {
        (double[] then, double[] now) = Pair(first, second, values: 30);
        double[] a = [.. then.Where(double.IsFinite)], b = [.. now.Where(double.IsFinite)], pooled = [.. a.Concat(b).Order()];
        double root = 0, plain = 0;
        for (int i = 1; i < pooled.Length; i++)
        {
            double share = pooled.Count(v => v < pooled[i]) / (double)pooled.Length, gap = pooled[i] - pooled[i - 1];
            root += Math.Sqrt(share * (1 - share)) * gap;
            plain += share * (1 - share) * gap;
        }

        double noise = 1.0 / a.Length + 1.0 / b.Length;
        ChanceDistances chance = ChanceDistances.Of(new Lifecycle.Statistics.SortedSample(a), new Lifecycle.Statistics.SortedSample(b));
        Near(Math.Sqrt(noise) * Math.Sqrt(2 / Math.PI) * root, chance.Wasserstein);
        Near(2 * noise * plain, chance.SquaredEnergy);
    }

    private static double Score(EvidentlyTest test, double[] then, double[] now) =>
        DriftCheck.Compare(then, now, DriftPolicy.Evidently.NumericMethod(test)).Preset!.Score;

    /// <summary>Two samples with at least four finite values each, and missing and infinite ones among them.</summary>
    private static (double[] Then, double[] Now) Pair(byte[] first, byte[] second, int values)
    {
        double[] Of(byte[] codes, int offset) =>
        [
            offset, offset + 1, offset + 1, offset + 3,
            .. codes.Select(c => c == 255 ? double.NaN : c == 254 ? double.PositiveInfinity : c == 253 ? -0.0 : c % values * 0.25),
        ];
        return (Of(first, 0), Of(second, 2));
    }

    private static string?[] Labels(byte[] codes) => ["a", "b", "b", "d", .. codes.Select(c => c > 250 ? null : $"{(char)('a' + c % 7)}")];

    private static double[] Shares(double[] sample, double[] values)
    {
        double[] finite = [.. sample.Where(double.IsFinite)];
        return [.. values.Select(v => finite.Count(x => x == v) / (double)finite.Length)];
    }

    private static double[] Filled(double[] shares)
    {
        double least = shares.Where(s => s > 0).Min();
        return [.. shares.Select(s => s > 0 ? s : least <= 1e-4 ? least / 1e6 : 1e-4)];
    }

    private static void Near(double expected, double actual) =>
        Assert.True(Math.Abs(expected - actual) <= 1e-10 * Math.Abs(expected) + 1e-13, $"{actual:R} and not {expected:R}");
}
