using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>
/// Rates of groups drawn towards their common mean, the more the fewer rows a group has: a beta prior whose strength comes from the
/// intraclass correlation of the groups (analysis of variance). Shown beside raw rates; no gate uses them.
/// </summary>
/// <param name="Mean">Rate of all rows.</param>
/// <param name="Correlation">Intraclass correlation ρ.</param>
/// <param name="Strength">How many rows the prior weighs, (1-ρ)/ρ; 10⁶ when groups do not differ.</param>
/// <param name="Groups">The shrunken rates.</param>
public sealed record GroupShrinkage(double Mean, double Correlation, double Strength, IReadOnlyList<ShrunkenRate> Groups)
{
    private const double NoDifference = 1e6;

    /// <summary>Shrinks a rate of all groups that have rows.</summary>
    /// <param name="groups">The groups, of unweighted rows.</param>
    /// <param name="rate">A proportion.</param>
    /// <returns>Null when there are fewer than two groups, or no more rows than groups.</returns>
    /// <exception cref="ArgumentException">The metric is not a proportion.</exception>
    public static GroupShrinkage? Of(GroupMetrics groups, Metric rate)
    {
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(rate);
        CountShare share = (groups.Set is { } set ? rate.On(set.Kind) : rate)?.Share ?? throw new ArgumentException($"{rate.Name} is not a proportion.", nameof(rate));
        (string Key, double X, double N)[] cells =
            [.. groups.Groups.Select(g => (g.Key, share.Successes(g.Counts), share.Trials(g.Counts))).Where(c => c.Item3 > 0)];
        double n = cells.Sum(c => c.N), k = cells.Length;
        if (k < 2 || n <= k)
        {
            return null;
        }

        double mean = cells.Sum(c => c.X) / n;
        double between = cells.Sum(c => c.N * (c.X / c.N - mean) * (c.X / c.N - mean)) / (k - 1);
        double within = cells.Sum(c => c.X * (1 - c.X / c.N)) / (n - k);
        double size = (n - cells.Sum(c => c.N * c.N) / n) / (k - 1);
        double correlation = (between - within) / (between + (size - 1) * within);
        double strength = correlation > 0 ? (1 - correlation) / correlation : NoDifference;
        return new GroupShrinkage(mean, correlation, strength, [.. cells.Select(c => Shrink(c, mean, strength))]);
    }

    private static ShrunkenRate Shrink((string Key, double X, double N) cell, double mean, double strength)
    {
        double a = cell.X + mean * strength, b = cell.N - cell.X + (1 - mean) * strength;
        if (a <= 0 || b <= 0)
        {
            return new ShrunkenRate(cell.Key, a / (a + b), a / (a + b), a / (a + b));
        }

        return new ShrunkenRate(cell.Key, a / (a + b), BetaDistribution.Quantile(0.025, a, b), BetaDistribution.Quantile(0.975, a, b));
    }
}

/// <summary>A rate drawn towards the common mean, with its central 95 % interval.</summary>
/// <param name="Group">Key of the group.</param>
/// <param name="Mean">Posterior mean.</param>
/// <param name="Lower">Lower end.</param>
/// <param name="Upper">Upper end.</param>
public sealed record ShrunkenRate(string Group, double Mean, double Lower, double Upper);
