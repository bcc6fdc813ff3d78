namespace Lifecycle.Statistics.Tests;

public class SequentialTests
{
    [Theory]
    [InlineData(10, 20, .789445385336874)]
    [InlineData(121, 59, 3215.831560683203)]
    [InlineData(0, 5, 7.875)]
    [InlineData(0, 0, 1)]
    public void Paired_evidence_agrees_with_the_page(int b, int c, double expected)
    {
        Close.Relative(expected, PairedEValue.Of(b, c), 1e-10);
        PairedEValue run = new();
        for (int i = 0; i < Math.Max(b, c); i++)
        {
            run.Add(true, true);
            if (i < b)
            {
                run.Add(true, false);
            }

            if (i < c)
            {
                run.Add(false, true);
            }
        }

        Close.Relative(expected, run.Value, 1e-10);
        Assert.Equal((b, c), ((int)run.FirstOnly, (int)run.SecondOnly));
    }

    /// <summary>
    /// A bet is made before its value is seen, so the mean capital under the hypothesis stays 1: checked over all 2^10 paths.
    /// </summary>
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.2)]
    public void Mean_capital_over_all_paths_is_one(double mean)
    {
        double capital = 0, evidence = 0;
        for (int path = 0; path < 1024; path++)
        {
            BettingCapital game = new(mean);
            PairedEValue paired = new();
            double weight = 1;
            for (int i = 0; i < 10; i++)
            {
                bool up = (path >> i & 1) == 1;
                game.Add(up ? 1 : 0);
                paired.Add(up, !up);
                weight *= up ? mean : 1 - mean;
            }

            capital += weight * game.Value;
            evidence += paired.Value / 1024;
        }

        Close.Absolute(1, capital, 1e-12);
        Close.Absolute(1, evidence, 1e-12);
    }

    [Fact]
    public void Bets_follow_the_formula()
    {
        BettingCapital game = new(0.3, 0.05);
        Close.Relative(Math.Min(Math.Sqrt(2 * Math.Log(20) / (0.25 * Math.Log(2))), 1 / 0.6), game.NextBet, 1e-12);
        double first = game.NextBet;
        game.Add(0.9);
        Close.Relative(1 + first * 0.6, game.Value, 1e-12);

        // Mean (1/2 + .9)/2 = .7, so the variance is (1/4 + .2^2)/2.
        Close.Relative(Math.Min(Math.Sqrt(2 * Math.Log(20) / (0.145 * 2 * Math.Log(3))), 1 / 0.6), game.NextBet, 1e-12);
        Assert.Throws<ArgumentOutOfRangeException>(() => game.Add(1.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BettingCapital(0));
    }

    [Fact]
    public void A_real_difference_is_found_by_each()
    {
        RandomStream random = new(4);
        PairedEValue paired = new();
        BettingCapital game = new(0.5);
        GaussianSequentialTest gaussian = new(0.2);
        for (int i = 0; i < 2000; i++)
        {
            paired.Add(random.NextDouble() < 0.9, random.NextDouble() < 0.8);
            game.Add(0.6 * random.NextDouble() + 0.3);
            gaussian.Add(random.NextGaussian() + 0.2);
        }

        Assert.True(paired.Value > 20 && game.Value > 20 && gaussian.Rejects());
        Assert.Equal("asymptotic", GaussianSequentialTest.Validity);
    }

    [Fact]
    public void The_mixture_test_waits_for_its_burn_in()
    {
        GaussianSequentialTest test = new(1, 100);
        for (int i = 0; i < 99; i++)
        {
            test.Add(10 + i % 2);
            Assert.False(test.Rejects());
        }

        test.Add(10);
        Assert.True(test.Rejects());
        Close.Relative(10.49, test.Mean, 1e-12);
    }
}
