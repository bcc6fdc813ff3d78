using Lifecycle.Statistics;

namespace Lifecycle.Drift.Tests;

/// <summary>
/// Data without drift in which many values or labels are rare, so that either sample has some which the other lacks: what only the new
/// values have must not count as drift by itself.
/// </summary>
public sealed class RareValueRateTests
{
    private const double Most = 0.065, Unlikely = 1e-4;

    [Theory]
    [InlineData("normal", 20, 20)]
    [InlineData("normal", 50, 50)]
    [InlineData("normal", 64, 1000)]
    [InlineData("rounded lognormal", 500, 500)]
    [InlineData("rounded lognormal", 500, 5000)]
    [InlineData("rounded lognormal", 5000, 500)]
    [InlineData("geometric", 500, 500)]
    [InlineData("pareto", 500, 500)]
    [InlineData("pareto", 5000, 5000)]
    [InlineData("rounded normal", 500, 500)]
    [InlineData("mostly zero", 100, 2000)]
    [InlineData("uniform", 100, 2000)]
    [InlineData("uniform", 60, 60)]
    public void Rare_numbers_are_no_drift(string law, int n, int m) => Holds(
        i => DriftCheck.Compare(Numbers(law, n, 8301, i), Numbers(law, m, 8302, i)), $"{law} {n} {m}");

    [Theory]
    [InlineData(300, 0, 500, 500)]
    [InlineData(300, 1, 500, 500)]
    [InlineData(100, 1, 500, 500)]
    [InlineData(100, 1, 500, 2500)]
    [InlineData(700, 1, 5000, 500)]
    [InlineData(2000, 1, 5000, 500)]
    [InlineData(2000, 1, 5000, 5000)]
    [InlineData(1_000_000, 0, 500, 500)]
    public void Rare_labels_are_no_drift(int labels, double exponent, int n, int m) => Holds(
        i => ReferenceProfile.From(Labels(labels, exponent, n, 8303, i)).Check(Labels(labels, exponent, m, 8304, i)).Columns[0], $"{labels} labels {exponent} {n} {m}");

    /// <summary>A label that is new and frequent is found all the same, and so is a rare one that became frequent.</summary>
    [Fact]
    public void A_new_label_is_drift_when_it_is_frequent()
    {
        string[] then = [.. Enumerable.Range(0, 1000).Select(i => $"l{i % 20}")];
        ReferenceProfile reference = ReferenceProfile.From(new ColumnBatch([BatchColumn.Of<string>("x", then)]));
        string[] now = [.. Enumerable.Range(0, 1000).Select(i => i % 5 == 0 ? "new" : $"l{i % 20}")];
        Assert.Equal(DriftVerdict.Drift, reference.Check(new ColumnBatch([BatchColumn.Of<string>("x", now)]))["x"].Verdict);
        double[] numbers = [.. Enumerable.Range(0, 1000).Select(i => (double)(i % 20))], moved = [.. numbers.Select((v, i) => i % 5 == 0 ? 10.5 : v)];
        Assert.Equal(DriftVerdict.Drift, DriftCheck.Compare(numbers, moved).Verdict);
    }

    private static void Holds(Func<ulong, ColumnFinding> check, string cell)
    {
        const int runs = 250;
        int significant = 0, drift = 0;
        for (int i = 0; i < runs; i++)
        {
            ColumnFinding finding = check((ulong)i);
            significant += finding.LogPValue <= Math.Log(0.05) ? 1 : 0;
            drift += finding.Verdict == DriftVerdict.Drift ? 1 : 0;
        }

        double tooMany = significant == 0 ? 1 : BinomialDistribution.Survival(significant - 1, runs, Most);
        Assert.True(tooMany > Unlikely, $"{cell}: {significant} of {runs} significant, {drift} called drift");
    }

    private static double[] Numbers(string law, int count, ulong seed, ulong index)
    {
        RandomStream random = new(seed, index);
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            double u = random.NextDouble();
            values[i] = law switch
            {
                "normal" => random.NextGaussian(),
                "rounded lognormal" => Math.Round(5 * Math.Exp(random.NextGaussian())),
                "geometric" => Math.Floor(Math.Log(1 - u) / Math.Log(10.0 / 11)),
                "pareto" => Math.Floor(Math.Pow(1 - u, -1 / 1.5)),
                "rounded normal" => Math.Round(10 * random.NextGaussian()),
                "mostly zero" => u < 0.6 ? 0 : random.NextGaussian(),
                _ => Math.Floor(100 * u),
            };
        }

        return values;
    }

    private static ColumnBatch Labels(int labels, double exponent, int count, ulong seed, ulong index)
    {
        RandomStream random = new(seed, index);
        double[] sums = new double[exponent == 0 ? 0 : labels];
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] = (i == 0 ? 0 : sums[i - 1]) + Math.Pow(i + 1, -exponent);
        }

        string[] values = new string[count];
        for (int i = 0; i < count; i++)
        {
            int at = exponent == 0 ? random.NextBelow(labels) : Array.BinarySearch(sums, random.NextDouble() * sums[^1]);
            values[i] = $"l{(at < 0 ? ~at : at)}";
        }

        return new ColumnBatch([BatchColumn.Of<string>("x", values)]);
    }
}
