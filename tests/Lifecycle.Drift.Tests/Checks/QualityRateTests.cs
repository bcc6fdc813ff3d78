using Lifecycle.Statistics;

namespace Lifecycle.Drift.Tests;

/// <summary>Each rule in 2,000 pairs of samples of one law: it accuses at most as often as alpha says. Fixed seeds.</summary>
[Trait("Vectors", "any")]
public sealed class QualityRateTests
{
    private const int Repetitions = 2000;
    private const double Level = 0.05;

    /// <summary>One column a rule, so that no correction over columns hides a rate; nine in a hundred values missing, two infinite.</summary>
    [Theory]
    [InlineData(1000, 300)]
    [InlineData(200, 1000)]
    public void Rules_of_numbers_accuse_at_most_as_often_as_alpha_says(int before, int now)
    {
        Dictionary<QualityRule, int> found = [];
        for (ulong i = 0; i < Repetitions; i++)
        {
            Add(found, ReferenceProfile.From(Numbers(before, 9001, i)).Check(Numbers(now, 9002, i)));
        }

        Holds(found, [QualityRule.Missing, QualityRule.Infinite, QualityRule.OutOfRange]);
    }

    [Theory]
    [InlineData(1000, 300)]
    [InlineData(200, 1000)]
    public void Rules_of_labels_accuse_at_most_as_often_as_alpha_says(int before, int now)
    {
        Dictionary<QualityRule, int> found = [];
        for (ulong i = 0; i < Repetitions; i++)
        {
            Add(found, ReferenceProfile.From(Labels(before, 9003, i)).Check(Labels(now, 9004, i)));
        }

        Holds(found, [QualityRule.Missing, QualityRule.UnseenLabel]);
    }

    /// <summary>Profiles against profiles know the number of distinct values of both.</summary>
    [Theory]
    [InlineData(1000, 300)]
    [InlineData(300, 1000)]
    public void Rules_of_profiles_accuse_at_most_as_often_as_alpha_says(int before, int now)
    {
        Dictionary<QualityRule, int> found = [];
        for (ulong i = 0; i < Repetitions / 10; i++)
        {
            ReferenceProfile then = ReferenceProfile.From(Numbers(before, 9005, i)), labels = ReferenceProfile.From(Labels(before, 9006, i));
            Add(found, then.Check(ReferenceProfile.Like(then).From(Numbers(now, 9007, i))));
            Add(found, labels.Check(ReferenceProfile.Like(labels).From(Labels(now, 9008, i))));
        }

        Assert.Equal(0, found.GetValueOrDefault(QualityRule.Cardinality));
        Assert.All(found, pair => Assert.InRange(pair.Value, 0, Repetitions / 10 * 2 * Level));
    }

    /// <summary>One of 10,000 runs of a rule with rate alpha finds more; rules without a chance find nothing at all.</summary>
    private static void Holds(Dictionary<QualityRule, int> found, QualityRule[] withChance)
    {
        Assert.All(found.Keys, rule => Assert.Contains(rule, withChance));
        foreach (QualityRule rule in withChance)
        {
            int count = found.GetValueOrDefault(rule);
            Assert.True(count == 0 || BinomialDistribution.Survival(count - 1, Repetitions, Level) > 1e-4, $"{rule}: {count} of {Repetitions}");
        }
    }

    private static void Add(Dictionary<QualityRule, int> found, DriftReport report)
    {
        foreach (QualityRule rule in report.Quality.Select(q => q.Rule).Distinct())
        {
            found[rule] = found.GetValueOrDefault(rule) + 1;
        }
    }

    private static ColumnBatch Numbers(int rows, ulong seed, ulong index)
    {
        RandomStream random = new(seed, index);
        double[] values = new double[rows];
        for (int i = 0; i < rows; i++)
        {
            double fate = random.NextDouble(), value = random.NextGaussian();
            values[i] = fate < 0.09 ? double.NaN : fate < 0.11 ? double.PositiveInfinity : value;
        }

        return new ColumnBatch([BatchColumn.Of<double>("x", values)]);
    }

    /// <summary>Some hundred labels with a long tail, so that new ones keep coming.</summary>
    private static ColumnBatch Labels(int rows, ulong seed, ulong index)
    {
        RandomStream random = new(seed, index);
        string[] labels = new string[rows];
        bool[] isThere = new bool[rows];
        for (int i = 0; i < rows; i++)
        {
            labels[i] = $"l{(int)(1 / (random.NextDouble() + 0.002))}";
            isThere[i] = random.NextDouble() >= 0.05;
        }

        return new ColumnBatch([BatchColumn.Of<string>("c", labels, isThere)]);
    }
}
