using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>
/// Bootstrap bounds (BCa, Efron 1987). For counts a row bootstrap is one multinomial draw over the four cells, exact and independent of the
/// number of rows; for scores and weighted rows each row gets a Poisson(1) multiplicity. Replicate i uses stream i of the seed.
/// </summary>
internal static class Bootstrap
{
    private const double MostRedraws = 0.01;
    private const int Blocks = 1_000;
    private const int MostRowsLeftOutOneByOne = 10_000;
    private const string Method = "BCa bootstrap";

    public static MetricInterval Cells(
        Func<ConfusionCounts, MetricValue> metric, ConfusionCounts counts, MetricValue value, double confidence, int replicates, ulong seed)
    {
        double[]? drawn = Draw(replicates, seed, random => metric(Multinomial(counts, random)));
        double? acceleration = CellAcceleration(metric, counts);
        return drawn is null || acceleration is null
            ? MetricInterval.Undefined(UndefinedReason.TooFewRows, Method)
            : BiasCorrected(value, drawn, acceleration.Value, confidence);
    }

    public static MetricInterval Rows(Metric metric, EvaluationSet set, MetricValue value, double confidence, int replicates, ulong seed)
    {
        RowFigure figure = RowFigure.For(metric, set);
        int[] multiplicities = new int[set.Count];
        double[]? drawn = Draw(replicates, seed, random =>
        {
            for (int i = 0; i < multiplicities.Length; i++)
            {
                multiplicities[i] = PoissonOne(random);
            }

            return figure.Of(multiplicities);
        });
        double? acceleration = drawn is null ? null : RowAcceleration(figure, set.Count);
        return drawn is null || acceleration is null
            ? MetricInterval.Undefined(UndefinedReason.TooFewRows, Method)
            : BiasCorrected(value, drawn, acceleration.Value, confidence);
    }

    /// <summary>Σ n (m - t)³ / (6 (Σ n (m - t)²)^1.5) over cells, t being the estimate without one row of the cell and m their weighted mean.</summary>
    public static double? CellAcceleration(Func<ConfusionCounts, MetricValue> metric, ConfusionCounts c)
    {
        (double Rows, ConfusionCounts Without)[] cells =
        [
            (c.TrueNegatives, c with { TrueNegatives = c.TrueNegatives - 1 }), (c.FalsePositives, c with { FalsePositives = c.FalsePositives - 1 }),
            (c.FalseNegatives, c with { FalseNegatives = c.FalseNegatives - 1 }), (c.TruePositives, c with { TruePositives = c.TruePositives - 1 }),
        ];
        List<(double Rows, double Value)> left = [];
        foreach ((double rows, ConfusionCounts without) in cells.Where(x => x.Rows >= 1))
        {
            MetricValue value = metric(without);
            if (!value.IsDefined)
            {
                return null;
            }

            left.Add((rows, value.Value));
        }

        return Acceleration(left);
    }

    /// <summary>Multiplicity of a row: Poisson(1) by its inverse law from 32 random bits, at most 12.</summary>
    internal static int PoissonOne(RandomStream random)
    {
        double u = (random.NextUInt64() >> 32) * (1.0 / 4294967296.0), term = Math.Exp(-1);
        int k = 0;
        for (; k < 12 && u >= term; k++)
        {
            u -= term;
            term /= k + 1;
        }

        return k;
    }

    private static double[]? Draw(int replicates, ulong seed, Func<RandomStream, MetricValue> figure)
    {
        double[] drawn = new double[replicates];
        int redraws = 0;
        for (int i = 0; i < replicates; i++)
        {
            RandomStream random = new(seed, (ulong)i);
            MetricValue value = figure(random);
            while (!value.IsDefined)
            {
                if (++redraws > MostRedraws * replicates)
                {
                    return null;
                }

                value = figure(random);
            }

            drawn[i] = value.Value;
        }

        Array.Sort(drawn);
        return drawn;
    }

    private static ConfusionCounts Multinomial(ConfusionCounts c, RandomStream random)
    {
        long n = (long)c.Total;
        long tn = new BinomialSampler(n, c.TrueNegatives / n).Next(random);
        long fp = Share(n - tn, c.FalsePositives, c.FalsePositives + c.Positives, random);
        long fn = Share(n - tn - fp, c.FalseNegatives, c.Positives, random);
        return new ConfusionCounts(tn, fp, fn, n - tn - fp - fn);
    }

    private static long Share(long n, double cell, double rest, RandomStream random) => rest == 0 ? 0 : new BinomialSampler(n, cell / rest).Next(random);

    private static double? RowAcceleration(RowFigure figure, int rows)
    {
        int blocks = rows > MostRowsLeftOutOneByOne ? Blocks : rows;
        int[] multiplicities = new int[rows];
        List<(double, double)> left = [];
        for (int b = 0; b < blocks; b++)
        {
            Array.Fill(multiplicities, 1);
            int from = (int)((long)b * rows / blocks), to = (int)((long)(b + 1) * rows / blocks);
            Array.Clear(multiplicities, from, to - from);
            MetricValue value = figure.Of(multiplicities);
            if (!value.IsDefined)
            {
                return null;
            }

            left.Add((1, value.Value));
        }

        return Acceleration(left);
    }

    private static double Acceleration(List<(double Rows, double Value)> left)
    {
        double mean = left.Sum(l => l.Rows * l.Value) / left.Sum(l => l.Rows);
        double squares = left.Sum(l => l.Rows * Math.Pow(mean - l.Value, 2)), cubes = left.Sum(l => l.Rows * Math.Pow(mean - l.Value, 3));
        return squares > 0 ? cubes / (6 * Math.Pow(squares, 1.5)) : 0;
    }

    private static MetricInterval BiasCorrected(MetricValue value, double[] sorted, double acceleration, double confidence)
    {
        if (sorted[0] == sorted[^1])
        {
            return MetricInterval.Undefined(UndefinedReason.ZeroVariance, Method);
        }

        double below = (sorted.Count(t => t < value.Value) + 0.5 * sorted.Count(t => t == value.Value)) / sorted.Length;
        if (below is 0 or 1)
        {
            return MetricInterval.Undefined(UndefinedReason.TooFewRows, Method);
        }

        double bias = NormalDistribution.Quantile(below), z = NormalDistribution.Quantile(confidence);
        return new MetricInterval(value, At(sorted, Level(bias, acceleration, -z)), At(sorted, Level(bias, acceleration, z)), Method);
    }

    private static double Level(double bias, double acceleration, double z) =>
        NormalDistribution.Cdf(bias + (bias + z) / (1 - acceleration * (bias + z)));

    /// <summary>Type 7 quantile, as numpy.</summary>
    private static double At(double[] sorted, double level)
    {
        double position = level * (sorted.Length - 1);
        int low = (int)position;
        return low + 1 < sorted.Length ? sorted[low] + (position - low) * (sorted[low + 1] - sorted[low]) : sorted[^1];
    }
}
