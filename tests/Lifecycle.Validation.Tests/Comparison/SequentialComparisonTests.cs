using Lifecycle.Statistics;

namespace Lifecycle.Validation.Tests.Comparison;

public class SequentialComparisonTests
{
    private const int Streams = 600;
    private const int Rows = 1500;

    private static int Rejected(Func<SequentialComparison> start, Action<SequentialComparison, RandomStream> row)
    {
        int rejected = 0;
        for (int s = 0; s < Streams; s++)
        {
            RandomStream random = new(123, (ulong)s);
            SequentialComparison run = start();
            for (int i = 0; i < Rows && !run.IsDecided; i++)
            {
                row(run, random);
            }

            rejected += run.IsDecided ? 1 : 0;
        }

        return rejected;
    }

    /// <summary>Looked at after every row; 6 % of 600 streams.</summary>
    [Fact]
    public void EqualModels_AreSeldomCalledDifferent_HoweverOftenOneLooks()
    {
        int decisions = Rejected(() => SequentialComparison.OfDecisions(), (run, random) => run.Add(random.NextDouble() < 0.8, random.NextDouble() < 0.8));
        int losses = Rejected(() => SequentialComparison.OfLosses(), (run, random) => run.Add(random.NextDouble(), random.NextDouble()));
        int unbounded = Rejected(() => SequentialComparison.OfUnboundedLosses(0.3), (run, random) => run.Add(random.NextGaussian(), random.NextGaussian()));
        Assert.True(decisions <= 36 && losses <= 36 && unbounded <= 36, $"{decisions}, {losses}, {unbounded} of {Streams}");
    }

    [Fact]
    public void ABetterModel_IsFound_AndStaysFound()
    {
        RandomStream random = new(7);
        SequentialComparison run = SequentialComparison.OfDecisions(0.01);
        while (!run.IsDecided && run.Count < 20_000)
        {
            run.Add(random.NextDouble() < 0.9, random.NextDouble() < 0.8);
        }

        long at = run.DecidedAt!.Value;
        Assert.Equal((Verdict.Pass, at), (run.Verdict, run.Count));
        for (int i = 0; i < 500; i++)
        {
            run.Add(false, true);
        }

        Assert.Equal((Verdict.Pass, (long?)at, true), (run.Verdict, run.DecidedAt, run.IsDecided));
    }

    [Fact]
    public void AWorseModel_Fails()
    {
        RandomStream random = new(8);
        SequentialComparison run = SequentialComparison.OfLosses(), wide = SequentialComparison.OfUnboundedLosses(5);
        for (int i = 0; i < 3000; i++)
        {
            double mine = 0.4 + 0.6 * random.NextDouble(), other = 0.6 * random.NextDouble();
            run.Add(mine, other);
            wide.Add(20 * mine, 20 * other);
        }

        Assert.Equal((Verdict.Fail, Verdict.Fail), (run.Verdict, wide.Verdict));
        Assert.True(run.MeanDifference < 0 && wide.DecidedAt >= 100);
        Assert.EndsWith("asymptotic", wide.Method, StringComparison.Ordinal);
    }

    [Fact]
    public void Evidence_OfThePage()
    {
        SequentialComparison run = SequentialComparison.OfDecisions();
        for (int i = 0; i < 20; i++)
        {
            run.Add(false, true);
            run.Add(true, true);
            run.Add(i < 10, false);
        }

        Assert.Equal(1, run.Evidence / 0.789445385336874, 1e-10);
        Assert.Throws<InvalidOperationException>(() => run.Add(0.1, 0.2));
        Assert.Throws<InvalidOperationException>(() => SequentialComparison.OfLosses().Add(true, false));
        Assert.Throws<ArgumentOutOfRangeException>(() => SequentialComparison.OfLosses().Add(1.5, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => SequentialComparison.OfDecisions(0));
    }
}
